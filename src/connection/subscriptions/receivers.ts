// The receivers of a publication, and the filter of each: each subscriber once, however many of its filters match.

import type { Interest, ServerSubscription } from './server-subscription';
import type { Subscriber } from './subscriber';

/** Of each subscriber that wants messages of now, the one filter by which it gets those that `subscriptions` match. */
export function liveReceivers(subscriptions: readonly ServerSubscription[]): readonly Interest[] {
  const only = subscriptions[0];
  if (!only) return [];
  return subscriptions.length === 1 ? only.live : onePerSubscriber(subscriptions.map(({ live }) => live));
}

/** Of each subscriber the first of its filters in `subscriptions` that `wants` takes. */
export function receiversThat(
  subscriptions: readonly ServerSubscription[],
  wants: (interest: Interest) => boolean,
): readonly Interest[] {
  return onePerSubscriber(subscriptions.map(({ interests }) => Array.from(interests).filter(wants)));
}

function onePerSubscriber(lists: readonly (readonly Interest[])[]): readonly Interest[] {
  const receivers: Interest[] = [];
  /** Places in `receivers`. Only subscribers with several filters can occur twice. */
  let places: Map<Subscriber, number> | undefined;
  for (const list of lists) {
    for (const interest of list) {
      if (interest.subscription.state.kind === 'refused') continue;
      const { subscriber } = interest;
      if (subscriber.subscriptions.length > 1) {
        places ??= new Map();
        const place = places.get(subscriber);
        if (place !== undefined) {
          if (precedes(interest, receivers[place])) receivers[place] = interest;
          continue;
        }
        places.set(subscriber, receivers.length);
      }
      receivers.push(interest);
    }
  }
  return receivers;
}

/** Prefers a granted subscription, then one that gets everything, then the first in the subscriber's order. */
function precedes(a: Interest, b: Interest | undefined): boolean {
  if (!b) return true;
  if (a.subscription.granted !== b.subscription.granted) return a.subscription.granted;
  return a.subscription.ordinary === b.subscription.ordinary ? a.rank < b.rank : a.subscription.ordinary;
}
