// The clock of the machine, as far as setTimeout() does not do what it is asked for.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '#src/connection/clock';

describe('The system clock', () => {
  it('waits for more than the 24.8 days that setTimeout() knows', async () => {
    let called = false;
    const cancel = systemClock.after(31 * 86_400_000, () => {
      called = true;
    });
    // setTimeout() would take it for 1 ms, so that this one ends later.
    await delay(10);
    cancel();
    assert.equal(called, false);
  });
});
