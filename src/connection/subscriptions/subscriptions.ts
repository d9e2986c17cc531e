// The desired subscriptions of one connection, compared with those of the server.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { IncomingPublication } from '../../core/publications/publication';
import { parseTopicFilter, type TopicFilter, type WireFilter } from '../../core/topics/topic-filter';
import type { Receipt, ServerInfo, SubscribeOutcome, Transport } from '../../transport/transport';
import type { AnswerWatch } from '../answer-watch';
import { type Clock, Timer } from '../clock';
import type { Report } from '../report';
import { RoundTrips } from '../round-trips';
import { subscriptionProblem, subscriptionRefused } from '../server-limits';
import type { RememberedSubscription, SessionMemory } from '../session/session-memory';
import { Deliveries } from './deliveries';
import { filterIdentifier } from './filter-identifier';
import { FORBIDDEN_FOR, ForbiddenFilters } from './forbidden-filters';
import { leaveTransient } from './leave-transient';
import { mergedRequest, suffices } from './merged-request';
import { RetainedReplays } from './retained-replays';
import { type Interest, ServerSubscription } from './server-subscription';
import type { Subscriber } from './subscriber';
import { afterAll, type SubscriptionInUse, subscriptionsInUse } from './subscriptions-in-use';

export type { Subscriber, SubscriptionState } from './subscriber';

/** Removes a subscriber. `done` is called when the server has answered any UNSUBSCRIBE. */
export type RemoveSubscriber = (done?: () => void) => void;

export class Subscriptions {
  readonly #subscriptions = new Map<WireFilter, ServerSubscription>();
  readonly #clock: Clock;
  readonly #answers: AnswerWatch;
  readonly #memory: SessionMemory | undefined;
  readonly #replays: RetainedReplays;
  /** Who gets a publication, also without a server. */
  readonly deliveries: Deliveries;
  readonly #forbidden = new ForbiddenFilters();
  readonly #retryTimer: Timer;
  #user = '';
  #nextIdentifier = 1;
  /** Those of `#subscriptions`. */
  readonly #identifiers = new Set<number>();
  #link: { readonly transport: Transport; readonly server: ServerInfo } | undefined;
  #holds = 0;
  /** Ends the wait for the end of this turn, in which changes are collected. */
  #scheduled: (() => void) | undefined;
  #answeredListener: (() => void) | undefined;

  constructor(clock: Clock, report: Report, answers: AnswerWatch, memory?: SessionMemory) {
    this.#clock = clock;
    this.#answers = answers;
    this.#memory = memory;
    // Interests that were added during a replay are next.
    this.#retryTimer = new Timer(clock);
    const roundTrips = new RoundTrips(clock, answers);
    this.#replays = new RetainedReplays(clock, roundTrips, () => this.#changed());
    this.deliveries = new Deliveries(clock, report, roundTrips, this.#replays);
    for (const remembered of memory?.subscriptions ?? []) this.#recall(remembered);
  }

  /** Adds a subscriber. Returns a function that removes it, which may be called more than once. */
  add(subscriber: Subscriber): RemoveSubscriber {
    const interests = subscriber.subscriptions.map((options, rank) => {
      const subscription = this.#subscriptionOf(options.filter);
      const interest = subscription.add(subscriber, options, rank);
      if (this.#isToBeAsked(subscription, interest)) subscription.awaitAnswer(interest);
      this.#retry(subscription);
      subscriber.stateChanged(options, subscription.stateFor(interest));
      return interest;
    });
    this.#changed();
    return (done = () => {}) => {
      const subscriptions = new Set(interests.map(({ subscription }) => subscription));
      for (const interest of interests.splice(0)) interest.subscription.remove(interest);
      afterAll(subscriptions, done);
      this.#changed();
    };
  }

  /** The filters in use, the server's answer to each, and their subscribers. */
  get inUse(): SubscriptionInUse[] {
    return subscriptionsInUse(this.#subscriptions.values());
  }

  /** Until release(), changes are collected and not sent: a deploy replaces nodes one by one, or `forGood` ends them. */
  hold(forGood = false): void {
    this.#holds++;
    this.deliveries.pause(forGood);
  }

  release(): void {
    this.#holds = Math.max(0, this.#holds - 1);
    if (this.#holds === 0) this.deliveries.resume();
    this.#changed();
  }

  /** Requests can be sent from now on. Without a session, the server has none of our subscriptions. */
  attach(transport: Transport, server: ServerInfo): void {
    this.#link = { transport, server };
    this.deliveries.attach(transport, server);
    for (const subscription of this.#subscriptions.values()) {
      if (!server.sessionPresent) subscription.lost();
      if (!server.sessionPresent || subscription.continued()) this.#forget(subscription);
    }
    this.#reconcile();
  }

  /**
   * The server is gone. What it granted is kept in mind for a session that it may keep. `error` is how the connection ended,
   * if it was not on our side; `quiet` says that nothing was published over it. True when it looks as if a SUBSCRIBE ended it.
   */
  detach(error?: MqttFlowsError, quiet = false): boolean {
    if (!error && this.#link && leaveTransient(this.#subscriptions.values(), this.#link.transport)) this.#remember();
    this.#link = undefined;
    this.#retryTimer.stop();
    this.#replays.stopAll();
    this.deliveries.detach();
    return this.#forbidden.ended(error, quiet, this.#clock.now());
  }

  /** Whether filters are asked for one by one, to find the one over which the server ends connections. */
  get searching(): boolean {
    return this.#forbidden.searching;
  }

  /** The next connection is that of `user`: another one than before may be allowed what the server has forbidden. */
  connectAs(user: string): void {
    if (user !== this.#user) this.#retryAll();
    this.#user = user;
  }

  /** Delivers a publication to its subscribers, and acknowledges it unless one of them holds the receipt. */
  deliver(publication: IncomingPublication, receipt?: Receipt): void {
    this.deliveries.deliver(publication, receipt);
  }

  /** Calls `listener` once, when the server has answered all requests. */
  onceAnswered(listener: () => void): void {
    this.#answeredListener = listener;
    this.#tellAnswered();
  }

  #tellAnswered(): void {
    if (!this.#answeredListener || this.#scheduled) return;
    for (const { interests, state } of this.#subscriptions.values())
      if (interests.size > 0 && state.kind === 'pending') return;
    const listener = this.#answeredListener;
    this.#answeredListener = undefined;
    listener();
  }

  #recall(remembered: RememberedSubscription): void {
    const { filter, identifier } = remembered.request;
    const parsed = parseTopicFilter(filter);
    if (parsed.ok) this.#subscriptionOf(parsed.filter, identifier).recall(remembered);
  }

  #subscriptionOf(filter: TopicFilter, remembered?: number): ServerSubscription {
    const known = this.#subscriptions.get(filter.wire);
    if (known) return known;
    const subscription = new ServerSubscription(filter, remembered ?? this.#newIdentifier(filter.wire));
    this.#subscriptions.set(filter.wire, subscription);
    this.#identifiers.add(subscription.identifier);
    this.deliveries.add(subscription);
    return subscription;
  }

  #newIdentifier(filter: WireFilter): number {
    return this.#memory ? filterIdentifier(filter, this.#identifiers) : this.#nextIdentifier++;
  }

  #remember(): void {
    this.#memory?.remember(() =>
      Array.from(this.#subscriptions.values()).flatMap((subscription) => subscription.remembered ?? []),
    );
  }

  /** Sends the changes made so far in this turn, so that what is published later goes out after them. */
  sendChanges(): void {
    if (this.#scheduled) this.#reconcile();
  }

  #changed(): void {
    this.#scheduled ??= this.#clock.after(0, () => this.#reconcile());
  }

  /** Sends the requests that make the server's subscriptions equal to the wanted ones, if any. */
  #reconcile(): void {
    this.#scheduled?.();
    this.#scheduled = undefined;
    if (this.#holds > 0) return;
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.interests.size === 0) this.#drop(subscription);
      else subscription.tellLeft();
    }
    // A suspect waits for the answers to all others.
    const isSuspect = ({ filter }: ServerSubscription): boolean => this.#forbidden.isSuspect(filter);
    const all = Array.from(this.#subscriptions.values());
    for (const subscription of all) if (!isSuspect(subscription)) this.#ask(subscription);
    if (this.searching) for (const suspect of all.filter(isSuspect)) this.#ask(suspect);
    this.#replays.asked();
    this.#tellAnswered();
  }

  /** Without a connection, the subscription is remembered, since the server may have kept the session. */
  #drop(subscription: ServerSubscription): void {
    if (subscription.stands && !this.#link) return subscription.tellLeft();
    this.#replays.stop(subscription);
    this.#subscriptions.delete(subscription.filter);
    this.#forbidden.drop(subscription.filter);
    if (!subscription.stands || !this.#link) this.#gone(subscription);
    else {
      // Until the server has answered, copies for it may arrive and must be recognised.
      const left = this.#answers.await((answered: boolean) => {
        // A continued session may still have it.
        if (answered || this.#subscriptions.has(subscription.filter)) return this.#gone(subscription);
        this.#subscriptions.set(subscription.filter, subscription);
        subscription.tellLeft();
      });
      this.#link.transport.unsubscribe(subscription.filter, left);
    }
    this.#remember();
  }

  #gone(subscription: ServerSubscription): void {
    this.#identifiers.delete(subscription.identifier);
    this.deliveries.remove(subscription);
    subscription.tellLeft();
  }

  #ask(subscription: ServerSubscription): void {
    if (!this.#link || subscription.interests.size === 0) return;
    const { transport, server } = this.#link;
    subscription.forgetAbsent();
    // Two replays at the same time could not be told apart.
    if (subscription.replaying) return;
    const request = mergedRequest(subscription, server);
    const replays = Array.from(subscription.interests).some(({ fresh }) => fresh);
    if (subscription.asked && !replays && suffices(subscription.asked, request, server))
      return subscription.answerWaiting();
    const forbidden = this.#forbidden.problem(subscription.filter, this.#clock.now());
    if (!forbidden && !this.#forbidden.mayAsk(subscription.filter)) return;
    subscription.ask(request);
    if (forbidden) return this.#withhold(subscription, forbidden);
    const problem = subscriptionProblem(request, server);
    if (problem !== undefined) return this.#answered(subscription, { kind: 'refused', reasonCode: problem });
    this.#forbidden.asked(subscription.filter, this.#clock.now());
    subscription.sending();
    if (request.retainHandling !== 2 && !subscription.shared) this.#replays.start(subscription);
    this.#remember();
    const answered = this.#answers.await((outcome: SubscribeOutcome) => {
      // An answer to an older request, or from an older connection, no longer matters.
      if (subscription.asked === request) this.#answered(subscription, outcome);
    });
    transport.subscribe(request, answered);
  }

  #answered(subscription: ServerSubscription, outcome: SubscribeOutcome): void {
    if (outcome.kind === 'unanswered') return this.#forget(subscription);
    if (this.searching) this.#changed();
    this.#forbidden.answered(subscription.filter);
    subscription.answered((interest) => this.#isToBeAsked(subscription, interest));
    this.deliveries.changed();
    if (outcome.kind === 'granted') {
      subscription.grant(outcome.qos);
      if (subscription.replaying) this.#replays.granted(subscription);
    } else {
      this.#replays.stop(subscription);
      subscription.refuse(subscriptionRefused(subscription.filter, outcome));
    }
    this.#remember();
    this.#tellAnswered();
  }

  /** Whether the server's last answer does not apply to `interest`, which is new. */
  #isToBeAsked(subscription: ServerSubscription, { fresh }: Interest): boolean {
    if (!this.#link || !subscription.asked) return false;
    return fresh || !suffices(subscription.asked, mergedRequest(subscription, this.#link.server), this.#link.server);
  }

  /** It is not sent: the server would end the connection over it. */
  #withhold(subscription: ServerSubscription, error: MqttFlowsError): void {
    subscription.refuse(error);
    this.#retryTimer.start(FORBIDDEN_FOR, () => this.#retryAll());
  }

  #retryAll(): void {
    for (const subscription of this.#subscriptions.values()) this.#retry(subscription);
  }

  #retry(subscription: ServerSubscription): void {
    if (!this.#forbidden.retry(subscription.filter)) return;
    this.#forget(subscription);
    this.#changed();
  }

  #forget(subscription: ServerSubscription): void {
    this.#replays.stop(subscription);
    subscription.forget();
  }
}
