// Who wants which topics on one connection: the desired subscriptions, compared with what the server has. What comes by
// them is handed out by deliveries.ts.

import type { IncomingPublication } from '../../core/publications/publication';
import { parseTopicFilter, type TopicFilter, type WireFilter } from '../../core/topics/topic-filter';
import type { Receipt, ServerInfo, SubscribeOutcome, Transport } from '../../transport/transport';
import type { AnswerWatch } from '../answer-watch';
import type { Clock } from '../clock';
import type { Report } from '../report';
import { subscriptionProblem, subscriptionRefused } from '../server-limits';
import type { RememberedSubscription, SessionMemory } from '../session/session-memory';
import { Deliveries } from './deliveries';
import { filterIdentifier } from './filter-identifier';
import { mergedRequest, suffices } from './merged-request';
import { RetainedReplays } from './retained-replays';
import type { Subscriber } from './subscriber';
import {
  type Interest,
  type SubscriptionInUse,
  subscriptionsInUse,
  type WireState,
  WireSubscription,
} from './wire-subscription';

export type { Subscriber, SubscriptionState } from './subscriber';

/** Takes a subscriber away; `done` is called when the server has answered what had to be asked. */
export type RemoveSubscriber = (done?: () => void) => void;

const PENDING: WireState = { kind: 'pending' };

export class Subscriptions {
  readonly #wires = new Map<WireFilter, WireSubscription>();
  readonly #clock: Clock;
  readonly #answers: AnswerWatch;
  readonly #memory: SessionMemory | undefined;
  readonly #replays: RetainedReplays;
  readonly #deliveries: Deliveries;
  #nextIdentifier = 1;
  /** Those of `#wires`. */
  readonly #identifiers = new Set<number>();
  #link: { readonly transport: Transport; readonly server: ServerInfo } | undefined;
  #holds = 0;
  #scheduled = false;
  #answeredListener: (() => void) | undefined;

  constructor(clock: Clock, report: Report, answers: AnswerWatch, memory?: SessionMemory) {
    this.#clock = clock;
    this.#answers = answers;
    this.#memory = memory;
    // Whoever came while the server was replaying is next.
    this.#replays = new RetainedReplays(clock, () => this.#changed());
    this.#deliveries = new Deliveries(clock, report, this.#replays);
    for (const remembered of memory?.subscriptions ?? []) this.#recall(remembered);
  }

  /** Adds a subscriber; the function returned takes it away again and may be called more than once. */
  add(subscriber: Subscriber): RemoveSubscriber {
    const interests = subscriber.subscriptions.map((options, rank) => {
      const wire = this.#wire(options.filter);
      const interest = wire.add(subscriber, options, rank);
      if (this.#isToBeAsked(wire, interest)) wire.unanswered.add(interest);
      subscriber.stateChanged(options, wire.stateFor(interest));
      return interest;
    });
    this.#changed();
    return (done = () => {}) => {
      const wires = new Set(interests.map(({ wire }) => wire));
      for (const interest of interests.splice(0)) interest.wire.remove(interest);
      afterAll(wires, done);
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
    this.#deliveries.attach(server);
    for (const wire of this.#wires.values()) {
      if (!server.sessionPresent) wire.lost();
      if (!server.sessionPresent || !wire.granted) this.#forget(wire);
    }
    this.#reconcile();
  }

  /** The server is gone. What it granted is kept in mind for a session that it may keep. */
  detach(): void {
    this.#link = undefined;
    this.#replays.stopAll();
    this.#deliveries.detach();
  }

  /** Hands a publication to each subscriber that it is for, and acknowledges it unless one of them holds the receipt. */
  deliver(publication: IncomingPublication, receipt?: Receipt): void {
    this.#deliveries.deliver(publication, receipt);
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

  #recall(remembered: RememberedSubscription): void {
    const { request, granted, served } = remembered;
    const parsed = parseTopicFilter(request.filter);
    if (!parsed.ok) return;
    const wire = this.#wire(parsed.filter, request.identifier);
    wire.standing = remembered;
    wire.served = served && new Set(served);
    if (granted === undefined) return;
    wire.asked = request;
    wire.state = { kind: 'granted', qos: granted };
  }

  #wire(filter: TopicFilter, remembered?: number): WireSubscription {
    const known = this.#wires.get(filter.wire);
    if (known) return known;
    const wire = new WireSubscription(filter, remembered ?? this.#newIdentifier(filter.wire));
    this.#wires.set(filter.wire, wire);
    this.#identifiers.add(wire.identifier);
    this.#deliveries.add(wire);
    return wire;
  }

  #newIdentifier(filter: WireFilter): number {
    return this.#memory ? filterIdentifier(filter, this.#identifiers) : this.#nextIdentifier++;
  }

  #remember(): void {
    this.#memory?.remember(() => Array.from(this.#wires.values()).flatMap((wire) => wire.remembered ?? []));
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.after(0, () => {
      this.#scheduled = false;
      this.#reconcile();
    });
  }

  /** Sends what makes the server's subscriptions those that are wanted; nothing when they are. */
  #reconcile(): void {
    if (this.#holds > 0) return;
    for (const wire of this.#wires.values()) {
      if (wire.interests.size === 0) {
        this.#drop(wire);
        continue;
      }
      wire.tellLeft();
      if (this.#link) this.#ask(wire, this.#link.transport, this.#link.server);
    }
    this.#replays.asked();
    this.#tellAnswered();
  }

  /** Without a connection, what the server was asked for is remembered: it may have kept the session. */
  #drop(wire: WireSubscription): void {
    if (wire.standing && !this.#link) return wire.tellLeft();
    this.#replays.stop(wire);
    this.#wires.delete(wire.wire);
    if (!wire.standing || !this.#link) this.#gone(wire);
    else {
      // Until the server has answered, copies for it may come and have to be told from others.
      const left = this.#answers.await((answered: boolean) => {
        // A session that goes on may have it still.
        if (answered || this.#wires.has(wire.wire)) return this.#gone(wire);
        this.#wires.set(wire.wire, wire);
        wire.tellLeft();
      });
      this.#link.transport.unsubscribe(wire.wire, left);
    }
    this.#remember();
  }

  #gone(wire: WireSubscription): void {
    this.#identifiers.delete(wire.identifier);
    this.#deliveries.remove(wire);
    wire.tellLeft();
  }

  #ask(wire: WireSubscription, transport: Transport, server: ServerInfo): void {
    wire.forgetAbsent();
    // What is replayed twice at a time could not be told apart.
    if (wire.replaying) return;
    const request = mergedRequest(wire, server);
    const replays = Array.from(wire.interests).some(({ fresh }) => fresh);
    if (wire.asked && !replays && suffices(wire.asked, request, server)) return this.#answerWaiting(wire);
    wire.asked = request;
    const problem = subscriptionProblem(request, server);
    if (problem !== undefined) return this.#answered(wire, { kind: 'refused', reasonCode: problem });
    wire.standing = { request };
    wire.expectStored();
    if (request.retainHandling !== 2 && !wire.shared) this.#replays.start(wire);
    this.#remember();
    const answered = this.#answers.await((outcome: SubscribeOutcome) => {
      // An answer to an older question, or from an older connection, no longer matters.
      if (wire.asked === request) this.#answered(wire, outcome);
    });
    transport.subscribe(request, answered);
  }

  #answered(wire: WireSubscription, outcome: SubscribeOutcome): void {
    if (outcome.kind === 'unanswered') return this.#forget(wire);
    wire.serve();
    for (const interest of wire.unanswered) if (!this.#isToBeAsked(wire, interest)) wire.unanswered.delete(interest);
    this.#deliveries.changed();
    if (outcome.kind === 'granted') {
      if (wire.asked) wire.standing = { request: wire.asked, granted: outcome.qos };
      this.#setState(wire, outcome);
      if (wire.replaying) this.#replays.granted(wire);
    } else {
      this.#replays.stop(wire);
      this.#setState(wire, { kind: 'refused', error: subscriptionRefused(wire.wire, outcome) });
    }
    this.#remember();
    this.#tellAnswered();
  }

  /** Whether the server's last answer is none to `interest`, which has just come. */
  #isToBeAsked(wire: WireSubscription, { fresh }: Interest): boolean {
    if (!this.#link || !wire.asked) return false;
    const { server } = this.#link;
    return fresh || !suffices(wire.asked, mergedRequest(wire, server), server);
  }

  /** What the server said before is the answer to those who have come since, too. */
  #answerWaiting(wire: WireSubscription): void {
    for (const interest of wire.unanswered) {
      wire.unanswered.delete(interest);
      interest.subscriber.stateChanged(interest.options, wire.stateFor(interest));
    }
  }

  #forget(wire: WireSubscription): void {
    wire.unanswered.clear();
    this.#replays.stop(wire);
    wire.asked = undefined;
    if (wire.state.kind !== 'pending') this.#setState(wire, PENDING);
  }

  #setState(wire: WireSubscription, state: WireState): void {
    wire.state = state;
    for (const interest of wire.interests) interest.subscriber.stateChanged(interest.options, wire.stateFor(interest));
  }
}

/** Calls `done` when all of `wires` have told that what left them has left the server, or need not. */
function afterAll(wires: ReadonlySet<WireSubscription>, done: () => void): void {
  let open = wires.size;
  if (open === 0) done();
  for (const wire of wires) {
    wire.onceLeft(() => {
      if (--open === 0) done();
    });
  }
}
