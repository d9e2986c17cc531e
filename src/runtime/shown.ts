// Connections, subscriptions and messages in the form in which the editor gets them: plain data, no secret in it.

import type { ConnectionState } from '../connection/connection-state';
import type { SubscriptionInUse } from '../connection/subscription-in-use';
import { reportOf } from '../core/mqtt-flows-error';
import type { Observation } from '../core/observation';
import type { BrokerHealth, ShownMessage, ShownState, ShownSubscription } from '../core/topic-protocol';
import type { BrokerLink } from './broker-node';

export function shownState(state: ConnectionState): ShownState {
  const { kind } = state;
  if (state.kind === 'waiting') return { kind, server: state.server, error: reportOf(state.error) };
  return 'server' in state ? { kind, server: state.server } : { kind };
}

function shownSubscription({ filter, state, owners }: SubscriptionInUse): ShownSubscription {
  const common = { filter, kind: state.kind, nodes: owners };
  return state.kind === 'granted' ? { ...common, qos: state.qos } : common;
}

/** How the broker node of `link` is; undefined stands for one that is not deployed, for a moment or for good. */
export function brokerHealth(link: BrokerLink | undefined): BrokerHealth {
  if (!link?.ok) {
    const state: ShownState = { kind: 'closed', ...(link && { error: reportOf(link.error) }) };
    return { state, received: 0, sent: 0, inFlight: 0, waiting: 0, subscriptions: [] };
  }
  const { connection, traffic } = link;
  const { depth, inFlight } = connection.outboxFigures;
  return {
    state: shownState(connection.state),
    received: traffic.received,
    sent: traffic.sent,
    inFlight,
    waiting: depth - inFlight,
    subscriptions: connection.subscriptionsInUse.map(shownSubscription),
  };
}

export function shownMessage({ bytes, properties, ...observation }: Observation): ShownMessage {
  const payload = Buffer.from(bytes, 'latin1').toString('base64');
  if (!properties) return { ...observation, payload };
  const { correlationData, ...texts } = properties;
  const data = correlationData ? { correlationData: correlationData.toString('base64') } : {};
  return { ...observation, payload, properties: { ...texts, ...data } };
}
