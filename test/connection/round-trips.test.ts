// Whether everything that the server has sent so far has arrived.

import assert from 'node:assert/strict';
import { AnswerWatch } from '#src/connection/answer-watch';
import { RoundTrips } from '#src/connection/round-trips';
import { FakeClock } from '../helpers/fakes/fake-clock';

class Bench {
  readonly clock = new FakeClock();
  readonly answers = new AnswerWatch(this.clock);
  readonly roundTrips = new RoundTrips(this.clock, this.answers);
  readonly pings: (() => void)[] = [];
  readonly link = {
    reading: true,
    unacknowledged: 0,
    progress: { received: 0, sent: 0, waiting: 0, busyFor: 0 },
    ping: (answered: () => void) => void this.pings.push(answered),
  };
  /** The outcomes: whether nothing can have been held back. */
  readonly done: boolean[] = [];
  readonly silent: string[] = [];

  constructor() {
    this.answers.begin(this.link, ({ code }) => this.silent.push(code));
    this.roundTrips.attach(this.link);
  }

  begin(): () => void {
    return this.roundTrips.begin((free) => this.done.push(free));
  }
}

describe('connection/round-trips', () => {
  it('end with PINGRESP, in a turn of their own, however long that takes', () => {
    const bench = new Bench();
    bench.begin();
    bench.clock.advance(20_000);
    assert.deepEqual(bench.done, []);
    bench.pings[0]?.();
    assert.deepEqual(bench.done, []);
    bench.clock.advance(0);
    assert.deepEqual(bench.done, [true]);
    bench.clock.advance(60_000);
    assert.deepEqual([bench.done, bench.clock.pending], [[true], 0]);
  });

  it('say whether something was unacknowledged when they began', () => {
    const bench = new Bench();
    bench.link.unacknowledged = 1;
    bench.begin();
    bench.link.unacknowledged = 0;
    bench.pings[0]?.();
    bench.clock.advance(0);
    assert.deepEqual(bench.done, [false]);
  });

  it('end without a result when reading stops, since PINGRESP cannot be read then', () => {
    const bench = new Bench();
    bench.begin();
    bench.link.reading = false;
    bench.clock.advance(250);
    assert.deepEqual(bench.done, [false]);
    bench.pings[0]?.();
    bench.clock.advance(1000);
    assert.deepEqual(bench.done, [false]);
  });

  it('do not end when they are cancelled, or when the connection ends', () => {
    const bench = new Bench();
    bench.begin()();
    bench.pings[0]?.();
    bench.begin();
    bench.pings[1]?.();
    bench.roundTrips.detach();
    bench.clock.advance(1000);
    assert.deepEqual([bench.done, bench.begin()()], [[], undefined]);
  });

  it('share one PINGREQ where many are asked for, and the next goes out after its answer', () => {
    const bench = new Bench();
    for (let count = 0; count < 1000; count++) bench.begin();
    assert.equal(bench.pings.length, 1);
    bench.pings[0]?.();
    bench.clock.advance(0);
    assert.deepEqual([bench.done.length, bench.pings.length], [1, 2]);
    bench.pings[1]?.();
    bench.clock.advance(0);
    assert.deepEqual([bench.done.length, bench.pings.length], [1000, 2]);
  });

  it('begin anew on the next connection', () => {
    const bench = new Bench();
    bench.begin();
    bench.roundTrips.detach();
    bench.roundTrips.attach(bench.link);
    bench.begin();
    assert.equal(bench.pings.length, 2);
    bench.pings[0]?.();
    bench.clock.advance(0);
    assert.deepEqual(bench.done, []);
    bench.pings[1]?.();
    bench.clock.advance(0);
    assert.deepEqual(bench.done, [true]);
  });

  it('leave no timer when the connection ends', () => {
    const bench = new Bench();
    bench.begin();
    bench.clock.advance(300);
    bench.answers.end();
    bench.roundTrips.detach();
    assert.equal(bench.clock.pending, 0);
  });

  it('end without a result when a server answers other packets, but no PINGREQ', () => {
    const bench = new Bench();
    bench.begin();
    for (let seconds = 0; seconds < 120; seconds += 10) {
      bench.answers.await(() => {})(undefined);
      bench.clock.advance(10_000);
    }
    assert.deepEqual([bench.done, bench.silent], [[false], []]);
  });

  it('end a connection whose server answers nothing', () => {
    const bench = new Bench();
    bench.begin();
    bench.clock.advance(30_000);
    assert.deepEqual(bench.silent, ['no-acknowledgement']);
  });
});
