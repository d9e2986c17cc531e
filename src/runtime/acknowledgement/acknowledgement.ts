// When a subscribe node acknowledges what it has received: as it hands it over, when the flow is done with it, or when an
// acknowledge node says so.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import {
  type Delivery,
  type DeliveryHandler,
  DeliveryWindow,
  type SettleDelivery,
  type Whereabouts,
} from '../../connection/acknowledgement/delivery-window';
import { FailedDeliveries } from '../../connection/acknowledgement/failed-deliveries';
import { systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { Subscriber } from '../../connection/subscriptions/subscriptions';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Acknowledgement } from '../../core/publications/acknowledgement';
import type { AcknowledgementSettings } from '../../settings/subscribe.config';
import { onDeploy } from '../deploy/deploy-events';
import { Handover } from '../deploy/handover';
import { reportError } from '../node/node-problem';
import { flowCompletion } from './flow-completion';
import { awaitReceipt } from './open-receipts';

/** The message of a delivery; with an `error`, it goes to a Catch node. */
export interface PreparedMessage {
  readonly message: NodeMessage & { _msgid: string; receipt?: string };
  readonly error?: Error;
}

/** Deliveries of a node, in numbers. */
export interface DeliveryFigures {
  /** Those that the flow has, or that wait for it. */
  readonly unacknowledged: number;
  /** Those that failed and stay unacknowledged while this connection stands. */
  readonly failed: number;
  /** Nothing is left but failures, as many as may keep the server from sending any more. */
  readonly stuck: boolean;
}

/** How often `show` may be called, in ms: a status goes to every open editor. */
const PACE = 1000;

/** MQTT 5, section 3.4.2.1: "the receiver does not accept the publication", for no reason that MQTT has a code for. */
const IMPLEMENTATION_SPECIFIC = 0x83;

/** What a node that a deploy restarts leaves to its next instance. */
interface Left {
  readonly window: DeliveryWindow;
  readonly connection: Connection;
  /** Takes the subscriber away that has gone on to collect deliveries for the window. */
  end(): void;
}

const left = new Handover<Left>();

/** Of each connection, for all of its nodes. */
const failures = new WeakMap<Connection, FailedDeliveries>();

/** How a subscribe node gets its deliveries, and what it does in place of unsubscribing when it is closed. */
export interface Acknowledging {
  readonly deliver: Subscriber['deliver'];
  leave(removed: boolean, unsubscribe: () => void): void;
}

/**
 * Takes the deliveries of `node`, until it is closed. `prepare` makes the message of a delivery; `show` hears now and then
 * how many there are.
 */
export function acknowledging(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  settings: AcknowledgementSettings,
  prepare: (delivery: Delivery) => PreparedMessage,
  show: (figures: DeliveryFigures) => void,
): Acknowledging {
  const before = left.take(node);
  if (settings.acknowledge === 'receipt') {
    before?.window.discard({ kind: 'abandoned' });
    before?.end();
    return {
      deliver: (publication, filter, qos) => send(node, prepare({ publication, filter, qos })),
      leave: (_removed, unsubscribe) => unsubscribe(),
    };
  }
  const manual = settings.acknowledge === 'manual';
  const settleFailed: Acknowledgement =
    settings.onError === 'refuse' ? { kind: 'refused', reasonCode: IMPLEMENTATION_SPECIFIC } : { kind: 'abandoned' };
  const stopFollowing = manual ? () => {} : flowCompletion(RED).use();
  const failed = failuresOf(connection);
  const window = takeOver(before, connection, failed);
  const hand = manual ? byHand : byCompletion(RED, settleFailed);
  let pace: NodeJS.Timeout | undefined;
  const handler: DeliveryHandler = {
    limit: settings.maxInFlight,
    timeout: settings.acknowledgeTimeout * 1000,
    hand: (delivery, settle) => hand(node, prepare(delivery), settle),
    expired({ publication: { topic } }, at) {
      const params = { topic, seconds: settings.acknowledgeTimeout, ...(at === undefined ? {} : { at }) };
      const code = at === undefined ? 'acknowledgement-overdue' : 'flow-overdue';
      reportError(RED, node, new MqttFlowsError(code, { stage: 'acknowledge', params }));
      return settleFailed;
    },
    changed: () => {
      if (failed.alarm()) reportError(RED, node, failuresFillWindow(failed.count));
      pace ??= setTimeout(() => {
        pace = undefined;
        const unacknowledged = window.unsettled + window.waiting;
        const stuck = failed.full && window.failed > 0 && unacknowledged === 0;
        show({ unacknowledged, failed: window.failed, stuck });
      }, PACE);
    },
  };
  const stop = followConnection(RED, connection, window);
  window.open(handler);
  return {
    deliver: (publication, filter, qos, receipt) => window.take({ publication, filter, qos }, receipt),
    leave(removed, unsubscribe) {
      stop();
      clearTimeout(pace);
      window.leave();
      const end = (): void => {
        unsubscribe();
        stopFollowing();
      };
      const discard = (): void => {
        // Nobody wants any more what a node was given that has been deleted; all else may come again.
        window.discard({ kind: removed ? 'acknowledged' : 'abandoned' });
        end();
      };
      if (removed) return discard();
      // Whether a message will still be acknowledged by hand is unknown: it is delivered again.
      if (manual) window.interrupt();
      left.leave(RED, node, { window, connection, end }, discard);
    },
  };
}

function send(node: Node, { message, error }: PreparedMessage): void {
  if (error) node.error(error, message);
  else node.send(message);
}

/** The acknowledge node settles it. */
function byHand(node: Node, prepared: PreparedMessage, settle?: SettleDelivery): undefined {
  if (settle) {
    const { message } = prepared;
    const id = message._msgid;
    message.receipt = id;
    const forget = awaitReceipt(id, (outcome) => {
      forget();
      return settle(outcome);
    });
  }
  send(node, prepared);
}

/** The end of all branches of the flow settles it. */
function byCompletion(
  RED: NodeAPI,
  failed: Acknowledgement,
): (node: Node, prepared: PreparedMessage, settle?: SettleDelivery) => Whereabouts | undefined {
  const completion = flowCompletion(RED);
  return (node, prepared, settle) => {
    const handOver = (): void => send(node, prepared);
    if (!settle) {
      handOver();
      return undefined;
    }
    const track = completion.follow(node, prepared.message, handOver, ({ kind }) => {
      settle(kind === 'completed' ? { kind: 'acknowledged' } : kind === 'failed' ? failed : { kind });
    });
    return () => namesOf(track.nodes) || undefined;
  };
}

/** Nodes as people know them: by name and kind, and by id where they have no name. */
function namesOf(nodes: Iterable<Node>): string {
  return Array.from(nodes, ({ id, name, type }) => (name ? `"${name}" (${type})` : `${type} ${id}`)).join(', ');
}

/** The window of the instance before this one, if it was on the same connection. */
function takeOver(before: Left | undefined, connection: Connection, failed: FailedDeliveries): DeliveryWindow {
  before?.end();
  if (before?.connection === connection) return before.window;
  before?.window.discard({ kind: 'abandoned' });
  return new DeliveryWindow(systemClock, failed);
}

function failuresOf(connection: Connection): FailedDeliveries {
  const known = failures.get(connection);
  if (known) return known;
  const failed = new FailedDeliveries();
  failures.set(connection, failed);
  connection.watch((state) => {
    if (state.kind === 'connected') failed.restart(state.info.window);
  });
  return failed;
}

function failuresFillWindow(count: number): MqttFlowsError {
  return new MqttFlowsError('failures-fill-window', { stage: 'acknowledge', params: { count } });
}

/** Tells `window` of lost connections, and of deploys: during one, the nodes that follow may be gone or not there yet. */
function followConnection(RED: NodeAPI, connection: Connection, window: DeliveryWindow): () => void {
  /** The server whose connection was lost. */
  let lost: string | undefined;
  let server: string | undefined;
  const unwatch = connection.watch((state) => {
    if (state.kind === 'connected') {
      window.refusable = state.info.protocolVersion === 5;
      if (state.info.sessionPresent && state.server === lost) window.resumeSession();
      server = state.server;
      lost = undefined;
    } else if (server !== undefined) {
      lost = server;
      server = undefined;
      window.lose();
    }
  });
  const stopPausing = onDeploy(RED, 'flows:stopping', () => window.pause());
  const stopResuming = onDeploy(RED, 'flows:started', () => window.resume());
  return () => {
    unwatch();
    stopPausing();
    stopResuming();
  };
}
