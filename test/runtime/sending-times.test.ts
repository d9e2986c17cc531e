// When a publish node sends by itself: at each connection, at intervals while it stands, and once at a time.

import assert from 'node:assert/strict';
import type { ConnectionState } from '#src/connection/connection-state';
import { type SendingPlan, SendingTimes } from '#src/runtime/publish/sending-times';
import { FakeClock } from '../helpers/fakes/fake-clock';

const CONNECTED = { kind: 'connected' } as ConnectionState;
const LOST = { kind: 'waiting' } as ConnectionState;
const CONNECTING = { kind: 'connecting' } as ConnectionState;

describe('a publish node that sends by itself', () => {
  let clock: FakeClock;
  let sent: number[];
  let open: (() => void)[];
  let begin: number;
  /** Whether what is sent is settled at once. */
  let settles: boolean;

  beforeEach(() => {
    clock = new FakeClock();
    begin = clock.now();
    sent = [];
    open = [];
    settles = true;
  });

  function start(plan: SendingPlan): SendingTimes {
    return new SendingTimes(clock, plan, (settled) => {
      sent.push((clock.now() - begin) / 1000);
      if (settles) settled();
      else open.push(settled);
    });
  }

  it('sends once each time the connection stands, also for the first time', () => {
    const times = start({ atConnection: true, interval: undefined });
    for (const state of [CONNECTING, CONNECTED, LOST, CONNECTING, CONNECTED]) times.follow(state);
    clock.advance(1_000_000);
    assert.deepEqual(sent, [0, 0]);
    assert.equal(clock.pending, 0);
  });

  it('sends at intervals from the beginning of the connection, and not while it is down', () => {
    const times = start({ atConnection: true, interval: 10 });
    clock.advance(50_000);
    times.follow(CONNECTED);
    clock.advance(25_000);
    times.follow(LOST);
    clock.advance(100_000);
    times.follow(CONNECTED);
    clock.advance(10_000);
    assert.deepEqual(sent, [50, 60, 70, 175, 185]);
  });

  it('sends at intervals alone, if that is all that is asked for', () => {
    start({ atConnection: false, interval: 10 }).follow(CONNECTED);
    clock.advance(20_000);
    assert.deepEqual(sent, [10, 20]);
  });

  it('is not moved by somebody who sets the clock', () => {
    start({ atConnection: false, interval: 10 }).follow(CONNECTED);
    clock.set(-3_600_000);
    clock.advance(10_000);
    clock.set(7_200_000);
    clock.advance(10_000);
    assert.deepEqual(sent, [10, 20]);
  });

  it('sends no second time while the first has not come to an end, however long that takes', () => {
    settles = false;
    const times = start({ atConnection: true, interval: 10 });
    times.follow(CONNECTED);
    clock.advance(100_000);
    times.follow(LOST);
    times.follow(CONNECTED);
    assert.deepEqual(sent, [0]);
    open.pop()?.();
    clock.advance(10_000);
    assert.deepEqual(sent, [0, 110]);
  });

  it('leaves out the times at which the machine was asleep', () => {
    const late = new FakeClock();
    let now = 0;
    const sleepy = { now: () => now, wall: () => 0, after: late.after.bind(late) };
    const at: number[] = [];
    const times = new SendingTimes(sleepy, { atConnection: false, interval: 10 }, (settled) => {
      at.push(now);
      settled();
    });
    times.follow(CONNECTED);
    now = 35_000;
    late.advance(10_000);
    now = 40_000;
    late.advance(5000);
    assert.deepEqual(at, [35_000, 40_000]);
  });

  it('ends with its node', () => {
    const times = start({ atConnection: false, interval: 10 });
    times.follow(CONNECTED);
    times.stop();
    assert.equal(clock.pending, 0);
  });
});
