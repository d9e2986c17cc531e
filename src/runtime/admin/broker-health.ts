// Connections and subscriptions as plain data for the editor, without secrets.

import type { NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import type { ConnectionState } from '../../connection/connection-state';
import type { SubscriptionInUse } from '../../connection/subscriptions/subscriptions-in-use';
import { reportOf } from '../../core/errors/mqtt-flows-error';
import type { BrokerStateReport } from '../../core/reports/broker-state';
import type { BrokerHealth, ShownSubscription } from '../../core/sidebar/sidebar-protocol';
import { type BrokerNode, findBroker } from '../broker/broker-node';
import { sharedText } from '../node/localize';

/** The state of a connection. A closed connection waits for a user, as a new one does. */
export function stateReport(RED: NodeAPI, state: ConnectionState): BrokerStateReport {
  // The name of the embedded broker is in the language of the runtime; the editor has its own.
  const nameOf = (server: string): string => (server === sharedText(RED, 'log.embedded') ? '' : server);
  switch (state.kind) {
    case 'connected':
      return { kind: 'connected', server: nameOf(state.server), protocolVersion: state.info.protocolVersion };
    case 'connecting':
      return { kind: 'connecting', server: nameOf(state.server), stage: state.stage, attempt: state.attempt };
    case 'waiting':
      return {
        kind: 'waiting',
        server: nameOf(state.server),
        error: reportOf(state.error),
        attempt: state.attempt,
        wait: Math.max(0, state.nextAt - systemClock.now()),
      };
    default:
      return { kind: 'idle' };
  }
}

function shownSubscription({ filter, state, owners }: SubscriptionInUse): ShownSubscription {
  const common = { filter, kind: state.kind, nodes: owners };
  return state.kind === 'granted' ? { ...common, qos: state.qos } : common;
}

/** Whether the connection waits for its next attempt, or was disconnected while nodes use it. */
export function mayConnectNow({ link, users }: BrokerNode): boolean {
  if (!link.ok) return false;
  const { kind } = link.connection.state;
  return kind === 'waiting' || (kind === 'idle' && Object.keys(users).length > 0);
}

/** The health of the broker node with this id, deployed or not. */
export function brokerHealth(RED: NodeAPI, id: string): BrokerHealth {
  const broker = findBroker(RED, id);
  if (!broker) return withoutConnection({ kind: 'absent' });
  const { link } = broker;
  if (!link.ok) return withoutConnection({ kind: 'unusable', error: reportOf(link.error) });
  const { connection } = link;
  const { traffic } = connection;
  const closed = broker.listenerProblems?.() ?? [];
  return {
    state: stateReport(RED, connection.state),
    received: traffic.received,
    sent: traffic.sent,
    outbox: connection.outboxFigures,
    subscriptions: connection.subscriptionsInUse.map(shownSubscription),
    ...(broker.embedded ? { hasClients: true } : {}),
    ...(closed.length > 0 ? { listenerProblems: closed.map(reportOf) } : {}),
    ...(mayConnectNow(broker) ? { mayConnectNow: true } : {}),
  };
}

function withoutConnection(state: BrokerStateReport): BrokerHealth {
  return { state, received: 0, sent: 0, subscriptions: [] };
}
