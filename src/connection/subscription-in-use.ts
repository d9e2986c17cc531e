// What a connection is used for, for people who ask.

import type { WireFilter } from '../core/topic-filter';
import type { Subscriber, SubscriptionState } from './subscriptions';

export interface SubscriptionInUse {
  readonly filter: WireFilter;
  readonly state: SubscriptionState;
  /** Subscribers that have named themselves. */
  readonly owners: readonly string[];
}

interface Used {
  readonly filter: WireFilter;
  readonly state: SubscriptionState;
  readonly interests: Iterable<{ readonly subscriber: Subscriber }>;
}

export function subscriptionsInUse(used: Iterable<Used>): SubscriptionInUse[] {
  return Array.from(used, ({ filter, state, interests }) => {
    const owners = new Set(Array.from(interests).flatMap(({ subscriber }) => subscriber.owner ?? []));
    return { filter, state, owners: [...owners] };
  });
}
