// The page about moving in is made of what the tests know, and is what it would be if it were made now.

import assert from 'node:assert/strict';
import { movingInPage } from '../helpers/moving-in/page';
import { readText } from '../helpers/package/package-files';

describe('The page docs/moving-in.md', () => {
  it('is current; npm run docs writes it', () => assert.equal(readText('docs/moving-in.md'), movingInPage()));
});
