// A subscription as the server knows it, one for each filter, and those of our subscribers who share it.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { QoS } from '../../core/publications/publication';
import { allTransient, type SubscriptionOptions, wantsStored } from '../../core/subscriptions/subscription-options';
import type { TopicFilter, WireFilter } from '../../core/topics/topic-filter';
import type { SubscribeRequest } from '../../transport/transport';
import type { RememberedSubscription } from '../session/session-memory';
import type { Subscriber, SubscriptionState } from './subscriber';

/** One filter of one subscriber. */
export interface Interest {
  readonly subscriber: Subscriber;
  readonly options: SubscriptionOptions;
  /** Position among the subscriber's filters. */
  readonly rank: number;
  readonly subscription: ServerSubscription;
  /** What names this subscription over deploys; undefined for one that is always new. */
  readonly key: string | undefined;
  /** It is still to be given what the server has stored. */
  fresh: boolean;
  /** It was fresh when the server was last asked: what is replayed since then is for it. */
  receivesStored: boolean;
  /** Its subscriber has taken it away. */
  gone: boolean;
}

/** What the server last said; it holds for all who share the subscription. */
export type ServerAnswer =
  | { readonly kind: 'pending' }
  | { readonly kind: 'granted'; readonly qos: QoS }
  | { readonly kind: 'refused'; readonly error: MqttFlowsError };

const PENDING: ServerAnswer = { kind: 'pending' };
/** Topics of one replay that are remembered. */
const MOST_TOPICS = 50_000;

export class ServerSubscription {
  readonly topicFilter: TopicFilter;
  readonly identifier: number;
  readonly interests = new Set<Interest>();
  /** Whether all who share it, or did last, want it for no longer than the connection. */
  transient = false;
  #state: ServerAnswer = PENDING;
  /** Interests that need more than the last SUBSCRIBE asked for; its answer does not apply to them. */
  readonly #unanswered = new Set<Interest>();
  #asked: SubscribeRequest | undefined;
  #everGranted = 0;
  #standing: RememberedSubscription | undefined;
  #replaying = false;
  /** Topics replayed so far: one that comes again was published meanwhile. */
  readonly #replayed = new Set<string>();
  /** The keys of the interests that have been given the retained messages; undefined: all, whoever they are. */
  #served: Set<string> | undefined = new Set();
  #live: readonly Interest[] | undefined;
  #left: (() => void)[] = [];
  /** The keys of those who were fresh when the server was last asked. */
  #expecting: ReadonlySet<string> = new Set();

  constructor(filter: TopicFilter, identifier: number) {
    this.topicFilter = filter;
    this.identifier = identifier;
  }

  get filter(): WireFilter {
    return this.topicFilter.wire;
  }

  get state(): ServerAnswer {
    return this.#state;
  }

  /** What the server was last asked for, or undefined when it has to be asked. */
  get asked(): SubscribeRequest | undefined {
    return this.#asked;
  }

  /** Whether the server may have it, answered or not: a session keeps it until it is unsubscribed. */
  get stands(): boolean {
    return this.#standing !== undefined;
  }

  /** From the SUBSCRIBE that makes the server send its retained messages until none of them comes any more. */
  get replaying(): boolean {
    return this.#replaying;
  }

  get shared(): boolean {
    return this.topicFilter.shareGroup !== undefined;
  }

  /** Whether the server sends it all that it matches: to the whole group otherwise, or not what we publish ourselves. */
  get ordinary(): boolean {
    return !this.shared && this.#asked?.noLocal !== true;
  }

  get granted(): boolean {
    return this.#state.kind === 'granted';
  }

  /** The QoS by which the server may send for it, one bit for each: usually one, that of the last SUBSCRIBE. */
  get levels(): number {
    const state = this.#state;
    if (state.kind === 'granted') return 1 << state.qos;
    return this.#asked ? this.#everGranted | (1 << this.#asked.qos) : this.#everGranted;
  }

  /** The same for all SUBSCRIBEs on this connection that were granted. */
  get levelsEverGranted(): number {
    return this.#everGranted;
  }

  /** Whether the server may send several copies of a publication that no other subscription matches. */
  get mayBeCopied(): boolean {
    return (this.#everGranted & (this.#everGranted - 1)) !== 0;
  }

  add(subscriber: Subscriber, options: SubscriptionOptions, rank: number): Interest {
    const { identity } = subscriber;
    const { qos, retainHandling, retained = 'deliver' } = options;
    const key = identity === undefined ? undefined : `${identity} ${qos} ${retainHandling} ${retained}`;
    const served = this.#served === undefined || (key !== undefined && this.#served.has(key));
    const fresh = !served && wantsStored(options);
    // One that takes the place of another while the server replays gets the rest.
    const receivesStored = this.#replaying && key !== undefined && this.#expecting.has(key);
    const interest = { subscriber, options, rank, subscription: this, key, fresh, receivesStored, gone: false };
    this.interests.add(interest);
    this.#live = undefined;
    this.transient = allTransient(this.interests, this.transient);
    return interest;
  }

  remove(interest: Interest): void {
    interest.gone = true;
    this.#unanswered.delete(interest);
    this.interests.delete(interest);
    this.#live = undefined;
    this.transient = allTransient(this.interests, this.transient);
  }

  /** An earlier process has left it with the server, as far as is known. */
  recall(remembered: RememberedSubscription): void {
    const { request, granted, served } = remembered;
    this.#standing = remembered;
    this.#served = served && new Set(served);
    if (granted === undefined) return;
    this.#asked = request;
    this.#everGranted = 1 << granted;
    this.#state = { kind: 'granted', qos: granted };
  }

  /** The last SUBSCRIBE does not ask for all that `interest` needs. */
  awaitAnswer(interest: Interest): void {
    this.#unanswered.add(interest);
  }

  /** The server is to be asked for `request`. */
  ask(request: SubscribeRequest): void {
    this.#asked = request;
  }

  /** SUBSCRIBE goes out for what was asked. */
  sending(): void {
    if (this.#asked) this.#standing = { request: this.#asked };
    this.#expectStored();
  }

  /** The server has answered; `waits` says which interests its answer does not apply to. */
  answered(waits: (interest: Interest) => boolean): void {
    this.#serve();
    for (const interest of this.#unanswered) if (!waits(interest)) this.#unanswered.delete(interest);
  }

  grant(qos: QoS): void {
    if (this.#asked) this.#standing = { request: this.#asked, granted: qos };
    this.#everGranted |= 1 << qos;
    this.#enter({ kind: 'granted', qos });
  }

  refuse(error: MqttFlowsError): void {
    this.#enter({ kind: 'refused', error });
  }

  /** The last answer applies to those who have come since, too. */
  answerWaiting(): void {
    for (const interest of this.#unanswered) {
      this.#unanswered.delete(interest);
      interest.subscriber.stateChanged(interest.options, this.stateFor(interest));
    }
  }

  /** The server has to be asked again. */
  forget(): void {
    this.#unanswered.clear();
    this.#asked = undefined;
    if (this.#state.kind !== 'pending') this.#enter(PENDING);
  }

  /** The server will send its retained messages. */
  startReplay(): void {
    this.#replaying = true;
    this.#replayed.clear();
  }

  endReplay(): void {
    this.#replaying = false;
    this.#replayed.clear();
  }

  /** Whether nothing was replayed for `topic` before. */
  isFirstReplayed(topic: string): boolean {
    if (this.#replayed.has(topic)) return false;
    if (this.#replayed.size < MOST_TOPICS) this.#replayed.add(topic);
    return true;
  }

  /** Calls `listener` once, when what has been removed is gone from the server as well, or others need it. */
  onceLeft(listener: () => void): void {
    this.#left.push(listener);
  }

  tellLeft(): void {
    for (const listener of this.#left.splice(0)) listener();
  }

  /** One interest of each subscriber, the first, that wants messages of now. */
  get live(): readonly Interest[] {
    this.#live ??= firstOfEach(this.interests, ({ options }) => options.retained !== 'only');
    return this.#live;
  }

  /** Who is to hear of the present state of the subscription. */
  stateFor(interest: Interest): SubscriptionState {
    const state = this.#state;
    const { options } = interest;
    if (state.kind === 'granted' && this.#unanswered.has(interest)) return { kind: 'pending' };
    if (state.kind !== 'granted' || !options.noLocal || this.#asked?.noLocal) return state;
    return { ...state, hearsItself: true };
  }

  /** The server is being asked: what it replays from now on is for those that are fresh now. */
  #expectStored(): void {
    const expecting = new Set<string>();
    for (const interest of this.interests) {
      interest.receivesStored = interest.fresh;
      if (interest.fresh && interest.key !== undefined) expecting.add(interest.key);
    }
    this.#expecting = expecting;
  }

  /** The server has answered: what it has stored is on its way, or in the session. */
  #serve(): void {
    this.#served ??= new Set();
    for (const interest of this.interests) {
      if (interest.receivesStored) interest.fresh = false;
      if (!interest.fresh && interest.key !== undefined) this.#served.add(interest.key);
    }
  }

  /** One that comes again after it was absent from a deploy is as new. */
  forgetAbsent(): void {
    if (!this.#served) return;
    const present = new Set(Array.from(this.interests, ({ key }) => key));
    for (const key of this.#served) if (!present.has(key)) this.#served.delete(key);
  }

  /** What is to be known of it when the process starts again. */
  get remembered(): RememberedSubscription | undefined {
    return this.#standing && { ...this.#standing, ...(this.#served ? { served: Array.from(this.#served) } : {}) };
  }

  #enter(state: ServerAnswer): void {
    this.#state = state;
    for (const interest of this.interests) interest.subscriber.stateChanged(interest.options, this.stateFor(interest));
  }

  /** The server has continued the session. True when it has to be asked: RabbitMQ keeps nothing of QoS 0 in a session. */
  continued(): boolean {
    this.#everGranted = this.#state.kind === 'granted' ? 1 << this.#state.qos : 0;
    return this.#everGranted < 1 << 1;
  }

  /** The server has none of it any more: all is as new. */
  lost(): void {
    this.#everGranted = 0;
    this.#standing = undefined;
    this.#served = new Set();
    for (const interest of this.interests) interest.fresh = wantsStored(interest.options);
  }
}

function firstOfEach(interests: Iterable<Interest>, wants: (interest: Interest) => boolean): readonly Interest[] {
  const first = new Map<Subscriber, Interest>();
  for (const interest of interests) {
    const known = first.get(interest.subscriber);
    if (wants(interest) && (!known || interest.rank < known.rank)) first.set(interest.subscriber, interest);
  }
  return Array.from(first.values());
}
