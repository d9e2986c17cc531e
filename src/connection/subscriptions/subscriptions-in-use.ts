// What the subscriptions of a connection are used for, and the wait until what was removed has left the server.

import type { WireFilter } from '../../core/topics/topic-filter';
import type { ServerAnswer, ServerSubscription } from './server-subscription';

export interface SubscriptionInUse {
  readonly filter: WireFilter;
  readonly state: ServerAnswer;
  /** Subscribers that have named themselves. */
  readonly owners: readonly string[];
}

/** Without those that nobody asks for any more. */
export function subscriptionsInUse(subscriptions: Iterable<ServerSubscription>): SubscriptionInUse[] {
  return Array.from(subscriptions).flatMap(({ filter, state, interests }) => {
    if (interests.size === 0) return [];
    const owners = new Set(Array.from(interests).flatMap(({ subscriber }) => subscriber.owner ?? []));
    return [{ filter, state, owners: [...owners] }];
  });
}

/** Calls `done` when all of `subscriptions` have told that what left them has left the server, or need not. */
export function afterAll(subscriptions: ReadonlySet<ServerSubscription>, done: () => void): void {
  let open = subscriptions.size;
  if (open === 0) done();
  for (const subscription of subscriptions) {
    subscription.onceLeft(() => {
      if (--open === 0) done();
    });
  }
}
