// The subscriptions of one node: those of its settings, and those added by messages.

import type { Connection } from '../../connection/connection';
import type { Subscriber, SubscriptionState } from '../../connection/subscriptions/subscriber';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { DONE, type Done, failed } from '../../core/errors/result';
import type { Codec } from '../../core/payloads/codec';
import type { RequestedSubscription } from '../../core/subscriptions/subscription-action';
import type { SubscriptionOptions } from '../../core/subscriptions/subscription-options';
import type { TopicFilter, WireFilter } from '../../core/topics/topic-filter';
import type { FormattedSubscription } from '../../settings/subscribe.config';
import type { RowValue } from './row-value';

/** One filter of a node, and the format of its messages. */
export interface NodeSubscription {
  readonly options: SubscriptionOptions;
  readonly codec: Codec;
  /** Which part of the payload becomes the payload of the message; undefined for all of it. */
  readonly value: RowValue | undefined;
  /** The output of its messages, counted from 0, where the node has several. */
  readonly output?: number | undefined;
  /** The row of the settings that it is of. */
  readonly row?: FormattedSubscription;
  /** The request of the message that added it. */
  readonly requested?: RequestedSubscription;
}

interface SubscriptionListener extends Pick<Subscriber, 'owner' | 'identity' | 'window' | 'deliver'> {
  /** The server has refused a subscription for which no message waits. */
  refused(error: MqttFlowsError): void;
  /**
   * The node gets its own connection's publications by this filter, although it asked for no local. Called once until
   * that is over.
   */
  hearsItself(filter: TopicFilter): void;
  /** A state has changed. */
  changed(): void;
}

export class NodeSubscriptions {
  readonly #connection: Connection;
  #fixed: readonly NodeSubscription[];
  readonly #listener: SubscriptionListener;
  readonly #dynamic = new Map<WireFilter, NodeSubscription>();
  readonly #byFilter = new Map<TopicFilter, NodeSubscription>();
  /** Those of rows that have another filter by now: a message may still wait for the flow. */
  readonly #former = new WeakMap<TopicFilter, NodeSubscription>();
  readonly #states = new Map<SubscriptionOptions, SubscriptionState>();
  /** Messages that wait for the server's answer. */
  readonly #waiting = new Map<SubscriptionOptions, (outcome: Done) => void>();
  /** Filters by which the node gets its own connection's publications, although it asked for no local. */
  readonly #conflicts = new Set<WireFilter>();
  #changedByMessages = false;
  #closed = false;
  #remove: (done?: () => void) => void = (done) => done?.();

  constructor(connection: Connection, fixed: readonly NodeSubscription[], listener: SubscriptionListener) {
    this.#connection = connection;
    this.#fixed = fixed;
    this.#listener = listener;
  }

  /** The subscription with this filter; undefined once it is removed. */
  of(filter: TopicFilter): NodeSubscription | undefined {
    // What an earlier instance of the node has received has the filter of that instance.
    return this.#byFilter.get(filter) ?? this.#withWire(filter.wire) ?? this.#former.get(filter);
  }

  #withWire(wire: WireFilter): NodeSubscription | undefined {
    return this.#dynamic.get(wire) ?? this.#fixed.find(({ options }) => options.filter.wire === wire);
  }

  /** The state of each subscription. */
  get states(): ReadonlyMap<SubscriptionOptions, SubscriptionState> {
    return this.#states;
  }

  /** Whether messages have added or removed filters, also before a restart. */
  get changedByMessages(): boolean {
    return this.#changedByMessages;
  }

  /** Whether the node is closed: its next instance has the list of those that messages have added. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Those of the settings, in the order of the rows. */
  get fixed(): readonly NodeSubscription[] {
    return this.#fixed;
  }

  /** The requests of messages, oldest first. */
  get requested(): readonly RequestedSubscription[] {
    return Array.from(this.#dynamic.values()).flatMap(({ requested }) => requested ?? []);
  }

  /** Subscribes for the first time, including subscriptions that messages had added before. */
  start(dynamic: readonly NodeSubscription[], fixed = this.#fixed): void {
    this.#fixed = fixed;
    for (const one of dynamic) this.#dynamic.set(one.options.filter.wire, one);
    this.#changedByMessages = dynamic.length > 0;
    this.#renew();
  }

  /**
   * Adds subscriptions, or replaces those with the same filters. Resolves when the server has answered, with the first
   * refusal.
   */
  async subscribe(added: readonly NodeSubscription[]): Promise<Done> {
    if (this.#closed) return failed(interrupted());
    this.#changedByMessages = true;
    const answers = added.map(({ options }) => this.#answer(options));
    for (const one of added) {
      this.#abandon(one.options.filter.wire);
      this.#dynamic.set(one.options.filter.wire, one);
    }
    this.#renew();
    const outcomes = await Promise.all(answers);
    return outcomes.find(({ ok }) => !ok) ?? DONE;
  }

  /**
   * Puts `fixed` in the place of the subscriptions of the settings; those that are in both go on. Resolves when the server
   * has answered, with the first refusal.
   */
  async replaceFixed(fixed: readonly NodeSubscription[]): Promise<Done> {
    const added = fixed.filter((one) => !this.#fixed.includes(one));
    const gone = this.#fixed.filter((one) => !fixed.includes(one));
    if (added.length === 0 && gone.length === 0) return DONE;
    if (this.#closed) return failed(interrupted());
    for (const one of gone) {
      this.#former.set(one.options.filter, one);
      this.#settle(one.options, failed(interrupted()));
    }
    const answers = added.map(({ options }) => this.#answer(options));
    this.#fixed = fixed;
    const left = new Promise<void>((resolve) => this.#renew(resolve));
    const outcomes = await Promise.all(answers);
    await left;
    return outcomes.find(({ ok }) => !ok) ?? DONE;
  }

  /** Removes subscriptions that messages have added. Resolves when the server has answered. */
  async unsubscribe(filters: readonly WireFilter[] | 'all'): Promise<Done> {
    if (this.#closed) return failed(interrupted());
    this.#changedByMessages = true;
    for (const filter of filters === 'all' ? [...this.#dynamic.keys()] : filters) this.#abandon(filter);
    await new Promise<void>((resolve) => this.#renew(resolve));
    return DONE;
  }

  close(): void {
    this.#closed = true;
    this.#remove();
    for (const options of [...this.#waiting.keys()]) this.#settle(options, failed(interrupted()));
    this.#dynamic.clear();
  }

  #answer(options: SubscriptionOptions): Promise<Done> {
    return new Promise((resolve) => this.#waiting.set(options, resolve));
  }

  /** Removes a subscription. A message that waits for its answer gets an error. */
  #abandon(filter: WireFilter): void {
    const options = this.#dynamic.get(filter)?.options;
    this.#dynamic.delete(filter);
    if (options) this.#settle(options, failed(interrupted()));
  }

  #settle(options: SubscriptionOptions, outcome: Done): boolean {
    const settle = this.#waiting.get(options);
    this.#waiting.delete(options);
    settle?.(outcome);
    return settle !== undefined;
  }

  /** Subscribes once for all filters, so that a publication that matches several of them arrives once. */
  #renew(done?: () => void): void {
    // Kept subscriptions or a refusal may arrive after the node is closed.
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
      takesReplays: true,
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
      this.#settle(options, DONE);
      this.#noteConflict(options.filter, state.hearsItself === true);
    }
    if (state.kind !== 'refused' || state === before) return;
    if (!this.#settle(options, failed(state.error))) return this.#listener.refused(state.error);
    // A subscription that was refused to a message is not requested again. That of a row stays, as at the start.
    if (this.#dynamic.get(options.filter.wire)?.options !== options) return;
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

function interrupted(): MqttFlowsError {
  return new MqttFlowsError('subscription-interrupted', { stage: 'control' });
}
