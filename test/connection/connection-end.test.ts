// The end of a connection: disconnecting, closing, and who is told.

import assert from 'node:assert/strict';
import type { ConnectionState } from '#src/connection/connection-state';
import { ConnectionBench, endpoint, MIN_DELAY, promisesKept, watched } from './connection-bench';
import { failure } from './publications';

function isConnecting(state: ConnectionState): state is Extract<ConnectionState, { kind: 'connecting' }> {
  return state.kind === 'connecting';
}

describe('connection/end', () => {
  describe('disconnecting', () => {
    it('ends in the state idle once the stream is closed, and keeps waiting publications', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      bench.publish('a');
      const gone = bench.connection.disconnect();
      assert.equal(transport.closing, true);
      assert.equal(bench.kind, 'closing');
      bench.publish('b');
      transport.finishClosing();
      await gone;
      assert.equal(bench.kind, 'idle');
      assert.deepEqual(bench.settlements.log, []);
      assert.equal(bench.connection.outboxDepth, 2);
      assert.equal(bench.clock.pending, 0);
    });

    it('is followed by no attempt before the next connect()', async () => {
      const bench = new ConnectionBench();
      bench.subscribe('s');
      bench.connected();
      bench.publish('a');
      await bench.connection.disconnect();
      bench.clock.advance(1_000_000);
      assert.equal(bench.network.transports.length, 1);
      bench.connected();
      assert.equal(bench.network.transports.length, 2);
      assert.deepEqual(bench.transport.packets, ['SUBSCRIBE s', 'PUBLISH a']);
    });

    it('ends an attempt that is under way', async () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      await bench.connection.disconnect();
      assert.equal(bench.transport.closing, true);
      assert.equal(bench.kind, 'idle');
      assert.equal(bench.clock.pending, 0);
    });

    it('ends the wait for the next attempt', async () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.transport.lose(failure());
      await bench.connection.disconnect();
      assert.equal(bench.kind, 'idle');
      assert.equal(bench.clock.pending, 0);
    });

    it('does nothing without a connection', async () => {
      const bench = new ConnectionBench();
      await bench.connection.disconnect();
      assert.deepEqual(bench.kinds, ['idle']);
      await bench.connection.close();
      await bench.connection.disconnect();
      assert.equal(bench.kind, 'closed');
    });

    it('starts to count attempts again', async () => {
      const bench = new ConnectionBench({ endpoints: [endpoint('one'), endpoint('two')] });
      bench.connection.connect();
      bench.transport.lose(failure());
      await bench.connection.disconnect();
      bench.connection.connect();
      const { state } = bench.connection;
      assert.ok(isConnecting(state));
      assert.deepEqual({ attempt: state.attempt, server: state.server }, { attempt: 1, server: 'one' });
    });

    it('called twice resolves when the stream is closed, and does not affect a later connection', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const first = bench.connection.disconnect();
      const second = bench.connection.disconnect();
      await promisesKept();
      assert.equal(bench.kind, 'closing', 'the stream is still there');
      transport.finishClosing();
      await Promise.all([first, second]);
      assert.equal(bench.kind, 'idle');
      const next = bench.connected();
      await promisesKept();
      bench.publish('a');
      assert.deepEqual(next.topics, ['a']);
    });
  });

  describe('closing', () => {
    const situations: readonly [name: string, prepare: (bench: ConnectionBench) => void][] = [
      ['before it was ever connected', () => {}],
      ['while connecting', (bench) => bench.connection.connect()],
      ['while connected', (bench) => void bench.connected()],
      [
        'while waiting for the next attempt',
        (bench) => {
          bench.connection.connect();
          bench.transport.lose(failure());
        },
      ],
      ['after a connection was lost', (bench) => bench.connected().lose(failure())],
      [
        'while disconnecting',
        (bench) => {
          bench.connected();
          void bench.connection.disconnect();
        },
      ],
    ];
    for (const [name, prepare] of situations) {
      it(`${name}: all is settled once, the state is closed, and nothing is left on the clock`, async () => {
        const bench = new ConnectionBench();
        bench.subscribe('s');
        bench.publish('before');
        prepare(bench);
        bench.publish('after');
        assert.equal(await bench.closedWithoutAcknowledgement(), 2);
        assert.deepEqual(bench.settlements.log.toSorted(), ['after connection-closed', 'before connection-closed']);
        assert.equal(bench.connection.outboxDepth, 0);
        assert.equal(bench.kind, 'closed');
        assert.deepEqual(bench.kinds.slice(-2), ['closing', 'closed']);
        bench.clock.advance(0);
        assert.equal(bench.clock.pending, 0);
        const count = bench.network.transports.length;
        for (const { closing, destroyed } of bench.network.transports.slice(-1)) {
          assert.ok(closing || destroyed || name.includes('waiting') || name.includes('lost'), 'the stream is gone');
        }
        bench.clock.advance(1_000_000);
        assert.equal(bench.network.transports.length, count, 'no further attempt');
      });
    }

    it('resolves when the stream is closed, and the state is closed only then', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const closed = watched(bench.connection.close());
      await promisesKept();
      assert.equal(bench.kind, 'closing');
      assert.equal(closed.done, false);
      transport.finishClosing();
      await closed.promise;
      assert.equal(bench.kind, 'closed');
    });

    it('wins when disconnect() was called last, however often connect() was called before', async () => {
      const bench = new ConnectionBench();
      bench.connected();
      void bench.connection.disconnect();
      bench.connection.connect();
      await bench.connection.disconnect();
      await promisesKept();
      assert.equal(bench.kind, 'idle');
      assert.equal(bench.network.transports.length, 1);
    });

    it('is followed by a new connection when connect() was called last', async () => {
      const bench = new ConnectionBench();
      bench.connected();
      void bench.connection.disconnect();
      bench.connection.connect();
      void bench.connection.disconnect();
      bench.connection.connect();
      await promisesKept();
      assert.equal(bench.network.transports.length, 2);
      assert.equal(bench.kind, 'connecting');
    });

    it('waits for the acknowledgement of publications in flight', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      bench.publish('one', 1);
      const closed = bench.connection.close();
      await promisesKept();
      assert.equal(bench.kind, 'closing');
      assert.equal(transport.closing, false);
      transport.published[0]?.answer({ kind: 'acknowledged', reasonCode: 0 });
      await promisesKept();
      // Flows may acknowledge what they have published.
      assert.equal(transport.closing, false);
      bench.clock.advance(20);
      assert.equal(await closed, 0);
      assert.deepEqual(bench.settlements.log, ['one ok 0']);
      assert.equal(bench.clock.pending, 0);
    });

    it('does not connect again when the connection is lost meanwhile', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      bench.publish('one', 1);
      const closed = bench.connection.close();
      transport.lose(failure());
      assert.equal(await closed, 1);
      assert.deepEqual(bench.settlements.log, ['one connection-closed']);
      assert.equal(bench.kind, 'closed');
      bench.clock.advance(1_000_000);
      assert.equal(bench.network.transports.length, 1);
    });

    it('settles publications in flight: QoS 0 as lost, QoS 1 and 2 as not sent', async () => {
      const bench = new ConnectionBench();
      bench.connected();
      bench.publish('zero', 0);
      bench.publish('one', 1);
      assert.equal(await bench.closedWithoutAcknowledgement(), 1);
      assert.deepEqual(bench.settlements.log, ['zero publication-lost', 'one connection-closed']);
    });

    it('settles later publications at once', async () => {
      const bench = new ConnectionBench();
      await bench.connection.close();
      bench.publish('a');
      assert.deepEqual(bench.settlements.log, ['a connection-closed']);
    });

    it('cannot be followed by connect()', async () => {
      const bench = new ConnectionBench();
      await bench.connection.close();
      bench.connection.connect();
      bench.clock.advance(1_000_000);
      assert.equal(bench.kind, 'closed');
      assert.deepEqual(bench.network.transports, []);
    });

    it('is reported to watchers once, as the last state', async () => {
      const bench = new ConnectionBench();
      bench.connected();
      await bench.connection.close();
      await bench.connection.close();
      await bench.connection.disconnect();
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connected', 'closing', 'closed']);
    });

    it('called twice: both calls resolve when the stream is closed', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const first = watched(bench.connection.close());
      const second = watched(bench.connection.close());
      await promisesKept();
      assert.deepEqual([first.done, second.done], [false, false]);
      assert.equal(bench.kind, 'closing');
      transport.finishClosing();
      await Promise.all([first.promise, second.promise]);
      assert.equal(bench.kind, 'closed');
    });

    it('called during disconnect(): resolves when the stream is closed', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const disconnected = bench.connection.disconnect();
      const closed = watched(bench.connection.close());
      await promisesKept();
      assert.equal(closed.done, false);
      transport.finishClosing();
      await Promise.all([disconnected, closed.promise]);
      assert.equal(bench.kind, 'closed');
    });

    it('is not undone by a disconnect() that follows', async () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const closed = bench.connection.close();
      const disconnected = bench.connection.disconnect();
      await promisesKept();
      bench.connection.connect();
      assert.equal(bench.network.transports.length, 1, 'no connection is opened any more');
      transport.finishClosing();
      await Promise.all([closed, disconnected]);
      assert.equal(bench.kind, 'closed');
      assert.ok(!bench.kinds.slice(1).includes('idle'));
    });
  });

  describe('watching', () => {
    it('begins with the present state, and ends when it is removed', () => {
      const bench = new ConnectionBench();
      bench.connected();
      const kinds: string[] = [];
      const unwatch = bench.connection.watch(({ kind }) => kinds.push(kind));
      bench.transport.lose(failure());
      unwatch();
      bench.clock.advance(MIN_DELAY);
      assert.deepEqual(kinds, ['connected', 'waiting']);
    });

    it('a watcher may remove itself while it is called', () => {
      const bench = new ConnectionBench();
      const kinds: string[] = [];
      const unwatch = bench.connection.watch(({ kind }) => {
        kinds.push(kind);
        if (kind === 'connecting') unwatch();
      });
      bench.connected();
      assert.deepEqual(kinds, ['idle', 'connecting']);
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connected']);
    });

    it('a watcher that is added by another watcher gets each state once', () => {
      const bench = new ConnectionBench();
      const kinds: string[] = [];
      bench.connection.watch(({ kind }) => {
        if (kind === 'connecting') bench.connection.watch((state) => kinds.push(state.kind));
      });
      bench.connected();
      assert.deepEqual(kinds, ['connecting', 'connected']);
    });

    it('when one watcher acts on a state, the others still get the states in order', async () => {
      const bench = new ConnectionBench();
      bench.connection.watch(({ kind }) => {
        if (kind === 'waiting') void bench.connection.disconnect();
      });
      const kinds: string[] = [];
      bench.connection.watch(({ kind }) => kinds.push(kind));
      bench.connected();
      bench.transport.lose(failure());
      await promisesKept();
      assert.deepEqual(kinds, ['idle', 'connecting', 'connected', 'waiting', 'closing', 'idle']);
    });
  });
});
