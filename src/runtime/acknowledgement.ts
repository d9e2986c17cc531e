// When a subscribe node acknowledges what it has received: as it hands it over, when the flow is done with it, or when an
// acknowledge node says so.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { systemClock } from '../connection/clock';
import type { Connection } from '../connection/connection';
import { type Delivery, type DeliveryHandler, DeliveryWindow, type SettleDelivery } from '../connection/delivery-window';
import type { Settlement } from '../connection/shared-receipt';
import type { Subscriber } from '../connection/subscriptions';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { onDeploy } from './deploy-events';
import { flowCompletion } from './flow-completion';
import { Handover, isInSubflow } from './handover';
import { reportError } from './node-problem';
import { awaitReceipt } from './open-receipts';

export interface AcknowledgementSettings {
  readonly acknowledge: 'receipt' | 'completion' | 'manual';
  /** Messages at QoS 1 and 2 that the flow may have at a time */
  readonly maxInFlight: number;
  /** s that a message may take; 0 for any time */
  readonly acknowledgeTimeout: number;
  /** What becomes of a message that failed or took too long. */
  readonly onError: 'keep' | 'refuse';
}

/** A message that is ready to be sent. */
export interface PreparedMessage {
  readonly message: NodeMessage & { _msgid: string; receipt?: string };
  /** Sends it, or reports why it cannot be. */
  send(): void;
}

/** How many messages the flow has, and how many wait for it. */
export interface Backlog {
  readonly unsettled: number;
  readonly waiting: number;
  readonly full: boolean;
}

/** MQTT 5, section 3.4.2.1: "the receiver does not accept the publication", for no reason that MQTT has a code for. */
const IMPLEMENTATION_SPECIFIC = 0x83;

interface LeftWindow {
  readonly window: DeliveryWindow;
  readonly connection: Connection;
}

/** Windows of nodes that a deploy restarts. */
const left = new Handover<LeftWindow>();

/**
 * What takes the deliveries of `node`, until it is closed. `prepare` makes the message of a delivery; `show` hears of each
 * change of the backlog.
 */
export function acknowledging(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  settings: AcknowledgementSettings,
  prepare: (delivery: Delivery) => PreparedMessage,
  show: (backlog: Backlog) => void,
): Subscriber['deliver'] {
  if (settings.acknowledge === 'receipt') {
    dropLeft(node);
    return (publication, filter, qos) => prepare({ publication, filter, qos }).send();
  }
  const window = takeOver(node, connection);
  const settleFailed: Settlement =
    settings.onError === 'refuse' ? { kind: 'refused', reasonCode: IMPLEMENTATION_SPECIFIC } : { kind: 'abandoned' };
  const hand = settings.acknowledge === 'manual' ? byHand : byCompletion(RED, node, settleFailed);
  const handler: DeliveryHandler = {
    limit: settings.maxInFlight,
    timeout: settings.acknowledgeTimeout * 1000,
    hand: (delivery, settle) => hand(prepare(delivery), settle),
    expired({ publication: { topic } }) {
      const params = { topic, seconds: settings.acknowledgeTimeout };
      reportError(RED, node, new MqttFlowsError('acknowledgement-overdue', { stage: 'acknowledge', params }));
      return settleFailed;
    },
    changed() {
      const { unsettled, waiting } = window;
      show({ unsettled, waiting, full: unsettled >= settings.maxInFlight });
    },
  };
  window.open(handler);
  followConnection(node, connection, window);
  leaveAtClose(RED, node, connection, window);
  return (publication, filter, qos, receipt) => window.take({ publication, filter, qos }, receipt);
}

/** The acknowledge node settles it. */
function byHand({ message, send }: PreparedMessage, settle?: SettleDelivery): void {
  if (settle) {
    const id = message._msgid;
    message.receipt = id;
    const forget = awaitReceipt(id, (outcome) => {
      forget();
      return settle(outcome);
    });
  }
  send();
}

/** The end of all branches of the flow settles it. */
function byCompletion(
  RED: NodeAPI,
  node: Node,
  failed: Settlement,
): (prepared: PreparedMessage, settle?: SettleDelivery) => void {
  const completion = flowCompletion(RED);
  node.on('close', completion.use());
  return ({ message, send }, settle) => {
    if (!settle) return send();
    completion.follow(node, message, send, ({ kind }) => {
      settle(kind === 'completed' ? { kind: 'acknowledged' } : kind === 'failed' ? failed : { kind });
    });
  };
}

/** The window of the instance before this one, if it was on the same connection. */
function takeOver(node: Node, connection: Connection): DeliveryWindow {
  const before = left.take(node);
  if (before?.connection === connection) return before.window;
  before?.window.discard({ kind: 'abandoned' });
  return new DeliveryWindow(systemClock);
}

/** The node acknowledges on receipt now: what an earlier instance held stays with the server. */
function dropLeft(node: Node): void {
  left.take(node)?.window.discard({ kind: 'abandoned' });
}

function followConnection(node: Node, connection: Connection, window: DeliveryWindow): void {
  /** The server whose connection was lost. */
  let lost: string | undefined;
  let server: string | undefined;
  const unwatch = connection.watch((state) => {
    if (state.kind === 'connected') {
      if (state.info.sessionPresent && state.server === lost) window.resumeSession();
      server = state.server;
      lost = undefined;
    } else if (server !== undefined) {
      lost = server;
      server = undefined;
      window.lose();
    }
  });
  node.on('close', unwatch);
}

/** During a deploy nothing is handed over: the nodes that follow may be gone, or not there yet. */
function leaveAtClose(RED: NodeAPI, node: Node, connection: Connection, window: DeliveryWindow): void {
  const cancelPause = onDeploy(RED, 'flows:stopping', () => window.pause());
  const cancelResume = onDeploy(RED, 'flows:started', () => window.resume());
  node.on('close', (removed: boolean, done: () => void) => {
    cancelPause();
    cancelResume();
    if (removed) window.discard({ kind: 'acknowledged' });
    else if (isInSubflow(node)) window.discard({ kind: 'abandoned' });
    else {
      window.leave();
      left.leave(RED, node, { window, connection }, () => window.discard({ kind: 'abandoned' }));
    }
    done();
  });
}
