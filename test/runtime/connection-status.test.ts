// The badge of a connection.

import assert from 'node:assert/strict';
import { connectionStatus } from '#src/runtime/node/node-status';
import { catalogue } from '../helpers/package/catalogues';

describe('runtime/connection status', () => {
  const texts = catalogue('en-US', 'broker');

  function shownAt(attempt: number): string | undefined {
    const { text = '' } = connectionStatus({ kind: 'connecting', stage: 'tcp', attempt, server: 'a:1883' });
    return texts.get(text.replace(/^.*:/, ''));
  }

  it('tells the first attempt from further ones, and counts those', () => {
    assert.deepEqual([1, 2, 3, 9].map(shownAt), ['connecting', 'attempt 2', 'attempt 3', 'attempt 9']);
  });

  it('does not count for ever', () => {
    assert.deepEqual([10, 11, 100_000].map(shownAt), ['attempt 10+', 'attempt 10+', 'attempt 10+']);
  });

  it('says connecting after a connection that stood, too', () => {
    assert.equal(shownAt(0), 'connecting');
  });
});
