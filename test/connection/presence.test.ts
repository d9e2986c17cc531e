// The messages that a client publishes about itself: birth once it is connected and subscribed, close before it
// disconnects.

import assert from 'node:assert/strict';
import type { PresenceMessages } from '#src/connection/presence';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { QoS } from '#src/core/publications/publication';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { ConnectionBench, promisesKept } from './connection-bench';
import { failure, outgoing } from './publications';

/** ms for the server to answer the subscriptions, and to acknowledge the birth message */
const ANSWER_TIME = 5000;
/** ms for the close message */
const CLOSE_TIME = 400;
/** ms that close() waits for acknowledgements */
const DRAIN = 800;

const accepted = { kind: 'acknowledged', reasonCode: 0 } as const;
const granted = { kind: 'granted', qos: 1 } as const;

function bench(messages: PresenceMessages): ConnectionBench {
  return new ConnectionBench({ messages });
}

function withBirth(qos: QoS = 0): ConnectionBench {
  return bench({ birth: outgoing('birth', qos) });
}

/** Acknowledges the publications to `topic`. */
function acknowledge(transport: FakeTransport, topic: string): void {
  const sent = transport.published.find(({ question, answered }) => question.topic === topic && !answered);
  assert.ok(sent, `${topic} has been published`);
  sent.answer(accepted);
}

function codes(errors: readonly Error[]): unknown[] {
  return errors.map((error) => (error instanceof MqttFlowsError ? [error.code, error.reasonCode] : error));
}

describe('connection/presence', () => {
  describe('the birth message', () => {
    it('comes after the last answer to the subscriptions, and before what waits in the outbox', () => {
      const birth = withBirth();
      birth.subscribe('one');
      birth.subscribe('two');
      birth.publish('waiting');
      const transport = birth.connected();
      transport.subscribed[0]?.answer(granted);
      assert.deepEqual(transport.topics, []);
      transport.subscribed[1]?.answer(granted);
      acknowledge(transport, 'birth');
      assert.deepEqual(transport.packets, ['SUBSCRIBE one', 'SUBSCRIBE two', 'PUBLISH birth', 'PUBLISH waiting']);
    });

    it('comes at once where nothing is subscribed', () => {
      assert.deepEqual(withBirth().connected().topics, ['birth']);
    });

    it('does not wait for a subscription that the server has refused', () => {
      const birth = withBirth();
      birth.subscribe('one');
      const transport = birth.connected();
      transport.subscribed[0]?.answer({ kind: 'refused', reasonCode: 0x87 });
      assert.deepEqual(transport.topics, ['birth']);
    });

    it('does not wait for a subscription that the server cannot offer', () => {
      const birth = withBirth();
      birth.subscribe('a/#');
      birth.subscribe('b');
      const transport = birth.connected({ wildcardSubscriptionAvailable: false });
      assert.deepEqual(transport.packets, ['SUBSCRIBE b']);
      transport.subscribed[0]?.answer(granted);
      assert.deepEqual(transport.topics, ['birth']);
    });

    it('waits for subscriptions that a deploy under way holds back', () => {
      const birth = withBirth();
      birth.connection.holdSubscriptions();
      birth.subscribe('one');
      const transport = birth.connected();
      assert.deepEqual(transport.packets, []);
      birth.connection.releaseSubscriptions();
      birth.clock.advance(0);
      transport.subscribed[0]?.answer(granted);
      assert.deepEqual(transport.packets, ['SUBSCRIBE one', 'PUBLISH birth']);
    });

    it('is published once even if the server does not answer the subscriptions', () => {
      const birth = withBirth();
      birth.subscribe('one');
      birth.publish('waiting');
      const transport = birth.connected();
      birth.clock.advance(ANSWER_TIME - 1);
      assert.deepEqual(transport.topics, []);
      birth.clock.advance(1);
      acknowledge(transport, 'birth');
      acknowledge(transport, 'waiting');
      transport.subscribed[0]?.answer(granted);
      birth.clock.advance(10 * ANSWER_TIME);
      assert.deepEqual(transport.topics, ['birth', 'waiting']);
      assert.equal(birth.clock.pending, 0);
    });

    it('is acknowledged before the outbox sends: together they could be more than the server receives at once', () => {
      const birth = withBirth(1);
      birth.publish('waiting');
      const transport = birth.connected({ receiveMaximum: 1 });
      assert.deepEqual(transport.topics, ['birth']);
      acknowledge(transport, 'birth');
      assert.deepEqual(transport.topics, ['birth', 'waiting']);
      acknowledge(transport, 'waiting');
      // The answer watch has yet to notice that nothing is unanswered.
      birth.clock.advance(10 * ANSWER_TIME);
      assert.equal(birth.clock.pending, 0);
    });

    it('holds up the outbox for a limited time when it is not acknowledged', () => {
      const birth = withBirth(1);
      birth.publish('waiting');
      const transport = birth.connected();
      birth.clock.advance(ANSWER_TIME);
      assert.deepEqual(transport.topics, ['birth', 'waiting']);
    });

    it('is published at each connection, and not again for a later subscription', () => {
      const birth = withBirth();
      const first = birth.connected();
      acknowledge(first, 'birth');
      birth.subscribe('late');
      birth.clock.advance(0);
      first.subscribed[0]?.answer(granted);
      assert.deepEqual(first.topics, ['birth']);
      first.lose(failure());
      const second = birth.connected();
      second.subscribed[0]?.answer(granted);
      assert.deepEqual(second.topics, ['birth']);
    });

    it('is not published after its connection was lost', () => {
      const birth = withBirth();
      birth.subscribe('one');
      birth.connected().lose(failure());
      const second = birth.connected();
      birth.clock.advance(ANSWER_TIME - 1);
      assert.deepEqual(second.topics, []);
      birth.clock.advance(1);
      assert.deepEqual(second.topics, ['birth']);
    });

    it('keeps nothing from the outbox that a connection has shown which was lost before it: the session was gone', () => {
      const birth = withBirth();
      birth.subscribe('one');
      birth.publish('a', 2);
      const first = birth.connected();
      first.subscribed[0]?.answer(granted);
      acknowledge(first, 'birth');
      first.published.find(({ question }) => question.topic === 'a')?.receive();
      first.lose(failure('connection-lost'));
      const second = birth.connected({ sessionPresent: false });
      birth.clock.advance(ANSWER_TIME / 2);
      assert.deepEqual(second.topics, []);
      second.lose(failure('connection-lost'));
      const last = birth.connected({ sessionPresent: true });
      last.subscribed[0]?.answer(granted);
      acknowledge(last, 'birth');
      assert.deepEqual(last.packets.slice(-2), ['PUBLISH birth', 'PUBLISH a']);
    });

    it('starts nothing when the connection is lost before it is acknowledged', () => {
      const birth = withBirth(1);
      birth.publish('a', 2);
      const first = birth.connected();
      acknowledge(first, 'birth');
      birth.clock.advance(ANSWER_TIME);
      first.lose(failure('connection-lost'));
      birth.connection.clearOutbox();
      for (let connection = 0; connection < 3; connection++) {
        const transport = birth.connected({ sessionPresent: true });
        transport.lose(failure('connection-lost'));
        assert.deepEqual(transport.packets, ['PUBLISH birth']);
      }
      const last = birth.connected({ sessionPresent: true });
      acknowledge(last, 'birth');
      assert.deepEqual(last.packets, ['PUBLISH birth', 'PUBREL ']);
    });

    it('beyond the limits of the server is reported and not sent, and the outbox continues', () => {
      const birth = bench({ birth: outgoing('birth', 2) });
      birth.publish('waiting');
      const transport = birth.connected({ maximumQoS: 1 });
      assert.deepEqual(transport.topics, ['waiting']);
      assert.deepEqual(codes(birth.reported), [['publication-refused', 0x9b]]);
    });

    it('that the server refuses is reported, and the outbox continues', () => {
      const birth = withBirth(1);
      birth.publish('waiting');
      const transport = birth.connected();
      transport.published[0]?.answer({ kind: 'refused', reasonCode: 0x87 });
      assert.deepEqual(transport.topics, ['birth', 'waiting']);
      assert.deepEqual(codes(birth.reported), [['publication-refused', 0x87]]);
    });
  });

  describe('the close message', () => {
    const withClose = (qos: QoS = 1): ConnectionBench => bench({ close: outgoing('close', qos) });

    for (const action of ['disconnect', 'close'] as const) {
      it(`comes before the stream is closed, which waits for its acknowledgement (${action})`, async () => {
        const going = withClose();
        const transport = going.connected();
        const gone = going.connection[action]();
        await promisesKept();
        assert.deepEqual(transport.topics, ['close']);
        assert.equal(transport.closing, false);
        acknowledge(transport, 'close');
        await gone;
        assert.equal(transport.closing, true);
        assert.equal(going.clock.pending, 0);
      });

      it(`is waited for a limited time (${action})`, async () => {
        const going = withClose();
        const transport = going.connected();
        const gone = going.connection[action]();
        await promisesKept();
        going.clock.advance(CLOSE_TIME - 1);
        await promisesKept();
        assert.equal(transport.closing, false);
        going.clock.advance(1);
        await gone;
        assert.equal(transport.closing, true);
      });

      it(`is not sent where there is no connection (${action})`, async () => {
        const going = withClose();
        going.connection.connect();
        const { transport } = going;
        await going.connection[action]();
        assert.deepEqual(transport.packets, []);
        assert.equal(going.clock.pending, 0);
      });
    }

    it('is published after publications in flight are acknowledged', async () => {
      const going = withClose();
      const transport = going.connected();
      going.publish('waiting');
      const gone = going.connection.close();
      await promisesKept();
      assert.deepEqual(transport.topics, ['waiting']);
      acknowledge(transport, 'waiting');
      going.clock.advance(20);
      await promisesKept();
      assert.deepEqual(transport.topics, ['waiting', 'close']);
      acknowledge(transport, 'close');
      assert.equal(await gone, 0);
    });

    it('is published even if nothing is acknowledged, and each wait has a limit', async () => {
      const going = withClose();
      const transport = going.connected();
      going.publish('waiting');
      const gone = going.connection.close();
      going.clock.advance(DRAIN);
      await promisesKept();
      assert.deepEqual(transport.topics, ['waiting', 'close']);
      going.clock.advance(CLOSE_TIME);
      assert.equal(await gone, 1);
      assert.equal(going.clock.pending, 0);
    });

    it('is not followed by a birth message that was still waiting', async () => {
      const going = bench({ birth: outgoing('birth', 1), close: outgoing('close', 1) });
      going.subscribe('one');
      const transport = going.connected();
      going.clock.advance(ANSWER_TIME - 1);
      const gone = going.connection.disconnect();
      going.clock.advance(1);
      transport.subscribed[0]?.answer(granted);
      acknowledge(transport, 'close');
      await gone;
      assert.deepEqual(transport.topics, ['close']);
    });

    it('ends when the connection is lost meanwhile', async () => {
      const going = withClose();
      const transport = going.connected();
      const gone = going.connection.close();
      await promisesKept();
      transport.lose(failure());
      await gone;
      assert.equal(going.state.kind, 'closed');
      assert.equal(going.clock.pending, 0);
      assert.equal(going.network.transports.length, 1);
    });

    it('beyond the limits of the server is reported, and delays nothing', async () => {
      const going = bench({ close: outgoing('close', 0, { retain: true }) });
      const transport = going.connected({ retainAvailable: false });
      await going.connection.close();
      assert.deepEqual(transport.topics, []);
      assert.deepEqual(codes(going.reported), [['publication-refused', 0x9a]]);
    });
  });
});
