// What one subscriber asks for with one filter.

import type { QoS } from '../core/publication';
import type { TopicFilter } from '../core/topic-filter';

/** One filter that a subscriber asks for, with the subscription options of MQTT 5, section 3.8.3.1. */
export interface SubscriptionOptions {
  readonly filter: TopicFilter;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}
