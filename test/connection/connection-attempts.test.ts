// Attempts to connect: stages, time-outs, delays, servers, versions of MQTT.

import assert from 'node:assert/strict';
import type { ConnectionState } from '#src/connection/connection-state';
import { ConnectionBench, endpoint, MAX_DELAY, MIN_DELAY } from './connection-bench';
import { failure } from './publications';

const TIMEOUT = 15_000;

function isConnecting(state: ConnectionState): state is Extract<ConnectionState, { kind: 'connecting' }> {
  return state.kind === 'connecting';
}

describe('connection/attempts', () => {
  describe('connecting', () => {
    it('no transport is opened before connect()', () => {
      const bench = new ConnectionBench();
      assert.deepEqual(bench.states, [{ kind: 'idle' }]);
      bench.publish('a');
      bench.clock.advance(1_000_000);
      assert.deepEqual(bench.network.transports, []);
      assert.equal(bench.connection.outboxDepth, 1);
    });

    it('the state shows each stage, then the answer of the server', () => {
      const bench = new ConnectionBench();
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

    it('connect() twice opens one transport', () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.connection.connect();
      bench.transport.connect();
      bench.connection.connect();
      assert.equal(bench.network.transports.length, 1);
    });

    it('connect(true) makes the attempt that is waited for at once, and one alone', () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.transport.lose(failure());
      bench.connection.connect();
      assert.equal(bench.network.transports.length, 1, 'connect() alone waits');
      bench.connection.connect(true);
      assert.equal(bench.network.transports.length, 2);
      bench.connection.connect(true);
      bench.clock.advance(MIN_DELAY);
      assert.equal(bench.network.transports.length, 2, 'the planned attempt is this one');
      bench.transport.connect();
      bench.connection.connect(true);
      assert.equal(bench.connection.state.kind, 'connected');
      assert.equal(bench.network.transports.length, 2);
    });

    it('the options are read at each attempt', () => {
      let count = 0;
      const bench = new ConnectionBench({
        connectOptions: () => ({ clientId: `client${++count}`, keepalive: 5, cleanStart: true }),
      });
      bench.connection.connect();
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      assert.deepEqual(
        bench.network.transports.map(({ options }) => options),
        [
          { clientId: 'client1', keepalive: 5, cleanStart: true, server: 'server', protocolVersion: 5 },
          { clientId: 'client2', keepalive: 5, cleanStart: true, server: 'server', protocolVersion: 5 },
        ],
      );
    });

    it('an attempt without an answer ends after the time limit, and the error names its stage', () => {
      const bench = new ConnectionBench({ protocolVersion: 5 });
      bench.connection.connect();
      bench.transport.stage('connack');
      const { transport } = bench;
      bench.clock.advance(TIMEOUT - 1);
      assert.equal(bench.kind, 'connecting');
      bench.clock.advance(1);
      assert.equal(transport.destroyed, true);
      assert.equal(bench.waiting.error.code, 'connection-timeout');
      assert.equal(bench.waiting.error.stage, 'connack');
      assert.equal(bench.waiting.error.params.seconds, TIMEOUT / 1000);
    });

    it('a server that does not answer MQTT 5 is tried with 3.1.1 at once, with the full time, and always from the second silence on', () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.transport.stage('connack');
      bench.clock.advance(TIMEOUT);
      assert.equal(bench.kind, 'connecting');
      assert.equal(bench.transport.options.protocolVersion, 4);
      bench.clock.advance(TIMEOUT - 1);
      bench.transport.connect({ protocolVersion: 4 });
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      assert.equal(bench.transport.options.protocolVersion, 5);
      bench.transport.stage('connack');
      bench.clock.advance(TIMEOUT);
      assert.equal(bench.transport.options.protocolVersion, 4);
      bench.transport.connect({ protocolVersion: 4 });
      bench.transport.lose(failure());
      bench.clock.advance(MIN_DELAY);
      assert.equal(bench.transport.options.protocolVersion, 4);
      bench.transport.stage('connack');
      bench.clock.advance(TIMEOUT);
      assert.equal(bench.kind, 'waiting');
    });

    it('the time limit ends with CONNACK', () => {
      const bench = new ConnectionBench();
      const transport = bench.connected();
      bench.clock.advance(10 * TIMEOUT);
      assert.equal(bench.kind, 'connected');
      assert.equal(transport.destroyed, false);
      assert.equal(bench.clock.pending, 0);
    });

    it('each attempt has the full time limit', () => {
      const bench = new ConnectionBench();
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
      const bench = new ConnectionBench();
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

    it('attempts continue for ever, with growing delays up to the longest', () => {
      const bench = new ConnectionBench();
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

    it('the delays are randomized', () => {
      const delays = [0, 0.5, 0.9].map((random) => {
        const bench = new ConnectionBench();
        bench.random = random;
        bench.connection.connect();
        bench.transport.lose(failure());
        return bench.waiting.nextAt - bench.clock.now();
      });
      assert.equal(delays[0], MIN_DELAY);
      assert.equal(new Set(delays).size, 3);
    });

    it('attempts are counted from one after a connection was lost', () => {
      const bench = new ConnectionBench();
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
      const bench = new ConnectionBench({ endpoints });
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

    it('the first server is tried first after a connection that lasted', () => {
      const bench = new ConnectionBench({ endpoints: [endpoint('one'), endpoint('two')] });
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
      const bench = new ConnectionBench({ endpoints: [endpoint('one'), endpoint('two')] });
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
      const bench = new ConnectionBench();
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

    it('a server that refuses both versions is tried again after the usual delay', () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.transport.lose(refusal);
      bench.transport.lose(refusal);
      assert.equal(bench.waiting.error, refusal);
      assert.equal(bench.network.transports.length, 2);
    });

    it('a refusal for another reason changes no version', () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.transport.lose(failure('credentials-refused'));
      bench.clock.advance(MIN_DELAY);
      assert.equal(bench.transport.options.protocolVersion, 5);
    });

    for (const protocolVersion of [5, 4] as const) {
      it(`${protocolVersion} is kept where the user chose it`, () => {
        const bench = new ConnectionBench({ protocolVersion });
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
      const bench = new ConnectionBench();
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
});
