// How a subscribe node looks: the state of its connection, and once that stands, of its subscriptions.

import type { NodeStatus } from 'node-red';
import type { ConnectionState } from '../connection/connection-state';
import type { SubscriptionState } from '../connection/subscriptions';
import { connectionStatus } from './connection-status';
import { sharedKey } from './localize';

/** The badge for the worst of `subscriptions`: refused before pending before granted. */
export function subscriptionStatus(
  connection: ConnectionState,
  subscriptions: Iterable<SubscriptionState>,
): NodeStatus {
  if (connection.kind !== 'connected') return connectionStatus(connection);
  let pending = false;
  for (const state of subscriptions) {
    if (state.kind === 'refused') return { fill: 'red', shape: 'dot', text: sharedKey('status.subscription-refused') };
    if (state.kind === 'pending') pending = true;
  }
  if (pending) return { fill: 'yellow', shape: 'dot', text: sharedKey('status.subscribing') };
  return connectionStatus(connection);
}
