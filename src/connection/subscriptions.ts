// Who wants which topics on one connection: the desired subscriptions, compared with what the server has, and the
// delivery of each publication to each subscriber as if it were alone.

import type { MqttFlowsError } from '../core/mqtt-flows-error';
import { type IncomingPublication, type QoS, withOwnBytes } from '../core/publication';
import type { TopicFilter, WireFilter } from '../core/topic-filter';
import { TopicTrie } from '../core/topic-trie';
import type { Receipt, ServerInfo, SubscribeOutcome, SubscribeRequest, Transport } from '../transport/transport';
import { filterIdentifier } from './filter-identifier';
import { guarded, type Report } from './guarded';
import { mergedRequest, sameRequest } from './merged-request';
import { subscriptionProblem, subscriptionRefused } from './server-limits';
import type { RememberedSubscription, SessionMemory } from './session-memory';
import { SharedReceipt } from './shared-receipt';
import { type SubscriptionInUse, subscriptionsInUse } from './subscription-in-use';
import type { SubscriptionOptions } from './subscription-options';

export type SubscriptionState =
  /** Not sent, or not answered yet. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'granted'; readonly qos: QoS }
  | { readonly kind: 'refused'; readonly error: MqttFlowsError };

/** Receives what its filters match: each publication once, however many of them do. */
export interface Subscriber {
  /** Who it is, for people who ask what a connection is used for. */
  readonly owner?: string;
  /** In order of preference: of several matching filters, the first gives the captures. */
  readonly subscriptions: readonly SubscriptionOptions[];
  /**
   * `qos` is at most what the matching filter asked for. Whoever holds `receipt` before this returns puts off the
   * acknowledgement; it comes with QoS 1 and 2 of the publication, whatever the filter asked for.
   */
  deliver(publication: IncomingPublication, filter: TopicFilter, qos: QoS, receipt: SharedReceipt | undefined): void;
  /** The server has answered, or the answer no longer holds. Called once at the start as well. */
  stateChanged(subscription: SubscriptionOptions, state: SubscriptionState): void;
}

/** What a filter of one subscriber is in the trie. */
interface Interest {
  readonly subscriber: Subscriber;
  readonly options: SubscriptionOptions;
  /** Position among the subscriber's filters. */
  readonly rank: number;
  readonly wire: WireSubscription;
}

/** A subscription as the server knows it: one for each filter, however many subscribers share it. */
interface WireSubscription {
  readonly filter: WireFilter;
  readonly identifier: number;
  readonly interests: Set<Interest>;
  state: SubscriptionState;
  /** What the server was last asked for, or undefined when it has to be asked. */
  asked: SubscribeRequest | undefined;
  /** What the server may have taken, answered or not: a session keeps it until it is unsubscribed. */
  standing: RememberedSubscription | undefined;
}

const PENDING: SubscriptionState = { kind: 'pending' };

export class Subscriptions {
  readonly #trie = new TopicTrie<Interest>();
  readonly #wires = new Map<WireFilter, WireSubscription>();
  readonly #schedule: (reconcile: () => void) => void;
  readonly #memory: SessionMemory | undefined;
  readonly #report: Report;
  #nextIdentifier = 1;
  /** Those of `#wires`. */
  readonly #identifiers = new Set<number>();
  #link: { readonly transport: Transport; readonly server: ServerInfo } | undefined;
  #holds = 0;
  #scheduled = false;
  #answeredListener: (() => void) | undefined;

  /** `schedule` runs a function soon, but not at once: changes of one moment then become one comparison. */
  constructor(schedule: (reconcile: () => void) => void, report: Report, memory?: SessionMemory) {
    this.#schedule = schedule;
    this.#report = report;
    this.#memory = memory;
    for (const remembered of memory?.subscriptions ?? []) {
      const { request, granted } = remembered;
      const wire = this.#wire(request.filter, request.identifier);
      wire.standing = remembered;
      if (granted === undefined) continue;
      wire.asked = request;
      wire.state = { kind: 'granted', qos: granted };
    }
  }

  /** Adds a subscriber; the function returned takes it away again and may be called more than once. */
  add(subscriber: Subscriber): () => void {
    const interests = subscriber.subscriptions.map((options, rank): Interest => {
      const wire = this.#wire(options.filter.wire);
      const interest = { subscriber, options, rank, wire };
      wire.interests.add(interest);
      this.#trie.add(options.filter, interest);
      subscriber.stateChanged(options, wire.state);
      return interest;
    });
    this.#changed();
    return () => {
      for (const interest of interests.splice(0)) {
        interest.wire.interests.delete(interest);
        this.#trie.remove(interest.options.filter, interest);
      }
      this.#changed();
    };
  }

  /** The filters that are asked for, what the server has said to each, and by whom. */
  get inUse(): SubscriptionInUse[] {
    return subscriptionsInUse(this.#wires.values());
  }

  /** Until release(), changes are collected and nothing is sent: a deploy replaces nodes one by one. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds = Math.max(0, this.#holds - 1);
    this.#changed();
  }

  /** The server can be asked from now on. Without a session it has none of our subscriptions. */
  attach(transport: Transport, server: ServerInfo): void {
    this.#link = { transport, server };
    for (const wire of this.#wires.values()) {
      if (!server.sessionPresent) wire.standing = undefined;
      if (!server.sessionPresent || wire.state.kind !== 'granted') this.#forget(wire);
    }
    this.#reconcile();
  }

  /** The server is gone. What it granted is kept in mind for a session that it may keep. */
  detach(): void {
    this.#link = undefined;
  }

  /** Hands a publication to each subscriber that it is for, and acknowledges it unless one of them holds the receipt. */
  deliver(publication: IncomingPublication, receipt?: Receipt): void {
    if (!receipt) return this.#share(publication, undefined);
    const shared = new SharedReceipt(receipt);
    this.#share(publication, shared);
    shared.delivered();
  }

  #share(publication: IncomingPublication, receipt: SharedReceipt | undefined): void {
    const matches = this.#trie.match(publication.topic);
    const only = matches[0];
    if (!only) return;
    if (matches.length === 1) {
      if (isFor(publication, only)) this.#hand(publication, only, receipt);
      return;
    }
    let own = publication;
    for (const interest of firstOfEachSubscriber(matches)) {
      // An MQTT 5 server may send one copy for each subscription that matches: the first filter's copy is delivered.
      if (!isFor(publication, interest)) continue;
      this.#hand(own, interest, receipt);
      // Flows may change what they get: the next one gets bytes of its own.
      own = withOwnBytes(publication);
    }
  }

  #hand(publication: IncomingPublication, { subscriber, options }: Interest, receipt: SharedReceipt | undefined): void {
    const qos = publication.qos < options.qos ? publication.qos : options.qos;
    guarded(this.#report, () => subscriber.deliver(publication, options.filter, qos, receipt));
  }

  /** Calls `listener` once, when the server has answered all that it was asked. */
  onceAnswered(listener: () => void): void {
    this.#answeredListener = listener;
    this.#tellAnswered();
  }

  #tellAnswered(): void {
    if (!this.#answeredListener || this.#scheduled) return;
    for (const { interests, state } of this.#wires.values()) if (interests.size > 0 && state.kind === 'pending') return;
    const listener = this.#answeredListener;
    this.#answeredListener = undefined;
    listener();
  }

  #wire(filter: WireFilter, remembered?: number): WireSubscription {
    const known = this.#wires.get(filter);
    if (known) return known;
    const identifier = remembered ?? this.#newIdentifier(filter);
    const interests = new Set<Interest>();
    const wire = { filter, identifier, interests, state: PENDING, asked: undefined, standing: undefined };
    this.#wires.set(filter, wire);
    this.#identifiers.add(identifier);
    return wire;
  }

  #newIdentifier(filter: WireFilter): number {
    return this.#memory ? filterIdentifier(filter, this.#identifiers) : this.#nextIdentifier++;
  }

  #remember(): void {
    this.#memory?.remember(() => Array.from(this.#wires.values()).flatMap(({ standing }) => standing ?? []));
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      this.#reconcile();
    });
  }

  /** Sends what makes the server's subscriptions those that are wanted; nothing when they are. */
  #reconcile(): void {
    if (this.#holds > 0) return;
    for (const wire of this.#wires.values()) {
      if (wire.interests.size === 0) this.#drop(wire);
      else if (this.#link) this.#ask(wire, this.#link.transport, this.#link.server);
    }
    this.#tellAnswered();
  }

  /** Without a connection, what the server was asked for is remembered: it may have kept the session. */
  #drop(wire: WireSubscription): void {
    if (wire.standing && !this.#link) return;
    this.#wires.delete(wire.filter);
    this.#identifiers.delete(wire.identifier);
    if (wire.standing) this.#link?.transport.unsubscribe(wire.filter, () => {});
    this.#remember();
  }

  #ask(wire: WireSubscription, transport: Transport, server: ServerInfo): void {
    const wishes = Array.from(wire.interests, ({ options }) => options);
    const request = mergedRequest(wire.filter, wire.identifier, wishes, server);
    if (wire.asked && sameRequest(wire.asked, request)) return;
    wire.asked = request;
    const problem = subscriptionProblem(request, server);
    if (problem !== undefined) return this.#answered(wire, { kind: 'refused', reasonCode: problem });
    wire.standing = { request };
    this.#remember();
    transport.subscribe(request, (outcome) => {
      // An answer to an older question, or from an older connection, no longer matters.
      if (wire.asked === request) this.#answered(wire, outcome);
    });
  }

  #answered(wire: WireSubscription, outcome: SubscribeOutcome): void {
    if (outcome.kind === 'unanswered') return this.#forget(wire);
    if (outcome.kind === 'granted' && wire.asked) wire.standing = { request: wire.asked, granted: outcome.qos };
    this.#setState(
      wire,
      outcome.kind === 'granted' ? outcome : { kind: 'refused', error: subscriptionRefused(wire.filter, outcome) },
    );
    this.#remember();
    this.#tellAnswered();
  }

  #forget(wire: WireSubscription): void {
    wire.asked = undefined;
    if (wire.state.kind !== 'pending') this.#setState(wire, PENDING);
  }

  #setState(wire: WireSubscription, state: SubscriptionState): void {
    wire.state = state;
    for (const { subscriber, options } of wire.interests) subscriber.stateChanged(options, state);
  }
}

/** With identifiers, only the filters whose identifiers it carries; without, every filter that matches. */
function isFor(publication: IncomingPublication, interest: Interest): boolean {
  const identifiers = publication.subscriptionIdentifiers;
  return identifiers.length === 0 || identifiers.includes(interest.wire.identifier);
}

/** Of each subscriber's matching filters the first that the server has granted, or else that it has not refused. */
function firstOfEachSubscriber(matches: readonly Interest[]): Iterable<Interest> {
  const first = new Map<Subscriber, Interest>();
  for (const interest of matches) {
    if (interest.wire.state.kind === 'refused') continue;
    const known = first.get(interest.subscriber);
    if (!known || precedes(interest, known)) first.set(interest.subscriber, interest);
  }
  return first.values();
}

function precedes(a: Interest, b: Interest): boolean {
  const granted = a.wire.state.kind === 'granted';
  return granted === (b.wire.state.kind === 'granted') ? a.rank < b.rank : granted;
}
