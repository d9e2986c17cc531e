// A status that changes more often than it is shown.

import assert from 'node:assert/strict';
import { Paced } from '#src/runtime/node/paced';
import { FakeClock } from '../helpers/fakes/fake-clock';

describe('runtime/node/paced', () => {
  let clock: FakeClock;
  let value: number;
  let shown: number[];
  let paced: Paced;
  beforeEach(() => {
    clock = new FakeClock();
    value = 0;
    shown = [];
    paced = new Paced(clock, 1000, () => shown.push(value));
  });

  it('shows the first at once, then the last of each second, and nothing when nothing changes', () => {
    for (value = 1; value <= 25; value++) {
      paced.soon();
      clock.advance(100);
    }
    assert.deepEqual(shown, [1, 10, 20]);
    clock.advance(1000);
    assert.deepEqual(shown, [1, 10, 20, 26]);
    clock.advance(60_000);
    assert.deepEqual([shown.length, clock.pending], [4, 0]);
    paced.soon();
    assert.equal(shown.length, 5);
  });

  it('looks later where it is to, once', () => {
    paced.later();
    paced.later();
    paced.soon();
    assert.deepEqual(shown, [0]);
    value = 1;
    clock.advance(1000);
    assert.deepEqual(shown, [0]);
    paced.later();
    paced.later();
    clock.advance(999);
    assert.deepEqual(shown, [0]);
    clock.advance(1);
    assert.deepEqual(shown, [0, 1]);
  });

  it('shows at once what cannot wait, and keeps the pace from then', () => {
    paced.soon();
    paced.soon();
    clock.advance(500);
    paced.now();
    paced.soon();
    clock.advance(999);
    assert.equal(shown.length, 2);
    clock.advance(1);
    assert.equal(shown.length, 3);
  });

  it('shows nothing after the end', () => {
    paced.later();
    paced.stop();
    paced.now();
    paced.soon();
    paced.later();
    clock.advance(10_000);
    assert.deepEqual([shown, clock.pending], [[], 0]);
  });
});
