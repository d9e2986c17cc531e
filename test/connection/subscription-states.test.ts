// What subscribers are told of their subscriptions, and which are renewed after a lost connection.

import assert from 'node:assert/strict';
import { incoming } from './publications';
import { grant, identifierOf, REPLAY, Receiver, refuse, SubscriptionBench } from './subscription-bench';

describe('connection/subscriptions/subscriptions', () => {
  describe('what a subscriber is told of its subscriptions', () => {
    it('that they are pending, then that they are granted, with the granted QoS', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver({ filter: 'a', qos: 2 }, { filter: 'b', qos: 1 });
      bench.add(receiver);
      assert.deepEqual(receiver.states, ['a pending', 'b pending']);
      const transport = bench.attach();
      grant(transport, 'b', 1);
      grant(transport, 'a', 0);
      assert.deepEqual(receiver.states.slice(2), ['b granted 1', 'a granted 0']);
    });

    it("a second subscriber gets the server's answer to the first at once", () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('a', 'b'));
      const transport = bench.attach();
      grant(transport, 'a', 0);
      refuse(transport, 'b');
      const receiver = new Receiver({ filter: 'a', retainHandling: 2 }, 'b');
      bench.add(receiver);
      assert.deepEqual(receiver.states, ['a granted 0', 'b refused subscription-refused']);
    });

    for (const [what, options] of [
      ['a higher QoS', { qos: 1, retainHandling: 2 }],
      ['what is stored', {}],
    ] as const) {
      it(`a second subscriber that wants ${what} gets the answer to that`, () => {
        const bench = new SubscriptionBench();
        bench.add(new Receiver({ filter: 'a', retainHandling: 2 }));
        const transport = bench.attach();
        grant(transport, 'a', 0);
        const receiver = new Receiver({ filter: 'a', ...options });
        bench.add(receiver);
        assert.deepEqual(receiver.states, ['a pending']);
        grant(transport, 'a', 1);
        assert.deepEqual(receiver.states, ['a pending', 'a granted 1']);
      });
    }

    it('a subscriber gets its answer when another one that wanted more is removed', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver({ filter: 'a', retainHandling: 2 }));
      grant(bench.attach(), 'a', 0);
      const removeMore = bench.subscriptions.add(new Receiver({ filter: 'a', qos: 1, retainHandling: 2 }));
      const receiver = new Receiver({ filter: 'a', retainHandling: 2 });
      bench.subscriptions.add(receiver);
      removeMore();
      bench.clock.advance(0);
      assert.deepEqual(receiver.states, ['a pending', 'a granted 0']);
    });

    it('a refusal is an error with the filter and the reason code', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('plant/+line');
      const errors: unknown[] = [];
      receiver.stateChanged = (_, state) => {
        if (state.kind === 'refused') errors.push(state.error);
      };
      bench.add(receiver);
      refuse(bench.attach(), 'plant/+', 0x8f);
      const [error] = errors;
      assert.ok(error instanceof Error && 'code' in error && 'reasonCode' in error && 'params' in error);
      assert.equal(error.code, 'subscription-refused');
      assert.equal(error.reasonCode, 0x8f);
      assert.deepEqual(error.params, { filter: 'plant/+' });
    });

    for (const sessionPresent of [false, true]) {
      it(`a refused filter is asked for again on the next connection only (session ${sessionPresent ? 'kept' : 'lost'})`, () => {
        const bench = new SubscriptionBench();
        const receiver = new Receiver('a');
        bench.add(receiver);
        const transport = bench.attach();
        refuse(transport, 'a');
        bench.add(new Receiver('b'));
        assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
        bench.lose(transport);
        const next = bench.attach({ sessionPresent });
        assert.ok(next.packets.includes('SUBSCRIBE a'));
        grant(next, 'a', 0);
        assert.deepEqual(receiver.states, ['a pending', 'a refused subscription-refused', 'a pending', 'a granted 0']);
      });
    }

    it('a SUBSCRIBE without an answer is sent again on the next connection', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a');
      bench.add(receiver);
      bench.lose(bench.attach());
      assert.deepEqual(receiver.states, ['a pending'], 'nothing new to say');
      for (const sessionPresent of [false, true]) {
        const transport = bench.attach({ sessionPresent });
        assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
        bench.lose(transport);
      }
    });

    it('the end of a connection does not answer a SUBSCRIBE of the next one', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver({ filter: 'a', qos: 0 });
      bench.add(receiver);
      const transport = bench.attach();
      const [first] = transport.subscribed;
      bench.lose(transport);
      const next = bench.attach();
      assert.ok(first?.answered);
      grant(next, 'a', 2);
      assert.deepEqual(receiver.states, ['a pending', 'a granted 2']);
    });

    it('a change of the granted QoS is reported to all', () => {
      const bench = new SubscriptionBench();
      const first = new Receiver({ filter: 'a', qos: 0 });
      bench.add(first);
      const transport = bench.attach();
      grant(transport, 'a', 0);
      const second = new Receiver({ filter: 'a', qos: 1 });
      bench.add(second);
      bench.clock.advance(REPLAY);
      grant(transport, 'a', 1);
      assert.deepEqual(first.states, ['a pending', 'a granted 0', 'a granted 1']);
      assert.deepEqual(second.states, ['a pending', 'a granted 1']);
    });
  });

  describe('after the connection was lost', () => {
    it('everything is subscribed again without a session', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a', 'b');
      bench.add(receiver);
      bench.lose(bench.attachGranting());
      const transport = bench.attachGranting({ sessionPresent: false });
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
      assert.deepEqual(receiver.states.slice(4), ['a pending', 'b pending', 'a granted 2', 'b granted 2']);
    });

    it('nothing that was granted is subscribed again when the session continues', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver({ filter: 'a', qos: 1 }, { filter: 'b', qos: 1 });
      bench.add(receiver);
      const transport = bench.attach();
      grant(transport, 'a', 1);
      bench.clock.advance(REPLAY);
      bench.lose(transport);
      bench.add(new Receiver('c'));
      const next = bench.attach({ sessionPresent: true });
      assert.deepEqual(next.packets, ['SUBSCRIBE b', 'SUBSCRIBE c']);
      assert.deepEqual(receiver.states, ['a pending', 'b pending', 'a granted 1']);
      bench.subscriptions.deliver(incoming('a', [identifierOf(transport, 'a')]));
      assert.deepEqual(receiver.received, ['a by a']);
    });

    it('subscriptions at QoS 0, which RabbitMQ does not keep, are sent again when the session continues', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a');
      bench.add(receiver);
      const transport = bench.attach();
      grant(transport, 'a', 0);
      bench.clock.advance(REPLAY);
      bench.lose(transport);
      const next = bench.attach({ sessionPresent: true });
      assert.deepEqual(next.packets, ['SUBSCRIBE a']);
      grant(next, 'a', 0);
      assert.deepEqual(receiver.states.slice(2), ['a pending', 'a granted 0']);
    });

    it('changed subscriptions are sent when the session continues', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver({ filter: 'a', qos: 0 }), new Receiver('b'));
      const transport = bench.attachGranting();
      bench.clock.advance(REPLAY);
      bench.lose(transport);
      bench.add(new Receiver({ filter: 'a', qos: 1 }));
      const next = bench.attachGranting({ sessionPresent: true });
      assert.deepEqual(next.packets, ['SUBSCRIBE a']);
      assert.equal(next.subscribed[0]?.question.qos, 1);
    });

    it('subscriptions that nobody needs are unsubscribed when the session continues', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'), new Receiver('b'));
      const transport = bench.attachGranting();
      bench.clock.advance(REPLAY);
      bench.lose(transport);
      remove?.();
      bench.clock.advance(0);
      assert.deepEqual(bench.attachGranting({ sessionPresent: true }).packets, ['UNSUBSCRIBE a']);
    });

    it('changes without a connection send nothing', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'));
      const transport = bench.attachGranting();
      bench.lose(transport);
      remove?.();
      bench.add(new Receiver('b'));
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      assert.deepEqual(bench.attachGranting().packets, ['SUBSCRIBE b']);
    });
  });
});
