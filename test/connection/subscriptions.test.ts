// The desired subscriptions compared with the server's, and each publication once to each subscriber it is for.

import assert from 'node:assert/strict';
import type { SubscriptionOptions } from '#src/connection/subscription-options';
import { type Subscriber, type SubscriptionState, Subscriptions } from '#src/connection/subscriptions';
import type { IncomingPublication, QoS } from '#src/core/publication';
import { readCaptures, type TopicParams } from '#src/core/topic-captures';
import type { TopicFilter } from '#src/core/topic-filter';
import type { ServerInfo } from '#src/transport/transport';
import { filterOf } from '../core/parsed';
import { FakeClock } from '../helpers/fake-clock';
import { FakeNetwork, type FakeTransport, serverInfo } from '../helpers/fake-transport';
import { failure, incoming } from './publications';

interface Delivery {
  readonly topic: string;
  readonly filter: string;
  readonly qos: QoS;
  readonly params: TopicParams | undefined;
}

/** A subscriber that keeps what it is told. */
class Receiver implements Subscriber {
  readonly subscriptions: readonly SubscriptionOptions[];
  readonly deliveries: Delivery[] = [];
  /** Lines such as `a/+ granted 1`, in the order in which they came. */
  readonly states: string[] = [];

  constructor(...filters: readonly (string | ({ filter: string } & Partial<Omit<SubscriptionOptions, 'filter'>>))[]) {
    this.subscriptions = filters.map((given) => {
      const { filter, ...options } = typeof given === 'string' ? { filter: given } : given;
      return {
        filter: filterOf(filter),
        qos: 0,
        noLocal: false,
        retainAsPublished: false,
        retainHandling: 0,
        ...options,
      };
    });
  }

  /** The filters by which publications were delivered. */
  get received(): string[] {
    return this.deliveries.map(({ topic, filter }) => `${topic} by ${filter}`);
  }

  deliver({ topic }: IncomingPublication, filter: TopicFilter, qos: QoS): void {
    this.deliveries.push({ topic, filter: filter.text, qos, params: readCaptures(filter, topic) });
  }

  stateChanged({ filter }: SubscriptionOptions, state: SubscriptionState): void {
    const detail = state.kind === 'granted' ? ` ${state.qos}` : state.kind === 'refused' ? ` ${state.error.code}` : '';
    this.states.push(`${filter.text} ${state.kind}${detail}`);
  }
}

/** Subscriptions, and a server that a test attaches and takes away. */
class Bench {
  readonly clock = new FakeClock();
  readonly thrown: Error[] = [];
  readonly subscriptions = new Subscriptions(
    (reconcile) => this.clock.after(0, reconcile),
    (error) => this.thrown.push(error),
  );
  readonly #network = new FakeNetwork();

  /** Adds subscribers in one moment, and lets the moment pass. */
  add(...receivers: readonly Receiver[]): (() => void)[] {
    const removals = receivers.map((receiver) => this.subscriptions.add(receiver));
    this.clock.advance(0);
    return removals;
  }

  attach(info: Partial<ServerInfo> = {}, prepare: (transport: FakeTransport) => void = () => {}): FakeTransport {
    this.#network.openTransport(
      () => Promise.reject(failure()),
      { protocolVersion: 5, clientId: 'test', keepalive: 60, cleanStart: true },
      { stage() {}, connected() {}, message() {}, writable() {}, closed() {} },
    );
    const transport = this.#network.latest;
    transport.connect(info);
    prepare(transport);
    this.subscriptions.attach(transport, serverInfo(info));
    return transport;
  }

  /** A server that grants all it is asked for. */
  attachGranting(info: Partial<ServerInfo> = {}): FakeTransport {
    return this.attach(info, ({ automatic }) => {
      automatic.subscribe = { kind: 'granted', qos: 2 };
    });
  }

  lose(transport: FakeTransport): void {
    transport.lose(failure());
    this.subscriptions.detach();
  }

  /** The server sends one copy with the identifiers of the subscriptions to `filters`. */
  send(transport: FakeTransport, topic: string, filters: readonly string[] = [], qos: QoS = 0): void {
    const identifiers = filters.map((filter) => identifierOf(transport, filter));
    this.subscriptions.deliver(incoming(topic, identifiers, { qos }));
  }
}

/** What the server was asked to put into publications for `filter`. */
function identifierOf(transport: FakeTransport, filter: string): number {
  const sent = transport.subscribed.findLast(({ question }) => question.filter === filter);
  assert.ok(sent?.question.identifier !== undefined, `"${filter}" was subscribed with an identifier`);
  return sent.question.identifier;
}

function grant(transport: FakeTransport, filter: string, qos: QoS): void {
  pendingFor(transport, filter).answer({ kind: 'granted', qos });
}

function refuse(transport: FakeTransport, filter: string, reasonCode = 0x87): void {
  pendingFor(transport, filter).answer({ kind: 'refused', reasonCode });
}

function pendingFor(transport: FakeTransport, filter: string): FakeTransport['subscribed'][number] {
  const sent = transport.subscribed.find(({ question, answered }) => question.filter === filter && !answered);
  assert.ok(sent, `a SUBSCRIBE for "${filter}" waits for its answer`);
  return sent;
}

describe('connection/subscriptions', () => {
  describe('subscribers that share a publication', () => {
    it('get bytes of their own', () => {
      const bench = new Bench();
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

    it('do not suffer from one that throws', () => {
      const bench = new Bench();
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

  describe('asking the server', () => {
    it('a filter is subscribed once, however many subscribers have it', () => {
      const bench = new Bench();
      bench.add(new Receiver('a/+'), new Receiver('a/+', 'b'), new Receiver('b'));
      const transport = bench.attach();
      assert.deepEqual(transport.packets, ['SUBSCRIBE a/+', 'SUBSCRIBE b']);
      bench.add(new Receiver('a/+', 'b'));
      assert.equal(transport.packets.length, 2);
    });

    it('filters that differ in the names of their wildcards are one for the server', () => {
      const bench = new Bench();
      bench.add(new Receiver('plant/+line/#rest', 'plant/+x/#'), new Receiver('plant/+/#'));
      assert.deepEqual(bench.attach().packets, ['SUBSCRIBE plant/+/#']);
    });

    it('a shared filter and its filter are two for the server', () => {
      const bench = new Bench();
      bench.add(new Receiver('$share/g/a', '$share/h/a', 'a'));
      assert.deepEqual(bench.attach().packets, ['SUBSCRIBE $share/g/a', 'SUBSCRIBE $share/h/a', 'SUBSCRIBE a']);
    });

    it('nothing is sent before there is a server', () => {
      const bench = new Bench();
      bench.add(new Receiver('a'));
      assert.deepEqual(bench.attach().packets, ['SUBSCRIBE a']);
    });

    it('a subscriber that comes while there is a server is subscribed soon', () => {
      const bench = new Bench();
      const transport = bench.attach();
      bench.subscriptions.add(new Receiver('a'));
      bench.subscriptions.add(new Receiver('a', 'b'));
      assert.deepEqual(transport.packets, []);
      assert.equal(bench.clock.pending, 1, 'what happens in one moment is compared once');
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
    });

    it('each filter has an identifier of its own where the server knows identifiers', () => {
      const bench = new Bench();
      bench.add(new Receiver('a', 'b', 'c'));
      const identifiers = bench.attach().subscribed.map(({ question }) => question.identifier);
      assert.equal(new Set(identifiers).size, 3);
      for (const identifier of identifiers) assert.ok(identifier !== undefined && identifier > 0);
    });

    it('no identifier is sent where the server knows none', () => {
      const bench = new Bench();
      bench.add(new Receiver('a'));
      const transport = bench.attach({ subscriptionIdentifiersAvailable: false });
      const [sent] = transport.subscribed;
      assert.ok(sent && !('identifier' in sent.question));
    });

    it('the options of a single subscriber are sent as they are', () => {
      const bench = new Bench();
      const options = { qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const;
      bench.add(new Receiver({ filter: 'a', ...options }));
      const transport = bench.attach({ subscriptionIdentifiersAvailable: false });
      assert.deepEqual(transport.subscribed[0]?.question, { filter: 'a', ...options });
    });

    it('the options of several subscribers are merged so that none is worse off', () => {
      const bench = new Bench();
      bench.add(
        new Receiver({ filter: 'a', qos: 1, noLocal: true, retainAsPublished: false, retainHandling: 2 }),
        new Receiver({ filter: 'a', qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 1 }),
        new Receiver({ filter: 'a', qos: 0, noLocal: true, retainAsPublished: false, retainHandling: 2 }),
      );
      const transport = bench.attach({ subscriptionIdentifiersAvailable: false });
      assert.deepEqual(transport.subscribed[0]?.question, {
        filter: 'a',
        qos: 2,
        noLocal: false,
        retainAsPublished: true,
        retainHandling: 1,
      });
    });

    it('what all subscribers want is kept: none of them hears its own publications', () => {
      const bench = new Bench();
      bench.add(new Receiver({ filter: 'a', noLocal: true }), new Receiver({ filter: 'a', noLocal: true }));
      assert.equal(bench.attach().subscribed[0]?.question.noLocal, true);
    });

    it('a subscriber with a higher QoS has the filter subscribed again, under the same identifier', () => {
      const bench = new Bench();
      bench.add(new Receiver({ filter: 'a', qos: 0 }));
      const transport = bench.attachGranting();
      const identifier = identifierOf(transport, 'a');
      bench.add(new Receiver({ filter: 'a', qos: 1 }));
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE a']);
      assert.equal(transport.subscribed[1]?.question.qos, 1);
      assert.equal(identifierOf(transport, 'a'), identifier);
    });

    it('a subscriber with a lower QoS sends nothing', () => {
      const bench = new Bench();
      bench.add(new Receiver({ filter: 'a', qos: 2 }));
      const transport = bench.attachGranting();
      bench.add(new Receiver({ filter: 'a', qos: 1 }));
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });
  });

  describe('leaving', () => {
    it('a filter is unsubscribed when its last subscriber is gone', () => {
      const bench = new Bench();
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

    it('going twice is going once', () => {
      const bench = new Bench();
      const [remove] = bench.add(new Receiver('a'), new Receiver('a'));
      assert.ok(remove);
      const transport = bench.attachGranting();
      remove();
      remove();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('a subscriber that is gone receives nothing, also before the server knows', () => {
      const bench = new Bench();
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
      const bench = new Bench();
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

    it('a filter given up without a server is not subscribed when one comes', () => {
      const bench = new Bench();
      const [remove] = bench.add(new Receiver('a'));
      remove?.();
      bench.clock.advance(0);
      assert.deepEqual(bench.attach().packets, []);
    });

    it('the answer to a subscription that was given up meanwhile does no harm', () => {
      const bench = new Bench();
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
      const bench = new Bench();
      const [remove] = bench.add(new Receiver({ filter: 'a/+x', qos: 1 }));
      const transport = bench.attachGranting();
      bench.subscriptions.hold();
      remove?.();
      bench.clock.advance(1000);
      const receiver = new Receiver({ filter: 'a/+renamed', qos: 1 });
      bench.add(receiver);
      bench.subscriptions.release();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a/+']);
      assert.deepEqual(receiver.states, ['a/+renamed granted 2']);
      bench.send(transport, 'a/b', ['a/+']);
      assert.deepEqual(receiver.deliveries[0]?.params, { renamed: 'b' });
    });

    it('changes are sent when it is over, and only those that are left', () => {
      const bench = new Bench();
      const [removeA, removeB] = bench.add(new Receiver('a'), new Receiver('b'));
      const transport = bench.attachGranting();
      bench.subscriptions.hold();
      removeA?.();
      removeB?.();
      bench.add(new Receiver('c'));
      const [removeD] = bench.add(new Receiver('d'));
      bench.add(new Receiver('b'));
      removeD?.();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets.slice(2).sort(), ['SUBSCRIBE c', 'UNSUBSCRIBE a']);
    });

    it('a change just before it starts waits as well', () => {
      const bench = new Bench();
      const transport = bench.attachGranting();
      bench.subscriptions.add(new Receiver('a'));
      bench.subscriptions.hold();
      bench.clock.advance(1000);
      assert.deepEqual(transport.packets, []);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('two that overlap are over when both are', () => {
      const bench = new Bench();
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

    it('a server that comes meanwhile is asked when it is over', () => {
      const bench = new Bench();
      bench.subscriptions.hold();
      bench.add(new Receiver('a'));
      const transport = bench.attachGranting();
      assert.deepEqual(transport.packets, []);
      bench.subscriptions.release();
      bench.clock.advance(0);
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
    });

    it('publications go on to the subscribers that are there', () => {
      const bench = new Bench();
      const receiver = new Receiver('a');
      bench.add(receiver);
      const transport = bench.attachGranting();
      bench.subscriptions.hold();
      bench.send(transport, 'a', ['a']);
      assert.deepEqual(receiver.received, ['a by a']);
    });
  });

  describe('what a subscriber hears of its subscriptions', () => {
    it('that they wait, then that they are granted, with the QoS that the server gave', () => {
      const bench = new Bench();
      const receiver = new Receiver({ filter: 'a', qos: 2 }, { filter: 'b', qos: 1 });
      bench.add(receiver);
      assert.deepEqual(receiver.states, ['a pending', 'b pending']);
      const transport = bench.attach();
      grant(transport, 'b', 1);
      grant(transport, 'a', 0);
      assert.deepEqual(receiver.states.slice(2), ['b granted 1', 'a granted 0']);
    });

    it('a second subscriber hears at once what the server said to the first', () => {
      const bench = new Bench();
      bench.add(new Receiver('a', 'b'));
      const transport = bench.attach();
      grant(transport, 'a', 0);
      refuse(transport, 'b');
      const receiver = new Receiver('a', 'b');
      bench.add(receiver);
      assert.deepEqual(receiver.states, ['a granted 0', 'b refused subscription-refused']);
    });

    it('a refusal is an error with the filter and the reason code', () => {
      const bench = new Bench();
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
        const bench = new Bench();
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

    it('a question that the stream did not live to see answered is asked again on the next connection', () => {
      const bench = new Bench();
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

    it('the answer to an older question no longer counts', () => {
      const bench = new Bench();
      const receiver = new Receiver({ filter: 'a', qos: 0 });
      bench.add(receiver);
      const transport = bench.attach();
      bench.add(new Receiver({ filter: 'a', qos: 2 }));
      grant(transport, 'a', 0);
      assert.deepEqual(receiver.states, ['a pending']);
      grant(transport, 'a', 2);
      assert.deepEqual(receiver.states, ['a pending', 'a granted 2']);
    });

    it('a change of the granted QoS is told to all', () => {
      const bench = new Bench();
      const first = new Receiver({ filter: 'a', qos: 0 });
      bench.add(first);
      const transport = bench.attach();
      grant(transport, 'a', 0);
      const second = new Receiver({ filter: 'a', qos: 1 });
      bench.add(second);
      grant(transport, 'a', 1);
      assert.deepEqual(first.states, ['a pending', 'a granted 0', 'a granted 1']);
      assert.deepEqual(second.states, ['a granted 0', 'a granted 1']);
    });
  });

  describe('after the connection was lost', () => {
    it('a server without a session is asked for all again', () => {
      const bench = new Bench();
      const receiver = new Receiver('a', 'b');
      bench.add(receiver);
      bench.lose(bench.attachGranting());
      const transport = bench.attachGranting({ sessionPresent: false });
      assert.deepEqual(transport.packets, ['SUBSCRIBE a', 'SUBSCRIBE b']);
      assert.deepEqual(receiver.states.slice(4), ['a pending', 'b pending', 'a granted 2', 'b granted 2']);
    });

    it('a server that kept the session is asked for nothing that it has granted', () => {
      const bench = new Bench();
      const receiver = new Receiver('a', 'b');
      bench.add(receiver);
      const transport = bench.attach();
      grant(transport, 'a', 0);
      bench.lose(transport);
      bench.add(new Receiver('c'));
      const next = bench.attach({ sessionPresent: true });
      assert.deepEqual(next.packets, ['SUBSCRIBE b', 'SUBSCRIBE c']);
      assert.deepEqual(receiver.states, ['a pending', 'b pending', 'a granted 0']);
      bench.subscriptions.deliver(incoming('a', [identifierOf(transport, 'a')]));
      assert.deepEqual(receiver.received, ['a by a']);
    });

    it('a server that kept the session is told of what is wanted otherwise now', () => {
      const bench = new Bench();
      bench.add(new Receiver({ filter: 'a', qos: 0 }), new Receiver('b'));
      bench.lose(bench.attachGranting());
      bench.add(new Receiver({ filter: 'a', qos: 1 }));
      const transport = bench.attachGranting({ sessionPresent: true });
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      assert.equal(transport.subscribed[0]?.question.qos, 1);
    });

    it('a server that kept the session loses the subscriptions that nobody wants any more', () => {
      const bench = new Bench();
      const [remove] = bench.add(new Receiver('a'), new Receiver('b'));
      bench.lose(bench.attachGranting());
      remove?.();
      bench.clock.advance(0);
      assert.deepEqual(bench.attachGranting({ sessionPresent: true }).packets, ['UNSUBSCRIBE a']);
    });

    it('changes while there is no server send nothing', () => {
      const bench = new Bench();
      const [remove] = bench.add(new Receiver('a'));
      const transport = bench.attachGranting();
      bench.lose(transport);
      remove?.();
      bench.add(new Receiver('b'));
      assert.deepEqual(transport.packets, ['SUBSCRIBE a']);
      assert.deepEqual(bench.attachGranting().packets, ['SUBSCRIBE b']);
    });
  });

  describe('delivering', () => {
    it('a publication goes to all whose filters match, and to nobody else', () => {
      const bench = new Bench();
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

    it('a publication that nobody wants is nobody’s', () => {
      const bench = new Bench();
      const receiver = new Receiver('a');
      bench.add(receiver);
      bench.subscriptions.deliver(incoming('b'));
      assert.deepEqual(receiver.received, []);
    });

    it('the publication is handed on as it is', () => {
      const bench = new Bench();
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
        const bench = new Bench();
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
    const ways: readonly [name: string, send: (bench: Bench, transport: FakeTransport, filters: string[]) => void][] = [
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
          const bench = new Bench();
          const receiver = new Receiver('x/#', 'plant/+line/#rest', '#all', 'plant/7/+machine');
          bench.add(receiver);
          send(bench, bench.attachGranting(), ['plant/+/#', '#', 'plant/7/+']);
          assert.deepEqual(receiver.deliveries, [
            { topic: 'plant/7/press', filter: 'plant/+line/#rest', qos: 0, params: { line: '7', rest: 'press' } },
          ]);
        });

        it('comes once to each of several subscribers, each by its own first filter', () => {
          const bench = new Bench();
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
          const bench = new Bench();
          const receiver = new Receiver('plant/+a/+', 'plant/+b/+');
          bench.add(receiver);
          send(bench, bench.attachGranting(), ['plant/+/+']);
          assert.deepEqual(
            receiver.deliveries.map(({ params }) => params),
            [{ a: '7' }],
          );
        });

        it('comes once by the first filter that the server has not refused', () => {
          const bench = new Bench();
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

    it('a copy that is for another subscription is not taken for one’s own', () => {
      const bench = new Bench();
      const mine = new Receiver('a/+');
      const other = new Receiver('a/b');
      bench.add(mine, other);
      const transport = bench.attachGranting();
      bench.send(transport, 'a/b', ['a/b']);
      assert.deepEqual(mine.received, []);
      assert.deepEqual(other.received, ['a/b by a/b']);
    });

    it('a copy for a shared subscription goes to the group alone', () => {
      const bench = new Bench();
      const group = new Receiver('$share/g/a');
      const single = new Receiver('a');
      bench.add(group, single);
      const transport = bench.attachGranting();
      bench.send(transport, 'a', ['$share/g/a']);
      assert.deepEqual([group.received, single.received], [['a by $share/g/a'], []]);
      bench.send(transport, 'a', ['a']);
      assert.deepEqual([group.received, single.received], [['a by $share/g/a'], ['a by a']]);
    });

    it('a filter that the server has not granted yet does not hide one that it has', () => {
      const bench = new Bench();
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
      const bench = new Bench();
      const receiver = new Receiver('a', '+');
      bench.add(receiver);
      const transport = bench.attach();
      bench.send(transport, 'a', ['a']);
      assert.deepEqual(receiver.received, ['a by a']);
    });

    it('a subscriber that goes and one that comes while a publication is delivered do no harm', () => {
      const bench = new Bench();
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
