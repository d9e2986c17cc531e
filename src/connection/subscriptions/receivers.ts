// Who gets a publication, and by which of their filters: each subscriber once, however many of them match.

import type { Subscriber } from './subscriber';
import type { Interest, WireSubscription } from './wire-subscription';

/** Of each subscriber that wants messages of now, the one filter by which it gets those that `wires` match. */
export function liveReceivers(wires: readonly WireSubscription[]): readonly Interest[] {
  const only = wires[0];
  if (!only) return [];
  return wires.length === 1 ? only.live : onePerSubscriber(wires.map(({ live }) => live));
}

/** Of each subscriber the first of its filters in `wires` that `wants` takes. */
export function receiversThat(
  wires: readonly WireSubscription[],
  wants: (interest: Interest) => boolean,
): readonly Interest[] {
  return onePerSubscriber(wires.map(({ interests }) => Array.from(interests).filter(wants)));
}

function onePerSubscriber(lists: readonly (readonly Interest[])[]): readonly Interest[] {
  const receivers: Interest[] = [];
  /** Places in `receivers`; only those with several filters can come twice. */
  let places: Map<Subscriber, number> | undefined;
  for (const list of lists) {
    for (const interest of list) {
      if (interest.wire.state.kind === 'refused') continue;
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

/** One that the server has granted, then one to which it sends everything, then the first in the subscriber's order. */
function precedes(a: Interest, b: Interest | undefined): boolean {
  if (!b) return true;
  if (a.wire.granted !== b.wire.granted) return a.wire.granted;
  return a.wire.ordinary === b.wire.ordinary ? a.rank < b.rank : a.wire.ordinary;
}
