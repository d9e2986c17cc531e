// The status of a subscribe node: the state of its connection and, while connected, of its subscriptions.

import type { NodeAPI, NodeStatus } from 'node-red';
import type { DeliveryFigures } from '../../connection/acknowledgement/delivery-window';
import type { ConnectionState } from '../../connection/connection-state';
import type { SubscriptionState } from '../../connection/subscriptions/subscriber';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import type { SubscriptionOptions } from '../../core/subscriptions/subscription-options';
import type { TopicFilter } from '../../core/topics/topic-filter';
import { sharedKey, sharedText } from '../node/localize';
import { attemptStatus, connectionStatus } from '../node/node-status';
import type { RowFilters } from './row-filters';

/** The badge for the worst of `subscriptions`: refused, then pending, then granted otherwise than asked. */
export function subscriptionStatus(
  RED: NodeAPI,
  connection: ConnectionState,
  subscriptions: ReadonlyMap<SubscriptionOptions, SubscriptionState>,
): NodeStatus {
  if (connection.kind !== 'connected') return attemptStatus(RED, connection);
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

/** The most characters of filters in a badge. */
const LONGEST = 48;

/**
 * The badge `status` of the subscriptions, with what there is to say of filters that depend on values: that one could not be
 * filled in, or what they are.
 */
export function filledInStatus(RED: NodeAPI, status: NodeStatus, rows: RowFilters): NodeStatus {
  if (!rows.dependent || status.fill !== 'green') return status;
  const { unfound } = rows;
  if (unfound !== undefined) {
    return { fill: 'red', shape: 'dot', text: shortened(whyUnfound(RED, unfound)) };
  }
  const filters = rows.subscriptions.map(({ options }) => options.filter.text).join(', ');
  return filters === '' ? status : { ...status, text: shortened(filters) };
}

/** Names the value at fault and what is wrong with it, where it is one. */
function whyUnfound(RED: NodeAPI, { code, params }: MqttFlowsError): string {
  if (params.path !== undefined) {
    // Errors with a path have a key of this kind alone.
    const fault = String(params.problemKey).replace('templateValue.', '');
    const problem = sharedText(RED, `templateValue.${fault}`, params);
    return code === 'filter-missing' ? `${params.path} ${problem}` : problem;
  }
  if (code === 'filter-invalid') return `${sharedText(RED, 'status.filter-invalid')}: ${params.filter}`;
  return `${sharedText(RED, 'status.no-filter')}: ${params.expression}`;
}

function shortened(text: string): string {
  const line = plainText(text);
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/**
 * Explains why a node gets its own connection's publications by `filter` although it asked for no local, and what to
 * do.
 */
export function whyItHearsItself(RED: NodeAPI, { text, shareGroup }: TopicFilter): string {
  if (shareGroup === undefined) return sharedText(RED, 'log.hearsItself', { filter: text });
  return sharedText(RED, 'log.groupHearsItself', { filter: text });
}

/** How the granted subscription falls short of the requested one. */
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

/** The status `connected`, with the number of filters where messages change them: nothing else would show that. */
export function filtersStatus(RED: NodeAPI, connected: NodeStatus, count: number): NodeStatus {
  return { ...connected, text: sharedText(RED, 'status.filters', { count }) };
}

/** The status `connected`, with the figures of the deliveries. */
export function deliveryStatus(
  RED: NodeAPI,
  connected: NodeStatus,
  { unacknowledged, failed, stuck }: DeliveryFigures,
): NodeStatus {
  if (stuck) return { ...connected, fill: 'red', text: sharedText(RED, 'status.stuck', { n: failed }) };
  // When failures fill the window, nothing more arrives: the status has to say why.
  if (failed > 0) return { ...connected, fill: 'yellow', text: sharedText(RED, 'status.failed', { count: failed }) };
  if (unacknowledged === 0) return connected;
  return { ...connected, text: sharedText(RED, 'status.at-work', { count: unacknowledged }) };
}
