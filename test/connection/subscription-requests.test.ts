// The wanted subscriptions compared with the server's: what is sent to the server, and above all what is not.

import assert from 'node:assert/strict';
import { grant, identifierOf, REPLAY, Receiver, SubscriptionBench } from './subscription-bench';

describe('connection/subscriptions/subscriptions', () => {
  describe('asking the server', () => {
    it('a filter is subscribed once for any number of subscribers', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('a/+'), new Receiver('a/+', 'b'), new Receiver('b'));
      const transport = bench.attach();
      assert.deepEqual(transport.packets, ['SUBSCRIBE a/+', 'SUBSCRIBE b']);
      bench.add(new Receiver('a/+', 'b'));
      assert.equal(transport.packets.length, 2);
    });

    it('filters that differ only in wildcard names are one subscription', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('plant/+line/#rest', 'plant/+x/#'), new Receiver('plant/+/#'));
      assert.deepEqual(bench.attach().packets, ['SUBSCRIBE plant/+/#']);
    });

    it('a shared and an ordinary subscription to one filter are two subscriptions', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('$share/g/a', '$share/h/a', 'a'));
      assert.deepEqual(bench.attach().packets, ['SUBSCRIBE $share/g/a', 'SUBSCRIBE $share/h/a', 'SUBSCRIBE a']);
    });

    it('nothing is sent before there is a connection', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('a'));
      assert.deepEqual(bench.attach().packets, ['SUBSCRIBE a']);
    });

    it('a subscriber that is added on a connection is subscribed soon', () => {
      const bench = new SubscriptionBench();
      const transport = bench.attach();
      bench.subscriptions.add(new Receiver('a'));
      bench.subscriptions.add(new Receiver('a', 'b'));
      assert.deepEqual(transport.packets, []);
      assert.equal(bench.clock.pending, 1, 'what happens in one moment is compared once');
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
    });

    it('a subscriber is subscribed at once when something is published, and not again later', () => {
      const bench = new SubscriptionBench();
      const transport = bench.attach();
      bench.subscriptions.add(new Receiver('a'));
      bench.subscriptions.sendChanges();
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      bench.subscriptions.sendChanges();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('changes during a deploy wait for its end, whatever is published', () => {
      const bench = new SubscriptionBench();
      const transport = bench.attach();
      bench.subscriptions.hold();
      bench.subscriptions.add(new Receiver('a'));
      bench.subscriptions.sendChanges();
      assert.deepEqual(transport.packets, []);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('each filter has a different identifier if the server supports identifiers', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('a', 'b', 'c'));
      const identifiers = bench.attach().subscribed.map(({ question }) => question.identifier);
      assert.equal(new Set(identifiers).size, 3);
      for (const identifier of identifiers) assert.ok(identifier !== undefined && identifier > 0);
    });

    it('no identifier is sent if the server does not support them', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver('a'));
      const transport = bench.attach({ subscriptionIdentifiersAvailable: false });
      const [sent] = transport.subscribed;
      assert.ok(sent && !('identifier' in sent.question));
    });

    it('the options of a single subscriber are sent as they are', () => {
      const bench = new SubscriptionBench();
      const options = { qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const;
      bench.add(new Receiver({ filter: 'a', ...options }));
      const transport = bench.attach({ subscriptionIdentifiersAvailable: false });
      assert.deepEqual(transport.subscribed[0]?.question, { filter: 'a', ...options });
    });

    it('the options of several subscribers are merged so that each gets what it asked for', () => {
      const bench = new SubscriptionBench();
      bench.add(
        new Receiver({ filter: 'a', qos: 1, noLocal: true, retainAsPublished: false, retainHandling: 2 }),
        new Receiver({ filter: 'a', qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 1 }),
        new Receiver({ filter: 'a', qos: 0, noLocal: true, retainAsPublished: false, retainHandling: 2 }),
      );
      const transport = bench.attach({ subscriptionIdentifiersAvailable: false });
      const merged = { filter: 'a', qos: 2, noLocal: false };
      // While one subscriber gets retained messages, they must be told from live ones.
      const first = { ...merged, retainAsPublished: false, retainHandling: 1 };
      assert.deepEqual(transport.subscribed[0]?.question, first);
      grant(transport, 'a', 2);
      bench.clock.advance(REPLAY);
      const second = { ...merged, retainAsPublished: true, retainHandling: 2 };
      assert.deepEqual(transport.subscribed[1]?.question, second);
    });

    it('no local is sent if all subscribers want it', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver({ filter: 'a', noLocal: true }), new Receiver({ filter: 'a', noLocal: true }));
      assert.equal(bench.attach().subscribed[0]?.question.noLocal, true);
    });

    it('a subscriber with a higher QoS has the filter subscribed again, under the same identifier', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver({ filter: 'a', qos: 0 }));
      const transport = bench.attachGranting();
      const identifier = identifierOf(transport, 'a');
      bench.add(new Receiver({ filter: 'a', qos: 1 }));
      bench.clock.advance(REPLAY);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE a']);
      assert.equal(transport.subscribed[1]?.question.qos, 1);
      assert.equal(identifierOf(transport, 'a'), identifier);
    });

    it('a subscriber with a lower QoS sends nothing', () => {
      const bench = new SubscriptionBench();
      bench.add(new Receiver({ filter: 'a', qos: 2 }));
      const transport = bench.attachGranting();
      bench.add(new Receiver({ filter: 'a', qos: 1 }));
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });
  });

  describe('leaving', () => {
    it('a filter is unsubscribed when its last subscriber is removed', () => {
      const bench = new SubscriptionBench();
      const [removeFirst, removeSecond] = bench.add(new Receiver('a', 'b'), new Receiver('a'));
      assert.ok(removeFirst && removeSecond);
      const transport = bench.attachGranting();
      removeFirst();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b', 'UNSUBSCRIBE b']);
      removeSecond();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets.slice(3), ['UNSUBSCRIBE a']);
    });

    it('removing a subscriber twice sends one UNSUBSCRIBE', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'), new Receiver('a'));
      assert.ok(remove);
      const transport = bench.attachGranting();
      remove();
      remove();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('a removed subscriber receives nothing, even before the server has answered', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a');
      const other = new Receiver('a');
      const [remove] = bench.add(receiver, other);
      assert.ok(remove);
      const transport = bench.attachGranting();
      remove();
      bench.send(transport, 'a', ['a']);
      assert.deepEqual(receiver.received, []);
      assert.deepEqual(other.received, ['a by a']);
    });

    it('a filter that was unsubscribed can be subscribed again', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'));
      const transport = bench.attachGranting();
      remove?.();
      bench.clock.advance(0);
      const receiver = new Receiver('a');
      bench.add(receiver);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'UNSUBSCRIBE a', 'SUBSCRIBE a']);
      bench.send(transport, 'a', ['a']);
      assert.deepEqual(receiver.received, ['a by a']);
    });

    it('a filter that is removed without a connection is not subscribed on the next one', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'));
      remove?.();
      bench.clock.advance(0);
      assert.deepEqual(bench.attach().packets, []);
    });

    it('a removed subscriber can be told when the server has answered', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a', 'b'), new Receiver('b'));
      const transport = bench.attachGranting();
      let left = 0;
      remove?.(() => left++);
      bench.clock.advance(0);
      assert.equal(left, 0, 'a is not unsubscribed yet');
      transport.unsubscribed[0]?.answer(true);
      assert.equal(left, 1);
    });

    it('removing a subscriber without a connection completes at once', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'));
      bench.lose(bench.attachGranting());
      let left = 0;
      remove?.(() => left++);
      bench.clock.advance(0);
      assert.equal(left, 1);
    });

    it('a lost UNSUBSCRIBE is sent again when the session continues', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'), new Receiver('b'));
      const transport = bench.attachGranting();
      remove?.();
      bench.clock.advance(0);
      bench.lose(transport);
      const next = bench.attachGranting({ sessionPresent: true });
      assert.deepEqual(next.packets, ['UNSUBSCRIBE a']);
      next.unsubscribed[0]?.answer(true);
      bench.lose(next);
      assert.deepEqual(bench.attachGranting({ sessionPresent: true }).packets, []);
    });

    it('the answer to a subscription that was removed meanwhile is ignored', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a');
      const [remove] = bench.add(receiver);
      const transport = bench.attach();
      remove?.();
      bench.clock.advance(0);
      grant(transport, 'a', 0);
      assert.deepEqual(receiver.states, ['a pending']);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'UNSUBSCRIBE a']);
    });
  });

  describe('during a deploy', () => {
    it('a subscriber that is replaced by one with the same filter sends nothing', () => {
      const bench = new SubscriptionBench();
      const before = new Receiver({ filter: 'a/+x', qos: 1 });
      before.identity = 'node';
      const [remove] = bench.add(before);
      const transport = bench.attachGranting();
      bench.clock.advance(REPLAY);
      bench.subscriptions.hold();
      remove?.();
      bench.clock.advance(1000);
      const receiver = new Receiver({ filter: 'a/+renamed', qos: 1 });
      receiver.identity = 'node';
      bench.add(receiver);
      bench.subscriptions.release();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a/+']);
      assert.deepEqual(receiver.states, ['a/+renamed granted 2']);
      bench.send(transport, 'a/b', ['a/+']);
      assert.deepEqual(receiver.deliveries[0]?.params, { renamed: 'b' });
    });

    it('changes are sent when it has ended, and only those that remain', () => {
      const bench = new SubscriptionBench();
      const [stays, stayed] = [new Receiver('b'), new Receiver('b')];
      stays.identity = stayed.identity = 'node';
      const [removeA, removeB] = bench.add(new Receiver('a'), stays);
      const transport = bench.attachGranting();
      bench.clock.advance(REPLAY);
      bench.subscriptions.hold();
      removeA?.();
      removeB?.();
      bench.add(new Receiver('c'));
      const [removeD] = bench.add(new Receiver('d'));
      bench.add(stayed);
      removeD?.();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets.slice(2).sort(), ['SUBSCRIBE c', 'UNSUBSCRIBE a']);
    });

    it('a change just before its start waits, too', () => {
      const bench = new SubscriptionBench();
      const transport = bench.attachGranting();
      bench.subscriptions.add(new Receiver('a'));
      bench.subscriptions.hold();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, []);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('two overlapping deploys end with the later one', () => {
      const bench = new SubscriptionBench();
      const transport = bench.attachGranting();
      bench.subscriptions.hold();
      bench.subscriptions.hold();
      bench.add(new Receiver('a'));
      bench.subscriptions.release();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, []);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('a connection that is made meanwhile is subscribed when it has ended', () => {
      const bench = new SubscriptionBench();
      bench.subscriptions.hold();
      bench.add(new Receiver('a'));
      const transport = bench.attachGranting();
      assert.deepEqual(transport.packets, []);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('publications continue to the present subscribers', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a');
      bench.add(receiver);
      const transport = bench.attachGranting();
      bench.subscriptions.hold();
      bench.send(transport, 'a', ['a']);
      assert.deepEqual(receiver.received, ['a by a']);
    });
  });
});
