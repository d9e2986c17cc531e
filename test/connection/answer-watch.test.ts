// A server that stays connected and answers nothing, which a keep-alive does not notice.

import assert from 'node:assert/strict';
import { watchAnswers } from '#src/connection/answer-watch';
import type { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { Outbound, Transport } from '#src/transport/transport';
import { filterOf } from '../core/parsed';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork } from '../helpers/fakes/fake-transport';
import { failure, incoming, outgoing } from './publications';

const PATIENCE = 30_000;

describe('connection/answer watch', () => {
  let clock: FakeClock;
  let network: FakeNetwork;
  let transport: Transport;
  let ends: MqttFlowsError[];

  beforeEach(() => {
    clock = new FakeClock();
    network = new FakeNetwork();
    ends = [];
    const nothing = (): void => {};
    const options = {
      server: 'server',
      protocolVersion: 5,
      clientId: 'test',
      keepalive: 60,
      cleanStart: true,
    } as const;
    transport = watchAnswers(network.openTransport, clock)(() => Promise.reject(failure()), options, {
      stage: nothing,
      connected: nothing,
      message: nothing,
      writable: nothing,
      closed: (error) => ends.push(error),
    });
    network.latest.connect();
  });

  function subscribe(): void {
    const { wire: filter } = filterOf('a');
    transport.subscribe({ filter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }, () => {});
  }

  function outbound(qos: 0 | 1 | 2): Outbound {
    return { publication: outgoing('a', qos), packetIdentifier: 1, received: () => {}, settled: () => {} };
  }

  const questions: readonly [what: string, ask: () => void][] = [
    ['SUBSCRIBE', subscribe],
    ['UNSUBSCRIBE', () => transport.unsubscribe(filterOf('a').wire, () => {})],
    ['PUBLISH', () => transport.send(outbound(1), false)],
    ['PUBLISH of the connection itself', () => transport.publish(outgoing('a', 1), () => {})],
    ['PUBREL', () => transport.release(outbound(2))],
  ];
  for (const [what, ask] of questions) {
    it(`ends the connection when nothing answers ${what} for 30 s`, () => {
      ask();
      clock.advance(PATIENCE - 1);
      assert.deepEqual([ends.length, network.latest.destroyed], [0, false]);
      clock.advance(1);
      assert.deepEqual(
        ends.map(({ code, stage, params }) => [code, stage, params.seconds]),
        [['no-acknowledgement', 'connected', 30]],
      );
      assert.equal(network.latest.destroyed, true);
      assert.equal(clock.pending, 0);
    });
  }

  it('waits on while anything is answered', () => {
    subscribe();
    for (let answer = 0; answer < 10; answer++) {
      transport.publish(outgoing('a', 1), () => {});
      clock.advance(PATIENCE - 1);
      network.latest.published[answer]?.answer({ kind: 'acknowledged', reasonCode: 0 });
    }
    assert.deepEqual(ends, []);
    clock.advance(PATIENCE);
    assert.equal(ends.length, 1);
  });

  it('waits longer, but not for ever, while publications come in', () => {
    subscribe();
    let waited = 0;
    for (; ends.length === 0 && waited < 1000; waited += 10) {
      network.latest.message(incoming('a'));
      clock.advance(10_000);
    }
    assert.equal(waited, 120);
  });

  it('waits for nothing when all is answered', () => {
    subscribe();
    network.latest.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
    transport.publish(outgoing('a', 0), () => {});
    clock.advance(10 * PATIENCE);
    assert.deepEqual([ends.length, clock.pending], [0, 0]);
  });

  it('does not count the time in which nothing is read', () => {
    subscribe();
    network.latest.reading = false;
    clock.advance(10 * PATIENCE);
    network.latest.reading = true;
    clock.advance(PATIENCE - 1);
    assert.equal(ends.length, 0);
    clock.advance(1);
    assert.equal(ends.length, 1);
  });

  it('begins anew with the next question', () => {
    subscribe();
    network.latest.subscribed[0]?.answer({ kind: 'granted', qos: 1 });
    clock.advance(PATIENCE);
    subscribe();
    clock.advance(PATIENCE - 1);
    assert.equal(ends.length, 0);
    clock.advance(1);
    assert.equal(ends.length, 1);
  });

  for (const [what, end] of [
    ['close()', () => void transport.close()],
    ['destroy()', () => transport.destroy()],
    ['the end of the stream', () => network.latest.lose(failure())],
  ] as const) {
    it(`leaves nothing on the clock after ${what}`, () => {
      subscribe();
      end();
      assert.equal(clock.pending, 0);
    });
  }
});
