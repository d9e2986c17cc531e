// One subscription for replies, shared by the requests of a connection that are answered there.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { IncomingPublication, OutgoingPublication, QoS } from '../../core/publications/publication';
import type { PublishOptions, Settled } from '../../core/publications/publish-options';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { ConnectionState, StateListener } from '../connection-state';
import type { Subscriber, SubscriptionState } from '../subscriptions/subscriber';
import type { PendingRequest } from './pending-request';

/** What requests need of a connection. */
export interface RequestLink {
  readonly state: ConnectionState;
  watch(listener: StateListener): () => void;
  publish(publication: OutgoingPublication, settled: Settled, options: PublishOptions): void;
  subscribe(subscriber: Subscriber): () => void;
}

/** Calls back when replies can come, or with the reason why they cannot. */
export type Ready = (problem?: MqttFlowsError) => void;

export abstract class ReplyChannel {
  readonly filter: TopicFilter;
  readonly #link: RequestLink;
  #qos: QoS | -1 = -1;
  #subscriber: Subscriber | undefined;
  #state: SubscriptionState = { kind: 'pending' };
  #remove: () => void = () => {};
  readonly #waiting: Ready[] = [];

  constructor(link: RequestLink, filter: TopicFilter) {
    this.#link = link;
    this.filter = filter;
  }

  /** Whether no request waits for a reply here. */
  abstract get idle(): boolean;

  /** `pending` is to be answered here. `ready` is called when it may be published, unless it is over before. */
  abstract enter(pending: PendingRequest, ready: Ready): void;

  /** What `pending` has to tell its responder. */
  abstract addressed(pending: PendingRequest): OutgoingPublication;

  /** A publication has come that may be a reply. */
  protected abstract take(publication: IncomingPublication): void;

  close(): void {
    this.#subscriber = undefined;
    this.#remove();
  }

  /**
   * Subscribes at `qos` at least. While the connection stands, `ready` waits for the server's answer. Without a connection
   * it does not: the next one begins with the SUBSCRIBE, before what waits in the outbox.
   */
  protected subscribe(qos: QoS, ready: Ready): void {
    if (qos > this.#qos) this.#ask(qos);
    if (this.#link.state.kind !== 'connected') return ready();
    if (this.#state.kind === 'pending') this.#waiting.push(ready);
    else this.#answer(ready);
  }

  #ask(qos: QoS): void {
    this.#qos = qos;
    const subscriber: Subscriber = {
      subscriptions: [
        {
          filter: this.filter,
          qos,
          noLocal: false,
          retainAsPublished: false,
          retainHandling: 2,
          retained: 'ignore',
          transient: true,
        },
      ],
      deliver: (publication) => this.take(publication),
      stateChanged: (_options, state) => {
        if (this.#subscriber === subscriber) this.#changed(state);
      },
    };
    this.#subscriber = subscriber;
    const before = this.#remove;
    this.#remove = this.#link.subscribe(subscriber);
    before();
  }

  #changed(state: SubscriptionState): void {
    this.#state = state;
    if (state.kind === 'pending') return;
    for (const ready of this.#waiting.splice(0)) this.#answer(ready);
  }

  #answer(ready: Ready): void {
    if (this.#state.kind === 'refused') ready(this.#state.error);
    else ready();
  }
}
