// How a subscribe node looks: the state of its connection, and once that stands, of its subscriptions.

import type { NodeAPI, NodeStatus } from 'node-red';
import type { ConnectionState } from '../../connection/connection-state';
import type { SubscriptionState } from '../../connection/subscriptions/subscriber';
import type { SubscriptionOptions } from '../../core/subscriptions/subscription-options';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { connectionStatus } from '../node/connection-status';
import { sharedKey, sharedText } from '../node/localize';

/** The badge for the worst of `subscriptions`: refused, then pending, then granted otherwise than asked. */
export function subscriptionStatus(
  connection: ConnectionState,
  subscriptions: ReadonlyMap<SubscriptionOptions, SubscriptionState>,
): NodeStatus {
  if (connection.kind !== 'connected') return connectionStatus(connection);
  let pending = false;
  let lessThanAsked: NodeStatus | undefined;
  for (const [options, state] of subscriptions) {
    if (state.kind === 'refused') return { fill: 'red', shape: 'dot', text: sharedKey('status.subscription-refused') };
    if (state.kind === 'pending') pending = true;
    else lessThanAsked ??= shortfall(options, state);
  }
  if (pending) return { fill: 'yellow', shape: 'dot', text: sharedKey('status.subscribing') };
  return lessThanAsked ?? connectionStatus(connection);
}

/** Why a node gets by `filter` what its own connection publishes, although it is set not to, and what to do. */
export function whyItHearsItself(RED: NodeAPI, { text, shareGroup }: TopicFilter): string {
  if (shareGroup === undefined) return sharedText(RED, 'log.hearsItself', { filter: text });
  return sharedText(RED, 'log.groupHearsItself', { filter: text });
}

/** What the server has granted less than was asked for. */
function shortfall(
  { qos }: SubscriptionOptions,
  granted: Extract<SubscriptionState, { kind: 'granted' }>,
): NodeStatus | undefined {
  if (granted.qos < qos) {
    const key = granted.qos === 0 ? sharedKey('status.lowered-to-0') : sharedKey('status.lowered-to-1');
    return { fill: 'yellow', shape: 'dot', text: key };
  }
  return granted.hearsItself ? { fill: 'yellow', shape: 'dot', text: sharedKey('status.hears-itself') } : undefined;
}
