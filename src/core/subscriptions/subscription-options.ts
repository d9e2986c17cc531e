// What one subscriber asks for with one filter.

import type { QoS } from '../publications/publication';
import type { TopicFilter } from '../topics/topic-filter';

/** What becomes of the messages that the server had stored when the subscription was made. */
export type RetainedPolicy = 'deliver' | 'ignore' | 'only';

/** One filter that a subscriber asks for, with the subscription options of MQTT 5, section 3.8.3.1. */
export interface SubscriptionOptions {
  readonly filter: TopicFilter;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** Left out: `deliver`. `only` is what the server had stored and nothing else. */
  readonly retained?: RetainedPolicy;
}

/** Whether what the server has stored is wanted. A shared subscription never gets it (MQTT 5, section 4.8.2). */
export function wantsStored({ filter, retainHandling, retained }: SubscriptionOptions): boolean {
  return retainHandling !== 2 && retained !== 'ignore' && filter.shareGroup === undefined;
}
