// What one subscriber asks for with one filter.

import type { QoS } from '../publications/publication';
import type { TopicFilter } from '../topics/topic-filter';

/** What happens to the retained messages that the server sends when a subscription is made. */
export type RetainedPolicy = 'deliver' | 'ignore' | 'only';

/** One filter that a subscriber asks for, with the subscription options of MQTT 5, section 3.8.3.1. */
export interface SubscriptionOptions {
  readonly filter: TopicFilter;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** Left out: `deliver`. `only` means retained messages and no others. */
  readonly retained?: RetainedPolicy;
  /** It must not outlast the connection that we end ourselves, even where the server keeps the session. */
  readonly transient?: true;
}

/** Whether retained messages are wanted. A shared subscription never gets them (MQTT 5, section 4.8.2). */
export function wantsStored({ filter, retainHandling, retained }: SubscriptionOptions): boolean {
  return retainHandling !== 2 && retained !== 'ignore' && filter.shareGroup === undefined;
}

/** Whether all of `interests` are transient; `before` when there are none. */
export function allTransient(
  interests: ReadonlySet<{ readonly options: SubscriptionOptions }>,
  before: boolean,
): boolean {
  return interests.size === 0 ? before : Array.from(interests).every(({ options }) => options.transient === true);
}
