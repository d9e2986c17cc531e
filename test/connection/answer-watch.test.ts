// A server that stays connected but answers nothing. A keep-alive does not notice that.

import assert from 'node:assert/strict';
import { AnswerWatch } from '#src/connection/answer-watch';
import type { PublishOutcome } from '#src/transport/transport';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { ConnectionBench } from './connection-bench';
import { failure, incoming, outgoing } from './publications';

const PATIENCE = 30_000;
const accepted: PublishOutcome = { kind: 'acknowledged', reasonCode: 0 };

describe('connection/answer watch', () => {
  let bench: ConnectionBench;

  beforeEach(() => {
    bench = new ConnectionBench();
  });

  /** The errors with which the connection has ended. */
  function ends(): unknown[] {
    return bench.states.flatMap((state) => {
      if (state.kind !== 'waiting') return [];
      const { code, stage, params } = state.error;
      return [[code, stage, params.seconds]];
    });
  }

  /** Subscribes. The returned function unsubscribes. */
  function subscribe(filter = 'a'): () => void {
    const remove = bench.subscribe(filter);
    bench.clock.advance(0);
    return remove;
  }

  const questions: readonly [what: string, ask: () => void][] = [
    ['SUBSCRIBE', () => void subscribe()],
    [
      'UNSUBSCRIBE',
      () => {
        const remove = subscribe();
        bench.transport.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
        bench.clock.advance(PATIENCE);
        remove();
        bench.clock.advance(0);
        assert.deepEqual(bench.transport.packets, ['SUBSCRIBE a', 'UNSUBSCRIBE a']);
      },
    ],
    ['PUBLISH', () => bench.publish('a')],
    [
      'PUBREL',
      () => {
        bench.publish('a', 2);
        bench.clock.advance(PATIENCE - 1);
        bench.transport.published[0]?.receive();
      },
    ],
  ];
  for (const [what, ask] of questions) {
    it(`ends the connection when nothing answers ${what} for 30 s`, () => {
      const transport = bench.connected();
      ask();
      bench.clock.advance(PATIENCE - 1);
      assert.deepEqual([ends(), transport.destroyed], [[], false]);
      bench.clock.advance(1);
      assert.deepEqual(ends(), [['no-acknowledgement', 'connected', 30]]);
      assert.equal(transport.destroyed, true);
      // Only the next attempt.
      assert.equal(bench.clock.pending, 1);
    });
  }

  it('ends the connection when nothing answers PUBLISH of the connection itself for 30 s', () => {
    bench = new ConnectionBench({ messages: { birth: outgoing('birth', 1) } });
    const transport = bench.connected();
    bench.clock.advance(PATIENCE - 1);
    assert.deepEqual([ends(), transport.topics], [[], ['birth']]);
    bench.clock.advance(1);
    assert.deepEqual(ends(), [['no-acknowledgement', 'connected', 30]]);
  });

  it('keeps the connection while the server answers anything', () => {
    const transport = bench.connected();
    subscribe();
    for (let answer = 0; answer < 10; answer++) {
      bench.publish('a');
      bench.clock.advance(PATIENCE - 1);
      transport.published[answer]?.answer(accepted);
    }
    assert.deepEqual(ends(), []);
    bench.clock.advance(PATIENCE);
    assert.equal(ends().length, 1);
  });

  it('allows more time while publications arrive, but not without limit', () => {
    const transport = bench.connected();
    subscribe();
    let waited = 0;
    for (; ends().length === 0 && waited < 1000; waited += 10) {
      transport.message(incoming('a'));
      bench.clock.advance(10_000);
    }
    assert.equal(waited, 120);
  });

  it('sets no timer when everything is answered', () => {
    const transport = bench.connected();
    subscribe();
    transport.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
    bench.publish('once', 0);
    bench.publish('exactly once', 2);
    transport.published[1]?.receive();
    transport.published[1]?.answer(accepted);
    bench.clock.advance(10 * PATIENCE);
    assert.deepEqual([ends(), bench.clock.pending], [[], 0]);
  });

  it('does not count the time in which reading is paused', () => {
    const transport = bench.connected();
    subscribe();
    transport.reading = false;
    bench.clock.advance(10 * PATIENCE);
    transport.reading = true;
    bench.clock.advance(PATIENCE - 1);
    assert.equal(ends().length, 0);
    bench.clock.advance(1);
    assert.equal(ends().length, 1);
  });

  it('keeps the connection while the bytes of a large message go out', () => {
    const transport = bench.connected();
    transport.progress = { received: 0, sent: 0, waiting: 9_000_000, busyFor: 0 };
    subscribe();
    for (let round = 1; round <= 10; round++) {
      transport.progress = { ...transport.progress, sent: round * 800_000, waiting: 9_000_000 - round * 800_000 };
      bench.clock.advance(PATIENCE);
    }
    assert.deepEqual(ends(), []);
    bench.clock.advance(PATIENCE);
    assert.equal(ends().length, 1);
  });

  it('keeps the connection while the bytes of a large message come in', () => {
    const transport = bench.connected();
    subscribe();
    for (let round = 1; round <= 10; round++) {
      transport.progress = { ...transport.progress, received: round * 100_000 };
      bench.clock.advance(PATIENCE);
    }
    assert.deepEqual(ends(), []);
    bench.clock.advance(PATIENCE);
    assert.equal(ends().length, 1);
  });

  it('allows the time that a slow link needs for what the system still holds', () => {
    const transport = bench.connected();
    subscribe();
    const end = bench.clock.now() + 100_000;
    Object.defineProperty(transport, 'progress', {
      get: () => ({ received: 0, sent: 0, waiting: 0, busyFor: Math.max(0, end - bench.clock.now()) }),
    });
    bench.clock.advance(99_999);
    assert.deepEqual(ends(), []);
    bench.clock.advance(1);
    assert.equal(ends().length, 1);
  });

  it('does not count PINGRESP as an answer', () => {
    const transport = bench.connected();
    subscribe();
    transport.progress = { received: 2000, sent: 2000, waiting: 0, busyFor: 0 };
    bench.clock.advance(PATIENCE);
    assert.equal(ends().length, 1);
  });

  it('starts its time again with the next request', () => {
    const transport = bench.connected();
    subscribe();
    transport.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
    bench.clock.advance(PATIENCE);
    subscribe('b');
    bench.clock.advance(PATIENCE - 1);
    assert.equal(ends().length, 0);
    bench.clock.advance(1);
    assert.equal(ends().length, 1);
  });

  it('forgets unanswered requests of the earlier connection', () => {
    const transport = bench.connected();
    subscribe();
    bench.publish('a');
    transport.lose(failure());
    const next = bench.connected();
    next.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
    // Waiting publications are sent once the subscription has not ended this connection as well.
    bench.clock.advance(0);
    next.published[0]?.answer(accepted);
    bench.clock.advance(10 * PATIENCE);
    assert.deepEqual([ends().length, bench.clock.pending], [1, 0]);
  });

  it('leaves no timer when the connection has ended', () => {
    const clock = new FakeClock();
    const watch = new AnswerWatch(clock);
    const progress = { received: 0, sent: 0, waiting: 0, busyFor: 0 };
    watch.begin({ reading: true, progress }, assert.ifError);
    watch.asked();
    assert.equal(clock.pending, 1);
    watch.end();
    assert.equal(clock.pending, 0);
  });

  it('leaves no timer after close()', async () => {
    bench.connected();
    subscribe();
    await bench.connection.close();
    assert.equal(bench.clock.pending, 0);
  });

  it('leaves only the timer of the next attempt when the stream has ended', () => {
    const transport = bench.connected();
    subscribe();
    transport.lose(failure());
    assert.equal(bench.clock.pending, 1);
  });
});
