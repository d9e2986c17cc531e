// Each publication reaches each of its subscribers once.

import assert from 'node:assert/strict';
import type { IncomingPublication } from '#src/core/publications/publication';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { RecordedReceipt } from '../helpers/fakes/recorded-receipt';
import { incoming } from './publications';
import { grant, Receiver, refuse, SubscriptionBench } from './subscription-bench';

describe('connection/subscriptions/deliveries', () => {
  describe('while a deploy replaces a subscriber', () => {
    it('a publication waits for the next instance of its subscriber, and is acknowledged then', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'), new Receiver('b'));
      bench.attachGranting();
      bench.subscriptions.hold();
      remove?.();
      const receipt = new RecordedReceipt();
      bench.subscriptions.deliver(incoming('a', [], { qos: 1 }), receipt);
      bench.subscriptions.deliver(incoming('a', [], { qos: 0 }));
      assert.deepEqual(receipt.given, []);
      const next = new Receiver('a');
      bench.add(next);
      bench.subscriptions.release();
      assert.deepEqual(next.received, ['a by a', 'a by a']);
      assert.deepEqual(receipt.given, ['acknowledged 0']);
    });

    it('a publication that waits when the connection is lost is left to the server', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a'));
      bench.attachGranting();
      bench.subscriptions.hold();
      remove?.();
      const receipt = new RecordedReceipt();
      bench.subscriptions.deliver(incoming('a', [], { qos: 2 }), receipt);
      bench.subscriptions.detach();
      assert.deepEqual(receipt.given, ['abandoned']);
      const next = new Receiver('a');
      bench.add(next);
      bench.subscriptions.release();
      assert.deepEqual(next.received, []);
    });

    it('other subscribers get the publication at once', () => {
      const bench = new SubscriptionBench();
      const other = new Receiver('b');
      const [remove] = bench.add(new Receiver('a'), other);
      bench.attachGranting();
      bench.subscriptions.hold();
      remove?.();
      bench.subscriptions.deliver(incoming('b'));
      assert.deepEqual(other.received, ['b by b']);
    });
  });

  it('nothing is acknowledged once the flows stop, so that the session keeps it', () => {
    const bench = new SubscriptionBench();
    const receiver = new Receiver('a');
    bench.add(receiver);
    bench.attachGranting();
    bench.subscriptions.hold(true);
    const receipt = new RecordedReceipt();
    bench.subscriptions.deliver(incoming('a', [], { qos: 2 }), receipt);
    assert.deepEqual([receiver.received, receipt.given], [[], ['abandoned']]);
  });

  describe('subscribers that share a publication', () => {
    it('get a copy of the bytes each', () => {
      const bench = new SubscriptionBench();
      const payloads: Buffer[] = [];
      const receivers = [new Receiver('a'), new Receiver('a'), new Receiver('+')];
      for (const receiver of receivers) receiver.deliver = ({ payload }) => void payloads.push(payload);
      bench.add(...receivers);
      bench.attachGranting({ subscriptionIdentifiersAvailable: false });
      bench.subscriptions.deliver(incoming('a', [], { payload: Buffer.from('same') }));
      assert.equal(payloads.length, 3);
      payloads[0]?.fill(0);
      assert.deepEqual(payloads.slice(1).map(String), ['same', 'same']);
    });

    it('get it even if another one throws', () => {
      const bench = new SubscriptionBench();
      const broken = new Receiver('a');
      broken.deliver = () => {
        throw new Error('a flow is broken');
      };
      const sound = new Receiver('a');
      bench.add(broken, sound);
      bench.send(bench.attachGranting(), 'a');
      assert.deepEqual(sound.received, ['a by a']);
      assert.deepEqual(
        bench.thrown.map(({ message }) => message),
        ['a flow is broken'],
      );
    });
  });

  describe('delivering', () => {
    it('a publication goes to all whose filters match, and to nobody else', () => {
      const bench = new SubscriptionBench();
      const receivers = [
        new Receiver('a/b'),
        new Receiver('a/+'),
        new Receiver('#'),
        new Receiver('a'),
        new Receiver('b/#'),
      ];
      bench.add(...receivers);
      bench.attachGranting({ subscriptionIdentifiersAvailable: false });
      bench.subscriptions.deliver(incoming('a/b'));
      assert.deepEqual(
        receivers.map(({ received }) => received),
        [['a/b by a/b'], ['a/b by a/+'], ['a/b by #'], [], []],
      );
    });

    it('a publication without a subscriber is delivered to nobody', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a');
      bench.add(receiver);
      bench.subscriptions.deliver(incoming('b'));
      assert.deepEqual(receiver.received, []);
    });

    it('the publication is passed on unchanged', () => {
      const bench = new SubscriptionBench();
      const received: IncomingPublication[] = [];
      const receiver = new Receiver('a');
      receiver.deliver = (publication) => received.push(publication);
      bench.add(receiver);
      const publication = incoming('a', [], { qos: 1, dup: true, payload: Buffer.from('x') });
      bench.subscriptions.deliver(publication);
      assert.equal(received[0], publication);
    });

    for (const [sent, asked, delivered] of [
      [0, 0, 0],
      [0, 2, 0],
      [1, 0, 0],
      [1, 1, 1],
      [1, 2, 1],
      [2, 1, 1],
      [2, 0, 0],
      [2, 2, 2],
    ] as const) {
      it(`a publication with QoS ${sent} comes with QoS ${delivered} to a subscriber that asked for ${asked}`, () => {
        const bench = new SubscriptionBench();
        const receiver = new Receiver({ filter: 'a', qos: asked });
        bench.add(receiver, new Receiver({ filter: 'a', qos: 2 }));
        const transport = bench.attachGranting();
        bench.send(transport, 'a', ['a'], sent);
        assert.deepEqual(
          receiver.deliveries.map(({ qos }) => qos),
          [delivered],
        );
      });
    }

    // The three ways in which servers send a publication for which several subscriptions match.
    const ways: readonly [
      name: string,
      send: (bench: SubscriptionBench, transport: FakeTransport, filters: string[]) => void,
    ][] = [
      [
        'one copy for each subscription',
        (bench, transport, filters) => {
          for (const filter of filters) bench.send(transport, 'plant/7/press', [filter]);
        },
      ],
      [
        'one copy for each subscription, the last one first',
        (bench, transport, filters) => {
          for (const filter of filters.toReversed()) bench.send(transport, 'plant/7/press', [filter]);
        },
      ],
      ['one copy with all identifiers', (bench, transport, filters) => bench.send(transport, 'plant/7/press', filters)],
      [
        'one copy with all identifiers, in another order',
        (bench, transport, filters) => bench.send(transport, 'plant/7/press', filters.toReversed()),
      ],
      ['one copy without identifiers', (bench, transport) => bench.send(transport, 'plant/7/press')],
    ];
    for (const [way, send] of ways) {
      describe(way, () => {
        it('comes once to a subscriber with several filters that match, by the first of them', () => {
          const bench = new SubscriptionBench();
          const receiver = new Receiver('x/#', 'plant/+line/#rest', '#all', 'plant/7/+machine');
          bench.add(receiver);
          send(bench, bench.attachGranting(), ['plant/+/#', '#', 'plant/7/+']);
          assert.deepEqual(receiver.deliveries, [
            { topic: 'plant/7/press', filter: 'plant/+line/#rest', qos: 0, params: { line: '7', rest: 'press' } },
          ]);
        });

        it('comes once to each of several subscribers, each by its own first filter', () => {
          const bench = new SubscriptionBench();
          const receivers = [
            new Receiver('#', 'plant/7/press'),
            new Receiver('plant/7/press', '#'),
            new Receiver('plant/+line/+', '#'),
            new Receiver('#'),
            new Receiver('plant/8/#'),
          ];
          bench.add(...receivers);
          send(bench, bench.attachGranting(), ['#', 'plant/7/press', 'plant/+/+']);
          assert.deepEqual(
            receivers.map(({ received }) => received),
            [
              ['plant/7/press by #'],
              ['plant/7/press by plant/7/press'],
              ['plant/7/press by plant/+line/+'],
              ['plant/7/press by #'],
              [],
            ],
          );
        });

        it('comes once to a subscriber with two names for one filter, by the first', () => {
          const bench = new SubscriptionBench();
          const receiver = new Receiver('plant/+a/+', 'plant/+b/+');
          bench.add(receiver);
          send(bench, bench.attachGranting(), ['plant/+/+']);
          assert.deepEqual(
            receiver.deliveries.map(({ params }) => params),
            [{ a: '7' }],
          );
        });

        it('comes once by the first filter that the server has not refused', () => {
          const bench = new SubscriptionBench();
          const receiver = new Receiver('#', 'plant/#', 'plant/7/+');
          bench.add(receiver, new Receiver('plant/7/press'));
          const transport = bench.attach();
          refuse(transport, '#');
          for (const filter of ['plant/#', 'plant/7/+', 'plant/7/press']) grant(transport, filter, 0);
          send(bench, transport, ['plant/#', 'plant/7/+', 'plant/7/press']);
          assert.deepEqual(receiver.received, ['plant/7/press by plant/#']);
        });
      });
    }

    it('a copy for another subscription is not delivered to this one', () => {
      const bench = new SubscriptionBench();
      const mine = new Receiver('a/+');
      const other = new Receiver('a/b');
      bench.add(mine, other);
      const transport = bench.attachGranting();
      bench.send(transport, 'a/b', ['a/b']);
      assert.deepEqual(mine.received, []);
      assert.deepEqual(other.received, ['a/b by a/b']);
    });

    it('a copy for a shared subscription goes to the subscribers of that group alone', () => {
      const bench = new SubscriptionBench();
      const group = new Receiver('$share/g/a');
      const single = new Receiver('a');
      bench.add(group, single);
      const transport = bench.attachGranting();
      bench.send(transport, 'a', ['$share/g/a']);
      assert.deepEqual([group.received, single.received], [['a by $share/g/a'], []]);
      bench.send(transport, 'a', ['a']);
      assert.deepEqual([group.received, single.received], [['a by $share/g/a'], ['a by a']]);
    });

    it('a filter that is not granted yet does not hide a granted one', () => {
      const bench = new SubscriptionBench();
      const [remove] = bench.add(new Receiver('a/+'));
      const transport = bench.attachGranting();
      delete transport.automatic.subscribe;
      // A node is deployed again with one more filter, before the one it had.
      bench.subscriptions.hold();
      remove?.();
      const receiver = new Receiver('a/#', 'a/+');
      bench.add(receiver);
      bench.subscriptions.release();
      bench.clock.advance(0);
      bench.send(transport, 'a/b', ['a/+']);
      assert.deepEqual(receiver.received, ['a/b by a/+']);
    });

    it('a publication that comes before the answer to the subscription is delivered', () => {
      const bench = new SubscriptionBench();
      const receiver = new Receiver('a', '+');
      bench.add(receiver);
      const transport = bench.attach();
      bench.send(transport, 'a', ['a']);
      assert.deepEqual(receiver.received, ['a by a']);
    });

    it('subscribers may be added and removed while a publication is delivered', () => {
      const bench = new SubscriptionBench();
      const late = new Receiver('a');
      const receiver = new Receiver('a');
      const last = new Receiver('#');
      receiver.deliver = () => {
        remove?.();
        bench.subscriptions.add(late);
      };
      const [remove] = bench.add(receiver, last);
      bench.subscriptions.deliver(incoming('a'));
      assert.deepEqual(late.received, []);
      assert.deepEqual(last.received, ['a by #']);
      bench.subscriptions.deliver(incoming('a'));
      assert.deepEqual(late.received, ['a by a']);
    });
  });
});
