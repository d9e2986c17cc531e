// What is thrown or rejected with, which may be anything.

import assert from 'node:assert/strict';
import { asError, detailOf } from '#src/core/errors/thrown-value';

describe('thrown value', () => {
  it('is itself when it is an Error, and an Error with its text otherwise', () => {
    const error = new TypeError('too short');
    assert.equal(asError(error), error);
    assert.equal(detailOf(error), 'too short');
    for (const [thrown, text] of [
      ['no room', 'no room'],
      [7, '7'],
      [undefined, 'undefined'],
    ] as const) {
      assert.ok(asError(thrown) instanceof Error);
      assert.equal(detailOf(thrown), text);
    }
  });
});
