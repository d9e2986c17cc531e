// A subscription as the server knows it, one for each filter, and those of our subscribers who share it.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { QoS } from '../../core/publications/publication';
import { type SubscriptionOptions, wantsStored } from '../../core/subscriptions/subscription-options';
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
  readonly wire: WireSubscription;
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
export type WireState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'granted'; readonly qos: QoS }
  | { readonly kind: 'refused'; readonly error: MqttFlowsError };

export class WireSubscription {
  readonly filter: TopicFilter;
  readonly identifier: number;
  readonly interests = new Set<Interest>();
  state: WireState = { kind: 'pending' };
  /** Those that need more than was asked for when the server said what it said: for them it has not answered. */
  readonly unanswered = new Set<Interest>();
  /** What the server was last asked for, or undefined when it has to be asked. */
  asked: SubscribeRequest | undefined;
  /** What the server may have taken, answered or not: a session keeps it until it is unsubscribed. */
  standing: RememberedSubscription | undefined;
  /** From the SUBSCRIBE that makes the server replay what it has stored until nothing of it comes any more. */
  replaying = false;
  /** Topics replayed so far, where one that comes again would be a message of now. */
  readonly replayed = new Set<string>();
  /** When the last of it came, in ms since the epoch. */
  replayedAt = 0;
  /** The keys of the interests that have been given what was stored; undefined: all, whoever they are. */
  served: Set<string> | undefined = new Set();
  #live: readonly Interest[] | undefined;
  #left: (() => void)[] = [];
  /** The keys of those who were fresh when the server was last asked. */
  #expecting: ReadonlySet<string> = new Set();

  constructor(filter: TopicFilter, identifier: number) {
    this.filter = filter;
    this.identifier = identifier;
  }

  get wire(): WireFilter {
    return this.filter.wire;
  }

  get shared(): boolean {
    return this.filter.shareGroup !== undefined;
  }

  /** Whether the server sends it all that it matches: to the whole group otherwise, or not what we publish ourselves. */
  get ordinary(): boolean {
    return !this.shared && this.asked?.noLocal !== true;
  }

  get granted(): boolean {
    return this.state.kind === 'granted';
  }

  add(subscriber: Subscriber, options: SubscriptionOptions, rank: number): Interest {
    const { identity } = subscriber;
    const { qos, retainHandling, retained = 'deliver' } = options;
    const key = identity === undefined ? undefined : `${identity} ${qos} ${retainHandling} ${retained}`;
    const served = this.served === undefined || (key !== undefined && this.served.has(key));
    const fresh = !served && wantsStored(options);
    // One that takes the place of another while the server replays gets the rest.
    const receivesStored = this.replaying && key !== undefined && this.#expecting.has(key);
    const interest = { subscriber, options, rank, wire: this, key, fresh, receivesStored, gone: false };
    this.interests.add(interest);
    this.#live = undefined;
    return interest;
  }

  remove(interest: Interest): void {
    interest.gone = true;
    this.unanswered.delete(interest);
    this.interests.delete(interest);
    this.#live = undefined;
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
    const { state } = this;
    const { options } = interest;
    if (state.kind === 'granted' && this.unanswered.has(interest)) return { kind: 'pending' };
    if (state.kind !== 'granted' || !options.noLocal || this.asked?.noLocal) return state;
    return { ...state, hearsItself: true };
  }

  /** The server is being asked: what it replays from now on is for those that are fresh now. */
  expectStored(): void {
    const expecting = new Set<string>();
    for (const interest of this.interests) {
      interest.receivesStored = interest.fresh;
      if (interest.fresh && interest.key !== undefined) expecting.add(interest.key);
    }
    this.#expecting = expecting;
  }

  /** The server has answered: what it has stored is on its way, or in the session. */
  serve(): void {
    this.served ??= new Set();
    for (const interest of this.interests) {
      if (interest.receivesStored) interest.fresh = false;
      if (!interest.fresh && interest.key !== undefined) this.served.add(interest.key);
    }
  }

  /** One that comes again after it was absent from a deploy is as new. */
  forgetAbsent(): void {
    if (!this.served) return;
    const present = new Set(Array.from(this.interests, ({ key }) => key));
    for (const key of this.served) if (!present.has(key)) this.served.delete(key);
  }

  /** What is to be known of it when the process starts again. */
  get remembered(): RememberedSubscription | undefined {
    return this.standing && { ...this.standing, ...(this.served ? { served: Array.from(this.served) } : {}) };
  }

  /** The server has none of it any more: all is as new. */
  lost(): void {
    this.standing = undefined;
    this.served = new Set();
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

export interface SubscriptionInUse {
  readonly filter: WireFilter;
  readonly state: WireState;
  /** Subscribers that have named themselves. */
  readonly owners: readonly string[];
}

/** Without those that nobody asks for any more. */
export function subscriptionsInUse(wires: Iterable<WireSubscription>): SubscriptionInUse[] {
  return Array.from(wires).flatMap(({ wire, state, interests }) => {
    if (interests.size === 0) return [];
    const owners = new Set(Array.from(interests).flatMap(({ subscriber }) => subscriber.owner ?? []));
    return [{ filter: wire, state, owners: [...owners] }];
  });
}
