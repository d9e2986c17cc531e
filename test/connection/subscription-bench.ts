// Subscriptions without a connection around them: a server that a test attaches, and subscribers that note what they get.

import assert from 'node:assert/strict';
import { AnswerWatch } from '#src/connection/answer-watch';
import {
  type RemoveSubscriber,
  type Subscriber,
  type SubscriptionState,
  Subscriptions,
} from '#src/connection/subscriptions/subscriptions';
import type { QoS } from '#src/core/publications/publication';
import type { SubscriptionOptions } from '#src/core/subscriptions/subscription-options';
import { readCaptures, type TopicParams } from '#src/core/topics/topic-captures';
import type { ServerInfo } from '#src/transport/transport';
import { filterOf } from '../core/parsed';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { FakeNetwork, type FakeTransport, serverInfo } from '../helpers/fakes/fake-transport';
import { failure, incoming } from './publications';

interface Delivery {
  readonly topic: string;
  readonly filter: string;
  readonly qos: QoS;
  readonly params: TopicParams | undefined;
}

/** A subscriber that keeps what it is told. */
export class Receiver implements Subscriber {
  identity?: string;
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

  deliver(...[{ topic }, filter, qos]: Parameters<Subscriber['deliver']>): void {
    this.deliveries.push({ topic, filter: filter.text, qos, params: readCaptures(filter, topic) });
  }

  stateChanged({ filter }: SubscriptionOptions, state: SubscriptionState): void {
    const detail = state.kind === 'granted' ? ` ${state.qos}` : state.kind === 'refused' ? ` ${state.error.code}` : '';
    this.states.push(`${filter.text} ${state.kind}${detail}`);
  }
}

/** ms after which what the server had stored has come. */
export const REPLAY = 500;

/** Subscriptions, and a server that a test attaches and takes away. */
export class SubscriptionBench {
  readonly clock = new FakeClock();
  readonly thrown: Error[] = [];
  readonly subscriptions = new Subscriptions(
    this.clock,
    (error) => this.thrown.push(error),
    new AnswerWatch(this.clock),
  );
  readonly #network = new FakeNetwork();

  /** Adds subscribers in one moment, and lets the moment pass. */
  add(...receivers: readonly Receiver[]): RemoveSubscriber[] {
    const removals = receivers.map((receiver) => this.subscriptions.add(receiver));
    this.clock.advance(0);
    return removals;
  }

  attach(info: Partial<ServerInfo> = {}, prepare: (transport: FakeTransport) => void = () => {}): FakeTransport {
    this.#network.openTransport(
      () => Promise.reject(failure()),
      { server: 'server', protocolVersion: 5, clientId: 'test', keepalive: 60, cleanStart: true },
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
export function identifierOf(transport: FakeTransport, filter: string): number {
  const sent = transport.subscribed.findLast(({ question }) => question.filter === filter);
  assert.ok(sent?.question.identifier !== undefined, `"${filter}" was subscribed with an identifier`);
  return sent.question.identifier;
}

export function grant(transport: FakeTransport, filter: string, qos: QoS): void {
  pendingFor(transport, filter).answer({ kind: 'granted', qos });
}

export function refuse(transport: FakeTransport, filter: string, reasonCode = 0x87): void {
  pendingFor(transport, filter).answer({ kind: 'refused', reasonCode });
}

export function pendingFor(transport: FakeTransport, filter: string): FakeTransport['subscribed'][number] {
  const sent = transport.subscribed.find(({ question, answered }) => question.filter === filter && !answered);
  assert.ok(sent, `a SUBSCRIBE for "${filter}" waits for its answer`);
  return sent;
}
