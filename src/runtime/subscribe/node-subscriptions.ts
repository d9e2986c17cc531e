// The subscriptions of one node: those of its settings, and those that messages have added.

import type { Connection } from '../../connection/connection';
import type { Subscriber, SubscriptionState } from '../../connection/subscriptions/subscriber';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Codec } from '../../core/payloads/codec';
import type { RequestedSubscription } from '../../core/subscriptions/subscription-action';
import type { SubscriptionOptions } from '../../core/subscriptions/subscription-options';
import type { TopicFilter, WireFilter } from '../../core/topics/topic-filter';

/** One filter of a node, and what its messages are to be. */
export interface NodeSubscription {
  readonly options: SubscriptionOptions;
  readonly codec: Codec;
  /** What a message has asked for. */
  readonly requested?: RequestedSubscription;
}

export interface SubscriptionListener extends Pick<Subscriber, 'owner' | 'identity' | 'deliver'> {
  /** The server refuses what no message waits for. */
  refused(error: MqttFlowsError): void;
  /** The server sends by this filter what it was asked not to: once, until that is over. */
  hearsItself(filter: TopicFilter): void;
  /** The states are others. */
  changed(): void;
}

type Outcome = MqttFlowsError | undefined;

export class NodeSubscriptions {
  readonly #connection: Connection;
  readonly #fixed: readonly NodeSubscription[];
  readonly #listener: SubscriptionListener;
  readonly #dynamic = new Map<WireFilter, NodeSubscription>();
  readonly #byFilter = new Map<TopicFilter, NodeSubscription>();
  readonly #states = new Map<SubscriptionOptions, SubscriptionState>();
  /** Who waits for the answer of the server. */
  readonly #waiting = new Map<SubscriptionOptions, (outcome: Outcome) => void>();
  /** Filters by which the node gets what its own connection publishes, against its wish. */
  readonly #conflicts = new Set<WireFilter>();
  #closed = false;
  #remove: (done?: () => void) => void = (done) => done?.();

  constructor(connection: Connection, fixed: readonly NodeSubscription[], listener: SubscriptionListener) {
    this.#connection = connection;
    this.#fixed = fixed;
    this.#listener = listener;
  }

  /** The one that has this filter; undefined once it is gone. */
  of(filter: TopicFilter): NodeSubscription | undefined {
    return this.#byFilter.get(filter);
  }

  /** Each with the QoS that was asked for. */
  get states(): ReadonlyMap<SubscriptionOptions, SubscriptionState> {
    return this.#states;
  }

  /** What messages have asked for, oldest first. */
  get requested(): readonly RequestedSubscription[] {
    return Array.from(this.#dynamic.values()).flatMap(({ requested }) => requested ?? []);
  }

  /** Subscribes for the first time, also to what messages had asked for before. */
  start(dynamic: readonly NodeSubscription[]): void {
    for (const one of dynamic) this.#dynamic.set(one.options.filter.wire, one);
    this.#renew();
  }

  /** Adds, or replaces those of the same filters. Resolves when the server has answered, with the first refusal. */
  async subscribe(added: readonly NodeSubscription[]): Promise<Outcome> {
    const answers = added.map(({ options }) => this.#answer(options));
    for (const one of added) {
      this.#abandon(one.options.filter.wire);
      this.#dynamic.set(one.options.filter.wire, one);
    }
    this.#renew();
    const outcomes = await Promise.all(answers);
    return outcomes.find((outcome) => outcome !== undefined);
  }

  /** Takes away what messages have added. Resolves when the server has answered. */
  unsubscribe(filters: readonly WireFilter[] | 'all'): Promise<void> {
    for (const filter of filters === 'all' ? [...this.#dynamic.keys()] : filters) this.#abandon(filter);
    return new Promise((resolve) => this.#renew(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#remove();
    for (const filter of [...this.#dynamic.keys()]) this.#abandon(filter);
  }

  #answer(options: SubscriptionOptions): Promise<Outcome> {
    return new Promise((resolve) => this.#waiting.set(options, resolve));
  }

  /** Whoever waits for it waits in vain. */
  #abandon(filter: WireFilter): void {
    const options = this.#dynamic.get(filter)?.options;
    this.#dynamic.delete(filter);
    if (options) this.#settle(options, new MqttFlowsError('subscription-interrupted', { stage: 'control' }));
  }

  #settle(options: SubscriptionOptions, outcome: Outcome): boolean {
    const settle = this.#waiting.get(options);
    this.#waiting.delete(options);
    settle?.(outcome);
    return settle !== undefined;
  }

  /** One subscriber for all: a publication that several of the filters match comes once. */
  #renew(done?: () => void): void {
    // What the context has kept may come, or a refusal be heard of, after the end.
    if (this.#closed) return done?.();
    const remove = this.#remove;
    const known = new Map(this.#states);
    this.#states.clear();
    const all = [...this.#fixed, ...this.#dynamic.values()];
    this.#remove = all.length === 0 ? (told) => told?.() : this.#connection.subscribe(this.#subscriber(all, known));
    remove(done);
    this.#listener.changed();
  }

  #subscriber(
    all: readonly NodeSubscription[],
    known: ReadonlyMap<SubscriptionOptions, SubscriptionState>,
  ): Subscriber {
    this.#byFilter.clear();
    for (const one of all) this.#byFilter.set(one.options.filter, one);
    return {
      ...this.#listener,
      subscriptions: all.map(({ options }) => options),
      stateChanged: (options, state) => {
        this.#states.set(options, state);
        this.#heard(options, state, known.get(options));
        this.#listener.changed();
      },
    };
  }

  #heard(options: SubscriptionOptions, state: SubscriptionState, before: SubscriptionState | undefined): void {
    if (state.kind === 'granted') {
      this.#settle(options, undefined);
      this.#noteConflict(options.filter, state.hearsItself === true);
    }
    if (state.kind !== 'refused' || state === before) return;
    if (!this.#settle(options, state.error)) return this.#listener.refused(state.error);
    // What was refused to a message is not asked for again.
    this.#dynamic.delete(options.filter.wire);
    queueMicrotask(() => this.#renew());
  }

  #noteConflict(filter: TopicFilter, conflict: boolean): void {
    const known = this.#conflicts.has(filter.wire);
    if (conflict === known) return;
    if (known) this.#conflicts.delete(filter.wire);
    else {
      this.#conflicts.add(filter.wire);
      this.#listener.hearsItself(filter);
    }
  }
}
