// One live connection: its states, attempts and waits, what survives a loss, and an end that leaves nothing behind.

import assert from 'node:assert/strict';
import { Connection } from '#src/connection/connection';
import type { ConnectionSettings, Endpoint } from '#src/connection/connection-settings';
import type { ConnectionState } from '#src/connection/connection-state';
import type { Subscriber } from '#src/connection/subscriptions';
import type { QoS } from '#src/core/publication';
import { filterOf } from '../core/parsed';
import { FakeClock } from '../helpers/fake-clock';
import { FakeNetwork, type FakeTransport } from '../helpers/fake-transport';
import { failure, incoming, outgoing } from './publications';
import { Settlements } from './settlements';

const TIMEOUT = 15_000;
const MIN_DELAY = 1000;
const MAX_DELAY = 60_000;

function endpoint(name: string): Endpoint {
  return { name, open: () => Promise.reject(failure()) };
}

function isConnecting(state: ConnectionState): state is Extract<ConnectionState, { kind: 'connecting' }> {
  return state.kind === 'connecting';
}

/** A connection on a fake network, with a watcher. */
/** ms that close() waits for acknowledgements. */
const DRAIN = 1000;

class Bench {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork();
  readonly settlements = new Settlements();
  readonly states: ConnectionState[] = [];
  readonly connection: Connection;
  readonly received: string[] = [];
  readonly reported: Error[] = [];
  random = 0;

  constructor(settings: Partial<ConnectionSettings> = {}) {
    this.connection = new Connection(
      {
        endpoints: [endpoint('server')],
        protocolVersion: 'auto',
        connectOptions: () => ({ clientId: 'test', keepalive: 60, cleanStart: true }),
        connectTimeout: TIMEOUT,
        reconnect: { minDelay: MIN_DELAY, maxDelay: MAX_DELAY },
        outbox: { maxMessages: 100, maxBytes: 100_000, overflow: 'reject' },
        messages: {},
        ...settings,
      },
      {
        openTransport: this.network.openTransport,
        clock: this.clock,
        random: () => this.random,
        report: (error) => this.reported.push(error),
      },
    );
    this.connection.watch((state) => this.states.push(state));
  }

  /** The transport of the latest attempt. */
  get transport(): FakeTransport {
    return this.network.latest;
  }

  get kind(): ConnectionState['kind'] {
    return this.connection.state.kind;
  }

  get kinds(): string[] {
    return this.states.map(({ kind }) => kind);
  }

  get waiting(): Extract<ConnectionState, { kind: 'waiting' }> {
    const { state } = this.connection;
    assert.ok(state.kind === 'waiting', `waiting, not ${state.kind}`);
    return state;
  }

  /** Closes while the server acknowledges nothing more; the number of publications given back. */
  closedWithoutAcknowledgement(): Promise<number> {
    const closed = this.connection.close();
    this.clock.advance(DRAIN);
    return closed;
  }

  connected(): FakeTransport {
    this.connection.connect();
    this.transport.connect();
    return this.transport;
  }

  publish(topic: string, qos: QoS = 1): void {
    this.connection.publish(outgoing(topic, qos), this.settlements.of(topic));
  }

  subscribe(filter: string): () => void {
    const subscriber: Subscriber = {
      subscriptions: [
        { filter: filterOf(filter), qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
      deliver: ({ topic }) => this.received.push(topic),
      stateChanged() {},
    };
    return this.connection.subscribe(subscriber);
  }
}

describe('connection/connection', () => {
  describe('connecting', () => {
    it('nothing is done before it is asked for', () => {
      const bench = new Bench();
      assert.deepEqual(bench.states, [{ kind: 'idle' }]);
      bench.publish('a');
      bench.clock.advance(1_000_000);
      assert.deepEqual(bench.network.transports, []);
      assert.equal(bench.connection.outboxDepth, 1);
    });

    it('the stages on the way are shown, then what the server said', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.transport.stage('dns');
      bench.transport.stage('tcp');
      bench.transport.stage('connack');
      bench.transport.connect({ receiveMaximum: 7, assignedClientIdentifier: 'given' });
      assert.deepEqual(
        bench.states.filter(isConnecting).map(({ stage }) => stage),
        ['tcp', 'dns', 'tcp', 'connack'],
      );
      for (const { attempt, server } of bench.states.filter(isConnecting)) {
        assert.deepEqual({ attempt, server }, { attempt: 1, server: 'server' });
      }
      const { state } = bench.connection;
      assert.ok(state.kind === 'connected');
      assert.equal(state.server, 'server');
      assert.equal(state.info.receiveMaximum, 7);
      assert.equal(state.info.assignedClientIdentifier, 'given');
    });

    it('asking twice opens one transport', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.connection.connect();
      bench.transport.connect();
      bench.connection.connect();
      assert.equal(bench.network.transports.length, 1);
    });

    it('the options are asked for at each attempt', () => {
      let count = 0;
      const bench = new Bench({
        connectOptions: () => ({ clientId: `client${++count}`, keepalive: 5, cleanStart: true }),
      });
      bench.connection.connect();
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      assert.deepEqual(
        bench.network.transports.map(({ options }) => options),
        [
          { clientId: 'client1', keepalive: 5, cleanStart: true, protocolVersion: 5 },
          { clientId: 'client2', keepalive: 5, cleanStart: true, protocolVersion: 5 },
        ],
      );
    });

    it('a server that does not answer in time is given up, at the stage it was at', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.transport.stage('connack');
      const { transport } = bench;
      bench.clock.advance(TIMEOUT - 1);
      assert.equal(bench.kind, 'connecting');
      bench.clock.advance(1);
      assert.equal(transport.destroyed, true);
      assert.equal(bench.waiting.error.code, 'connection-timeout');
      assert.equal(bench.waiting.error.stage, 'connack');
    });

    it('a server that has answered is not given up later', () => {
      const bench = new Bench();
      const transport = bench.connected();
      bench.clock.advance(10 * TIMEOUT);
      assert.equal(bench.kind, 'connected');
      assert.equal(transport.destroyed, false);
      assert.equal(bench.clock.pending, 0);
    });

    it('each attempt has its full time', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.clock.advance(TIMEOUT - 1);
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      bench.clock.advance(TIMEOUT - 1);
      assert.equal(bench.kind, 'connecting');
      bench.clock.advance(1);
      assert.equal(bench.kind, 'waiting');
    });
  });

  describe('trying again', () => {
    it('a failed attempt is shown with its reason and the time of the next', () => {
      const bench = new Bench();
      bench.connection.connect();
      const error = failure('connection-refused');
      bench.transport.lose(error);
      assert.equal(bench.waiting.error, error);
      assert.equal(bench.waiting.server, 'server');
      assert.equal(bench.waiting.nextAt, bench.clock.now() + MIN_DELAY);
      bench.clock.advance(MIN_DELAY - 1);
      assert.equal(bench.network.transports.length, 1);
      bench.clock.advance(1);
      assert.equal(bench.network.transports.length, 2);
      assert.equal(bench.kind, 'connecting');
    });

    it('attempts go on without end, each further from the last, up to the longest delay', () => {
      const bench = new Bench();
      bench.random = 1 - Number.EPSILON;
      bench.connection.connect();
      const delays: number[] = [];
      for (let i = 0; i < 50; i++) {
        bench.transport.lose(failure());
        const delay = bench.waiting.nextAt - bench.clock.now();
        delays.push(delay);
        bench.clock.advance(delay);
        const { state } = bench.connection;
        assert.ok(isConnecting(state));
        assert.equal(state.attempt, i + 2);
      }
      for (const [index, delay] of delays.entries()) {
        const before = delays[index - 1] ?? MIN_DELAY;
        assert.ok(delay > before || delay === MAX_DELAY, `delay ${index}: ${delay} after ${before}`);
        assert.ok(delay <= MAX_DELAY);
      }
      assert.equal(delays.at(-1), MAX_DELAY);
      assert.equal(bench.clock.pending, 1);
    });

    it('chance spreads the delays', () => {
      const delays = [0, 0.5, 0.9].map((random) => {
        const bench = new Bench();
        bench.random = random;
        bench.connection.connect();
        bench.transport.lose(failure());
        return bench.waiting.nextAt - bench.clock.now();
      });
      assert.equal(delays[0], MIN_DELAY);
      assert.equal(new Set(delays).size, 3);
    });

    it('a connection that stood and was lost begins to count anew', () => {
      const bench = new Bench();
      bench.random = 0.99;
      bench.connection.connect();
      for (let i = 0; i < 10; i++) {
        bench.transport.lose(failure());
        bench.clock.advance(MAX_DELAY);
      }
      bench.transport.connect();
      bench.transport.lose(failure());
      assert.ok(bench.waiting.nextAt - bench.clock.now() <= 2 * MIN_DELAY);
      assert.equal(bench.waiting.attempt, 1);
      bench.clock.advance(2 * MIN_DELAY);
      bench.transport.connect();
      assert.equal(bench.kind, 'connected');
    });

    it('servers are tried in their order, and from the first again', () => {
      const endpoints = [endpoint('one'), endpoint('two'), endpoint('three')] as const;
      const bench = new Bench({ endpoints });
      bench.connection.connect();
      const tried: string[] = [];
      for (let i = 0; i < 5; i++) {
        const { state } = bench.connection;
        assert.ok(isConnecting(state));
        tried.push(state.server);
        assert.equal(bench.transport.open, endpoints[i % 3]?.open);
        bench.transport.lose(failure());
        assert.equal(bench.waiting.server, state.server, 'the one that failed is named');
        bench.clock.advance(MAX_DELAY);
      }
      assert.deepEqual(tried, ['one', 'two', 'three', 'one', 'two']);
    });

    it('after a connection that stood the first server is tried first', () => {
      const bench = new Bench({ endpoints: [endpoint('one'), endpoint('two')] });
      bench.connection.connect();
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      bench.transport.connect();
      const { state } = bench.connection;
      assert.ok(state.kind === 'connected');
      assert.equal(state.server, 'two');
      bench.transport.lose(failure());
      assert.equal(bench.waiting.server, 'two');
      bench.clock.advance(MIN_DELAY);
      const next = bench.connection.state;
      assert.ok(isConnecting(next));
      assert.equal(next.server, 'one');
    });
  });

  describe('the protocol version', () => {
    const refusal = failure('protocol-version-refused');

    it('MQTT 5 is tried first, and 3.1.1 at once and with the same server when it is refused', () => {
      const bench = new Bench({ endpoints: [endpoint('one'), endpoint('two')] });
      bench.connection.connect();
      assert.equal(bench.transport.options.protocolVersion, 5);
      bench.transport.lose(refusal);
      assert.equal(bench.network.transports.length, 2);
      assert.equal(bench.transport.options.protocolVersion, 4);
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connecting']);
      const { state } = bench.connection;
      assert.ok(isConnecting(state));
      assert.equal(state.server, 'one');
    });

    it('3.1.1 is kept from then on', async () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.transport.lose(refusal);
      bench.transport.connect({ protocolVersion: 4 });
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      await bench.connection.disconnect();
      bench.connection.connect();
      assert.deepEqual(
        bench.network.transports.map(({ options }) => options.protocolVersion),
        [5, 4, 4, 4],
      );
    });

    it('a server that refuses both is waited for like any other', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.transport.lose(refusal);
      bench.transport.lose(refusal);
      assert.equal(bench.waiting.error, refusal);
      assert.equal(bench.network.transports.length, 2);
    });

    it('another refusal leaves it at MQTT 5', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.transport.lose(failure('credentials-refused'));
      bench.clock.advance(MIN_DELAY);
      assert.equal(bench.transport.options.protocolVersion, 5);
    });

    for (const protocolVersion of [5, 4] as const) {
      it(`${protocolVersion} is kept where the user chose it`, () => {
        const bench = new Bench({ protocolVersion });
        bench.connection.connect();
        bench.transport.lose(refusal);
        assert.equal(bench.kind, 'waiting');
        bench.clock.advance(MIN_DELAY);
        assert.deepEqual(
          bench.network.transports.map(({ options }) => options.protocolVersion),
          [protocolVersion, protocolVersion],
        );
      });
    }

    it('the attempt with 3.1.1 has its full time', () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.clock.advance(TIMEOUT - 1);
      bench.transport.lose(refusal);
      bench.clock.advance(TIMEOUT - 1);
      assert.equal(bench.kind, 'connecting');
      bench.clock.advance(1);
      assert.equal(bench.kind, 'waiting');
      assert.equal(bench.clock.pending, 1);
    });
  });

  describe('publications and subscriptions', () => {
    it('what was published before the connection stood is sent when it stands, subscriptions first', () => {
      const bench = new Bench();
      bench.publish('a');
      bench.subscribe('b');
      const transport = bench.connected();
      assert.deepEqual(transport.packets, ['SUBSCRIBE b', 'PUBLISH a']);
    });

    it('what comes in goes to the subscribers', () => {
      const bench = new Bench();
      bench.subscribe('a/+');
      bench.connected().message(incoming('a/b'));
      assert.deepEqual(bench.received, ['a/b']);
    });

    it('a stream that was full goes on when it is free', () => {
      const bench = new Bench();
      const transport = bench.connected();
      transport.fill();
      bench.publish('a');
      assert.deepEqual(transport.topics, []);
      transport.drain();
      assert.deepEqual(transport.topics, ['a']);
    });

    it('a publication that was not confirmed is sent first on the next connection', () => {
      const bench = new Bench();
      bench.connected();
      bench.publish('a');
      bench.publish('zero', 0);
      bench.clock.advance(2000);
      bench.transport.lose(failure());
      bench.publish('b');
      assert.deepEqual(bench.settlements.log, ['zero publication-lost']);
      bench.clock.advance(MIN_DELAY);
      bench.transport.connect();
      assert.deepEqual(bench.transport.topics, ['a', 'b']);
      for (const sent of bench.transport.published) sent.answer({ kind: 'acknowledged', reasonCode: 0 });
      assert.deepEqual(bench.settlements.log, ['zero publication-lost', 'a ok 0', 'b ok 0']);
      assert.equal(bench.connection.outboxDepth, 0);
    });

    it('filters are subscribed again on the next connection', () => {
      const bench = new Bench();
      bench.subscribe('a');
      bench.connected().lose(failure());
      bench.clock.advance(MIN_DELAY);
      bench.transport.connect();
      assert.deepEqual(bench.transport.packets, ['SUBSCRIBE a']);
    });

    it('changes of subscriptions during a deploy are sent when it is over', () => {
      const bench = new Bench();
      const unsubscribe = bench.subscribe('a');
      const transport = bench.connected();
      bench.connection.holdSubscriptions();
      unsubscribe();
      bench.subscribe('a');
      bench.subscribe('b');
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      bench.connection.releaseSubscriptions();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
    });
  });

  describe('late events of a transport that is no longer the current one', () => {
    /** All that a transport can still say. */
    function speakLate(transport: FakeTransport): void {
      transport.stage('dns');
      transport.connect();
      transport.message(incoming('a'));
      transport.drain();
      transport.lose(failure('connection-refused'));
    }

    it('do nothing while waiting', () => {
      const bench = new Bench();
      bench.subscribe('a');
      bench.publish('p');
      bench.connection.connect();
      bench.clock.advance(TIMEOUT);
      const count = bench.states.length;
      const [old] = bench.network.transports;
      assert.ok(old);
      speakLate(old);
      assert.equal(bench.states.length, count);
      assert.deepEqual(bench.received, []);
      assert.deepEqual(old.packets, []);
    });

    it('do nothing to the attempt that followed, nor to the connection that came of it', () => {
      const bench = new Bench();
      bench.subscribe('a');
      bench.connection.connect();
      bench.clock.advance(TIMEOUT + MIN_DELAY);
      const [old] = bench.network.transports;
      assert.ok(old && old !== bench.transport);
      speakLate(old);
      assert.equal(bench.kind, 'connecting');
      bench.transport.connect();
      speakLate(old);
      assert.equal(bench.kind, 'connected');
      assert.equal(bench.network.transports.length, 2);
      assert.deepEqual(bench.received, []);
      bench.transport.message(incoming('a'));
      assert.deepEqual(bench.received, ['a']);
    });

    it('do nothing after a disconnect', async () => {
      const bench = new Bench();
      bench.subscribe('a');
      const old = bench.connected();
      await bench.connection.disconnect();
      speakLate(old);
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connected', 'closing', 'idle']);
      assert.deepEqual(bench.received, []);
      bench.clock.advance(1_000_000);
      assert.equal(bench.network.transports.length, 1);
    });

    it('do nothing after the end', async () => {
      const bench = new Bench();
      const old = bench.connected();
      await bench.connection.close();
      speakLate(old);
      assert.equal(bench.kind, 'closed');
      assert.equal(bench.clock.pending, 0);
    });
  });

  describe('disconnecting', () => {
    it('ends in idle once the stream is gone, and keeps what waits', async () => {
      const bench = new Bench();
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

    it('is followed by no attempt, until one is asked for', async () => {
      const bench = new Bench();
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

    it('ends an attempt', async () => {
      const bench = new Bench();
      bench.connection.connect();
      await bench.connection.disconnect();
      assert.equal(bench.transport.closing, true);
      assert.equal(bench.kind, 'idle');
      assert.equal(bench.clock.pending, 0);
    });

    it('ends a wait', async () => {
      const bench = new Bench();
      bench.connection.connect();
      bench.transport.lose(failure());
      await bench.connection.disconnect();
      assert.equal(bench.kind, 'idle');
      assert.equal(bench.clock.pending, 0);
    });

    it('does nothing when there is nothing to end', async () => {
      const bench = new Bench();
      await bench.connection.disconnect();
      assert.deepEqual(bench.kinds, ['idle']);
      await bench.connection.close();
      await bench.connection.disconnect();
      assert.equal(bench.kind, 'closed');
    });

    it('begins to count attempts anew', async () => {
      const bench = new Bench({ endpoints: [endpoint('one'), endpoint('two')] });
      bench.connection.connect();
      bench.transport.lose(failure());
      await bench.connection.disconnect();
      bench.connection.connect();
      const { state } = bench.connection;
      assert.ok(isConnecting(state));
      assert.deepEqual({ attempt: state.attempt, server: state.server }, { attempt: 1, server: 'one' });
    });

    it('twice at once resolves when the stream is gone, and leaves a later connection alone', async () => {
      const bench = new Bench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const first = bench.connection.disconnect();
      const second = bench.connection.disconnect();
      await settled();
      assert.equal(bench.kind, 'closing', 'the stream is still there');
      transport.finishClosing();
      await Promise.all([first, second]);
      assert.equal(bench.kind, 'idle');
      const next = bench.connected();
      await settled();
      bench.publish('a');
      assert.deepEqual(next.topics, ['a']);
    });
  });

  describe('closing', () => {
    const situations: readonly [name: string, prepare: (bench: Bench) => void][] = [
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
        const bench = new Bench();
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

    it('resolves when the stream is gone, and is closed not before', async () => {
      const bench = new Bench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const closed = watched(bench.connection.close());
      await settled();
      assert.equal(bench.kind, 'closing');
      assert.equal(closed.done, false);
      transport.finishClosing();
      await closed.promise;
      assert.equal(bench.kind, 'closed');
    });

    it('holds when the last word was disconnect, however often connect was said before', async () => {
      const bench = new Bench();
      bench.connected();
      void bench.connection.disconnect();
      bench.connection.connect();
      await bench.connection.disconnect();
      await settled();
      assert.equal(bench.kind, 'idle');
      assert.equal(bench.network.transports.length, 1);
    });

    it('is followed by a new connection when the last word was connect', async () => {
      const bench = new Bench();
      bench.connected();
      void bench.connection.disconnect();
      bench.connection.connect();
      void bench.connection.disconnect();
      bench.connection.connect();
      await settled();
      assert.equal(bench.network.transports.length, 2);
      assert.equal(bench.kind, 'connecting');
    });

    it('waits for the acknowledgement of what is on its way', async () => {
      const bench = new Bench();
      const transport = bench.connected();
      bench.publish('one', 1);
      const closed = bench.connection.close();
      await settled();
      assert.equal(bench.kind, 'closing');
      assert.equal(transport.closing, false);
      transport.published[0]?.answer({ kind: 'acknowledged', reasonCode: 0 });
      assert.equal(await closed, 0);
      assert.deepEqual(bench.settlements.log, ['one ok 0']);
      assert.equal(bench.clock.pending, 0);
    });

    it('does not connect again when the connection is lost meanwhile', async () => {
      const bench = new Bench();
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

    it('gives back what was under way: QoS 0 as lost, the others as not sent', async () => {
      const bench = new Bench();
      bench.connected();
      bench.publish('zero', 0);
      bench.publish('one', 1);
      assert.equal(await bench.closedWithoutAcknowledgement(), 1);
      assert.deepEqual(bench.settlements.log, ['zero publication-lost', 'one connection-closed']);
    });

    it('gives back at once what comes later', async () => {
      const bench = new Bench();
      await bench.connection.close();
      bench.publish('a');
      assert.deepEqual(bench.settlements.log, ['a connection-closed']);
    });

    it('is final', async () => {
      const bench = new Bench();
      await bench.connection.close();
      bench.connection.connect();
      bench.clock.advance(1_000_000);
      assert.equal(bench.kind, 'closed');
      assert.deepEqual(bench.network.transports, []);
    });

    it('is told to those who watch, once, and nothing after it', async () => {
      const bench = new Bench();
      bench.connected();
      await bench.connection.close();
      await bench.connection.close();
      await bench.connection.disconnect();
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connected', 'closing', 'closed']);
    });

    it('twice at once: both resolve when the stream is gone', async () => {
      const bench = new Bench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const first = watched(bench.connection.close());
      const second = watched(bench.connection.close());
      await settled();
      assert.deepEqual([first.done, second.done], [false, false]);
      assert.equal(bench.kind, 'closing');
      transport.finishClosing();
      await Promise.all([first.promise, second.promise]);
      assert.equal(bench.kind, 'closed');
    });

    it('while disconnecting: resolves when the stream is gone', async () => {
      const bench = new Bench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const disconnected = bench.connection.disconnect();
      const closed = watched(bench.connection.close());
      await settled();
      assert.equal(closed.done, false);
      transport.finishClosing();
      await Promise.all([disconnected, closed.promise]);
      assert.equal(bench.kind, 'closed');
    });

    it('is not undone by a disconnect that comes meanwhile', async () => {
      const bench = new Bench();
      const transport = bench.connected();
      transport.closesSlowly = true;
      const closed = bench.connection.close();
      const disconnected = bench.connection.disconnect();
      await settled();
      bench.connection.connect();
      assert.equal(bench.network.transports.length, 1, 'no connection is opened any more');
      transport.finishClosing();
      await Promise.all([closed, disconnected]);
      assert.equal(bench.kind, 'closed');
      assert.ok(!bench.kinds.slice(1).includes('idle'));
    });
  });

  describe('watching', () => {
    it('begins with the state that is, and ends when asked to', () => {
      const bench = new Bench();
      bench.connected();
      const kinds: string[] = [];
      const unwatch = bench.connection.watch(({ kind }) => kinds.push(kind));
      bench.transport.lose(failure());
      unwatch();
      bench.clock.advance(MIN_DELAY);
      assert.deepEqual(kinds, ['connected', 'waiting']);
    });

    it('a watcher may end its watching from within', () => {
      const bench = new Bench();
      const kinds: string[] = [];
      const unwatch = bench.connection.watch(({ kind }) => {
        kinds.push(kind);
        if (kind === 'connecting') unwatch();
      });
      bench.connected();
      assert.deepEqual(kinds, ['idle', 'connecting']);
      assert.deepEqual(bench.kinds, ['idle', 'connecting', 'connected']);
    });

    it('a watcher that is added by another one hears each state once', () => {
      const bench = new Bench();
      const kinds: string[] = [];
      bench.connection.watch(({ kind }) => {
        if (kind === 'connecting') bench.connection.watch((state) => kinds.push(state.kind));
      });
      bench.connected();
      assert.deepEqual(kinds, ['connecting', 'connected']);
    });

    it('when one watcher acts on a state, the others still hear the states in their order', async () => {
      const bench = new Bench();
      bench.connection.watch(({ kind }) => {
        if (kind === 'waiting') void bench.connection.disconnect();
      });
      const kinds: string[] = [];
      bench.connection.watch(({ kind }) => kinds.push(kind));
      bench.connected();
      bench.transport.lose(failure());
      await settled();
      assert.deepEqual(kinds, ['idle', 'connecting', 'connected', 'waiting', 'closing', 'idle']);
    });
  });
});

/** Lets all promises that can be kept be kept. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise that tells whether it has been kept. */
function watched(promise: Promise<unknown>): { readonly promise: Promise<void>; readonly done: boolean } {
  let done = false;
  const kept = promise.then(() => {
    done = true;
  });
  return {
    promise: kept,
    get done() {
      return done;
    },
  };
}
