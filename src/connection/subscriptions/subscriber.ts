// Who receives publications on a connection, and what it is told of its subscriptions.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { IncomingPublication, QoS } from '../../core/publications/publication';
import type { SubscriptionOptions } from '../../core/subscriptions/subscription-options';
import type { TopicFilter } from '../../core/topics/topic-filter';
import type { DeliveryWindow } from '../acknowledgement/delivery-window';

export type SubscriptionState =
  /** Not sent, or not answered yet. */
  | { readonly kind: 'pending' }
  | {
      readonly kind: 'granted';
      readonly qos: QoS;
      /** It asked not to get what its own connection publishes, and does get it. */
      readonly hearsItself?: true;
    }
  | { readonly kind: 'refused'; readonly error: MqttFlowsError };

/** Receives what its filters match: each publication once, however many of them do. */
export interface Subscriber {
  /** Who it is, for people who ask what a connection is used for. */
  readonly owner?: string;
  /**
   * Tells it from all others, also over deploys: one of the same identity with the same subscription is not given again
   * what the server had stored. Without one, each subscriber is a new one.
   */
  readonly identity?: string;
  /** In order of preference: of several matching filters, the first gives the captures. */
  readonly subscriptions: readonly SubscriptionOptions[];
  /**
   * Takes deliveries in the place of deliver(), with the receipt that comes with QoS 1 and 2 of the publication, whatever
   * the filter asked for: whoever holds it before take() returns puts off the acknowledgement.
   */
  readonly window?: Pick<DeliveryWindow, 'take'> | undefined;
  /** Is acknowledged when this returns. `qos` is at most what the matching filter asked for. */
  deliver(publication: IncomingPublication, filter: TopicFilter, qos: QoS): void;
  /** The server has answered, or the answer no longer holds. Called once at the start as well. */
  stateChanged(subscription: SubscriptionOptions, state: SubscriptionState): void;
}
