// A receiver of publications on a connection, which is told the state of its subscriptions.

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
      /** It asked for no local, but gets its own connection's publications. */
      readonly hearsItself?: true;
    }
  | { readonly kind: 'refused'; readonly error: MqttFlowsError };

/** Receives each publication that its filters match once, however many of them match. */
export interface Subscriber {
  /** Its name, for users who ask what a connection is used for. */
  readonly owner?: string;
  /**
   * Identifies it, also across deploys. A subscriber with the same identity and the same subscription does not get the
   * retained messages again. Without one, each subscriber is new.
   */
  readonly identity?: string;
  /** In order of preference: the first of several matching filters gives the captures. */
  readonly subscriptions: readonly SubscriptionOptions[];
  /** Whether it also gets what a replay delivers, and no server has sent. */
  readonly takesReplays?: true;
  /**
   * Takes deliveries in the place of deliver(), with the receipt that comes with QoS 1 and 2 of the publication, whatever
   * the filter asked for: whoever holds it before take() returns puts off the acknowledgement.
   */
  readonly window?: Pick<DeliveryWindow, 'take'> | undefined;
  /**
   * Is acknowledged when this returns. `qos` is at most what the matching filter asked for. `replayed` is true for a
   * retained message that the server sends because of a SUBSCRIBE; a live message may have the retain flag too.
   */
  deliver(publication: IncomingPublication, filter: TopicFilter, qos: QoS, replayed: boolean): void;
  /** The server has answered, or the answer no longer holds. Called once at the start as well. */
  stateChanged(subscription: SubscriptionOptions, state: SubscriptionState): void;
}
