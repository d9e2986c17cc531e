// After a failed attempt: when an early retry is useless, and when two clients disconnect each other.

import assert from 'node:assert/strict';
import { Retry } from '#src/connection/attempts/retry';
import { type ErrorCode, MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { ConnectionBench, MAX_DELAY, MIN_DELAY } from './connection-bench';
import { answer } from './outbox-bench';
import { failure } from './publications';

/** ms; a shorter connection looks as if another client had taken it over. */
const BRIEF = 3000;

function retry(random = 0): Retry {
  return new Retry({ minDelay: MIN_DELAY, maxDelay: MAX_DELAY }, () => random);
}

function refusal(code: ErrorCode, reasonCode?: number): MqttFlowsError {
  return new MqttFlowsError(code, { stage: 'connack', ...(reasonCode === undefined ? {} : { reasonCode }) });
}

function byServer(reasonCode: number): MqttFlowsError {
  return new MqttFlowsError('disconnected-by-server', { stage: 'connected', reasonCode });
}

describe('connection/attempts/retry', () => {
  describe('a refusal that trying again does not change', () => {
    const hopeless: readonly [name: string, error: MqttFlowsError][] = [
      ['wrong user name or password', refusal('credentials-refused', 0x86)],
      ['not authorized', refusal('not-authorized', 5)],
      ['a client identifier that the server does not take', refusal('client-identifier-refused', 2)],
      ['banned', refusal('refused-by-server', 0x8a)],
      ['bad authentication method', refusal('refused-by-server', 0x8c)],
    ];
    for (const [name, error] of hopeless) {
      it(`${name}: the longest delay from the first time on`, () => {
        const { delay, error: told } = retry().after(error, 1, undefined);
        assert.equal(delay, MAX_DELAY);
        assert.equal(told, error);
      });
    }
  });

  describe('any other failure', () => {
    const passing: readonly MqttFlowsError[] = [
      failure('connection-refused'),
      failure('host-unknown'),
      failure('connection-timeout'),
      failure('keepalive-timeout'),
      refusal('server-unavailable', 0x89),
      refusal('refused-by-server', 0x97),
      refusal('protocol-version-refused', 0x84),
    ];
    for (const error of passing) {
      it(`${error.code}${error.reasonCode ? ` (${error.reasonCode})` : ''} is tried again soon`, () => {
        assert.deepEqual(retry().after(error, 1, undefined), { error, delay: MIN_DELAY });
      });
    }

    it('waits longer after each attempt in a row, up to the longest delay', () => {
      const tried = retry(1 - Number.EPSILON);
      const delays = [1, 2, 3, 4, 5, 6, 7].map((attempt) => tried.after(failure(), attempt, undefined).delay);
      assert.deepEqual(delays, [2000, 4000, 8000, 16_000, 32_000, MAX_DELAY, MAX_DELAY]);
    });

    it('starts again with the shortest delay after a connection that lasted', () => {
      const tried = retry(1 - Number.EPSILON);
      for (let attempt = 1; attempt < 9; attempt++) tried.after(failure(), attempt, undefined);
      assert.equal(tried.after(failure(), 0, BRIEF).delay, 2 * MIN_DELAY);
    });

    it('waits longer after each brief connection, as after failed attempts', () => {
      const tried = retry(1 - Number.EPSILON);
      const delays = [1, 2, 3].map(() => tried.after(failure('keepalive-timeout'), 0, 10).delay);
      assert.deepEqual(delays, [2000, 4000, 8000]);
    });
  });

  describe('two clients with one client identifier', () => {
    it('MQTT 5 has a reason code: the longest delay at once, and the code is kept', () => {
      const { error, delay } = retry().after(byServer(0x8e), 0, 1_000_000);
      assert.deepEqual([error.code, error.reasonCode, error.stage], ['client-identifier-clash', 0x8e, 'connected']);
      assert.equal(delay, MAX_DELAY);
    });

    it('another reason code of DISCONNECT is reported as it is', () => {
      const error = byServer(0x8b);
      assert.deepEqual(retry().after(error, 0, 1_000_000), { error, delay: MIN_DELAY });
    });

    it('without a reason: after two brief connections in a row the next attempt is made soon', () => {
      const tried = retry(1 - Number.EPSILON);
      for (const delay of [2 * MIN_DELAY, 4 * MIN_DELAY]) {
        const error = failure();
        assert.deepEqual(tried.after(error, 0, 10), { error, delay });
      }
    });

    it('assumed from the third on, with a delay that grows to the longest', () => {
      const tried = retry(1 - Number.EPSILON);
      const after = Array.from({ length: 10 }, () => tried.after(failure(), 0, BRIEF - 1));
      assert.deepEqual(
        after.slice(0, 4).map(({ error, delay }) => [error.code, delay / MIN_DELAY]),
        [
          ['connection-lost', 2],
          ['connection-lost', 4],
          ['client-identifier-suspected', 8],
          ['client-identifier-suspected', 16],
        ],
      );
      assert.deepEqual(after.at(-1)?.error.code, 'client-identifier-suspected');
      assert.equal(after.at(-1)?.delay, MAX_DELAY);
      assert.equal(retry().after(failure(), 0, 10).delay, MIN_DELAY);
    });

    it('is assumed while the other client returns after the same delay, and ends with a connection that lasts', () => {
      const tried = retry(1 - Number.EPSILON);
      let last = { delay: 0, error: failure() };
      for (let count = 0; count < 6; count++) last = tried.after(failure(), 0, 10);
      const next = tried.after(failure(), 0, last.delay);
      assert.ok(next.delay >= last.delay);
      assert.equal(next.error.code, 'client-identifier-suspected');
      const stood = tried.after(failure(), 0, 2 * next.delay);
      assert.deepEqual([stood.error.code, stood.delay], ['connection-lost', 2 * MIN_DELAY]);
    });

    it('not assumed when a connection in between stood', () => {
      const tried = retry();
      for (const lived of [10, BRIEF, 10, BRIEF]) {
        assert.equal(tried.after(failure(), 0, lived).error.code, 'connection-lost');
      }
    });

    it('assumed as well when attempts in between failed', () => {
      const tried = retry();
      tried.after(failure(), 0, 10);
      tried.after(failure(), 0, 10);
      assert.equal(tried.after(failure('connection-refused'), 1, undefined).error.code, 'connection-refused');
      assert.equal(tried.after(failure(), 0, 10).error.code, 'client-identifier-suspected');
    });

    it('not assumed when brief connections end for a reason of their own', () => {
      const tried = retry();
      tried.after(failure(), 0, 10);
      assert.equal(tried.after(failure('protocol-error'), 0, 10).error.code, 'protocol-error');
      assert.equal(tried.after(byServer(0x8b), 0, 10).error.code, 'disconnected-by-server');
    });
  });

  describe('with several servers', () => {
    const delays = (errors: readonly MqttFlowsError[]): number[] => {
      const tried = retry();
      return errors.map((error, index) => tried.after(error, index + 1, undefined, 3).delay);
    };
    const wrong = refusal('credentials-refused', 0x86);

    it('a server that refuses the credentials does not delay the next', () => {
      assert.ok(delays([wrong, wrong]).every((delay) => delay < MAX_DELAY));
    });

    it('the delay is the longest when all servers refuse them, in each round', () => {
      assert.deepEqual(
        delays([wrong, wrong, wrong, wrong, wrong, wrong]).map((delay) => delay === MAX_DELAY),
        [false, false, true, false, false, true],
      );
    });

    it('the delay is not the longest when one of them cannot be reached', () => {
      assert.ok(delays([wrong, wrong, failure(), wrong]).every((delay) => delay < MAX_DELAY));
    });

    it('a clash of client identifiers makes the longest delay at once', () => {
      assert.deepEqual(delays([refusal('client-identifier-clash', 0x8e)]), [MAX_DELAY]);
    });
  });

  describe('in a connection', () => {
    function delayOf({ state, clock }: ConnectionBench): number {
      assert.ok(state.kind === 'waiting', `waiting, not ${state.kind}`);
      return state.nextAt - clock.now();
    }

    it('wrong credentials: one attempt in the longest delay, and at once again when they are right', () => {
      const bench = new ConnectionBench();
      bench.connection.connect();
      bench.transport.lose(refusal('credentials-refused', 0x86));
      bench.clock.advance(MAX_DELAY - 1);
      assert.equal(bench.network.transports.length, 1);
      bench.connected().lose(failure());
      assert.equal(delayOf(bench), MIN_DELAY);
    });

    it('closed right after CONNACK three times: shown as a clash, and tried again before the longest delay', () => {
      const bench = new ConnectionBench();
      for (let count = 0; count < 2; count++) {
        bench.connected().lose(failure());
        assert.equal(delayOf(bench), MIN_DELAY);
      }
      bench.connected().lose(failure());
      assert.ok(bench.state.kind === 'waiting' && bench.state.error.code === 'client-identifier-suspected');
      assert.equal(delayOf(bench), 4.5 * MIN_DELAY);
    });

    it('closed over one publication each time: no clash, but a publication that is given up', () => {
      const bench = new ConnectionBench();
      bench.publish('good');
      bench.publish('poison');
      for (let count = 0; count < 5; count++) {
        const transport = bench.connected();
        if (count === 0) answer(transport, 'good');
        transport.lose(failure());
        const code = count === 0 ? 'connection-lost' : 'publication-ends-connection';
        assert.ok(bench.state.kind === 'waiting' && bench.state.error.code === code, JSON.stringify(bench.state));
        assert.ok(delayOf(bench) < MAX_DELAY);
      }
      assert.deepEqual(bench.settlements.log, ['good ok 0', 'poison publication-deadly']);
    });

    it('closed over another publication each time: that is a clash', () => {
      const bench = new ConnectionBench();
      const topics = ['a', 'b', 'c'];
      for (const [index, topic] of topics.entries()) {
        bench.publish(topic);
        const transport = bench.connected();
        if (index > 0) answer(transport, topics[index - 1] ?? '');
        transport.lose(failure());
      }
      assert.ok(bench.state.kind === 'waiting' && bench.state.error.code === 'client-identifier-suspected');
    });

    it('connections that lasted a while are no clash, however often they are lost', () => {
      const bench = new ConnectionBench();
      for (let count = 0; count < 5; count++) {
        const transport = bench.connected();
        bench.clock.advance(BRIEF);
        transport.lose(failure());
        assert.equal(delayOf(bench), MIN_DELAY);
      }
    });
  });
});
