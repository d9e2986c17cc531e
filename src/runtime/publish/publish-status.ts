// The status of a publish node: the state of its connection, and how many messages wait in the outbox of its broker.

import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import { sharedKey, sharedText } from '../node/localize';
import { attemptStatus, connectionStatus, showStatus } from '../node/node-status';
import { Paced } from '../node/paced';
import type { SendingPlan } from './sending-times';

/** ms between two updates */
const PACE = 1000;

interface PublishStatus {
  /** Call when a message has been given to the outbox, where it may have to wait. */
  look(): void;
  /** Whether the last message that the node has sent by itself could not be made. */
  ownFailed(failed: boolean): void;
  stop(): void;
}

/** `own`: what the node sends by itself. */
export function publishStatus(RED: NodeAPI, node: Node, connection: Connection, own?: SendingPlan): PublishStatus {
  const show = showStatus(node);
  const connected = own && ownText(RED, own);
  /** The number of waiting messages at the last update. */
  let count = 0;
  let failed = false;

  const update = (): void => {
    const { state } = connection;
    const status = connected !== undefined && state.kind === 'connected' ? ownStatus() : attemptStatus(RED, state);
    show(count > 0 ? { ...status, text: sharedText(RED, 'status.queued', { count }) } : status);
  };
  const ownStatus = (): NodeStatus =>
    failed
      ? { fill: 'red', shape: 'dot', text: sharedKey('status.own-failed') }
      : { ...connectionStatus(connection.state), text: connected };
  const paced = new Paced(systemClock, PACE, () => {
    const { depth, inFlight } = connection.outboxFigures;
    count = Math.max(0, depth - inFlight);
    update();
    if (count > 0) paced.later();
  });
  const unwatch = connection.watch(() => {
    update();
    paced.later();
  });
  return {
    look: () => paced.later(),
    ownFailed(now) {
      if (failed === now) return;
      failed = now;
      update();
    },
    stop() {
      paced.stop();
      unwatch();
    },
  };
}

/** What is shown while the connection stands. */
function ownText(RED: NodeAPI, { interval }: SendingPlan): string {
  return interval === undefined
    ? sharedKey('status.at-connection')
    : sharedText(RED, 'status.every', { time: shortTime(interval) });
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** In the largest unit that gives a whole number: 90 s, 5 min. */
function shortTime(seconds: number): string {
  const [size, unit] = UNITS.find(([length]) => seconds % length === 0) ?? [1, 's'];
  return `${seconds / size} ${unit}`;
}
