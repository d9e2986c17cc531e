// Takes back, before we end a connection, the subscriptions that must not stay in a session which the server keeps.

import type { Transport } from '../../transport/transport';
import type { ServerSubscription } from './server-subscription';

/** Unsubscribes them. The DISCONNECT follows, and servers handle packets in order. True when there were any. */
export function leaveTransient(subscriptions: Iterable<ServerSubscription>, transport: Transport): boolean {
  let some = false;
  for (const subscription of subscriptions) {
    if (!subscription.transient || !subscription.stands) continue;
    some = true;
    transport.unsubscribe(subscription.filter, () => {});
    subscription.lost();
    subscription.forget();
  }
  return some;
}
