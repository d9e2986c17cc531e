// What a connection is used for, for people who ask.

import type { WireFilter } from '../../core/topics/topic-filter';
import type { WireState, WireSubscription } from './wire-subscription';

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
