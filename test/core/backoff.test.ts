// The delay before the next attempt to connect.

import assert from 'node:assert/strict';
import { backoffDelay } from '#src/core/servers/backoff';

const LIMITS = { minDelay: 1000, maxDelay: 60_000 };
const ALMOST_ONE = 1 - Number.EPSILON;

describe('core/servers/backoff', () => {
  for (const [attempt, longest] of [
    [1, 2000],
    [2, 4000],
    [3, 8000],
    [4, 16_000],
    [5, 32_000],
    [6, 60_000],
    [7, 60_000],
    [1000, 60_000],
    [Number.MAX_SAFE_INTEGER, 60_000],
  ] as const) {
    it(`attempt ${attempt} waits between 1,000 and ${longest} ms`, () => {
      assert.equal(backoffDelay(attempt, LIMITS, 0), 1000);
      assert.equal(backoffDelay(attempt, LIMITS, 0.5), 1000 + (longest - 1000) / 2);
      assert.equal(backoffDelay(attempt, LIMITS, ALMOST_ONE), longest);
    });
  }

  it('a fixed delay is kept', () => {
    const fixed = { minDelay: 5000, maxDelay: 5000 };
    for (const attempt of [1, 2, 50]) assert.equal(backoffDelay(attempt, fixed, 0.7), 5000);
  });

  it('a longest delay below the shortest is ignored', () => {
    assert.equal(backoffDelay(3, { minDelay: 5000, maxDelay: 100 }, 0.9), 5000);
  });

  it('the delay is a whole number of milliseconds', () => {
    assert.ok(Number.isInteger(backoffDelay(3, { minDelay: 333, maxDelay: 7777 }, 0.123_456)));
  });
});
