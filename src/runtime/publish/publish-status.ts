// The status of a publish node: the state of its connection, and how many messages wait in the outbox of its broker.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { sharedKey, sharedText } from '../node/localize';
import { attemptStatus, showStatus } from '../node/node-status';
import type { SendingPlan } from './sending-times';

/** The interval of updates in ms, since each status goes to every open editor. */
const PACE = 1000;

export interface PublishStatus {
  /** Call when a message has been given to the outbox, where it may have to wait. */
  look(): void;
  stop(): void;
}

/** `own`: what the node sends by itself. */
export function publishStatus(RED: NodeAPI, node: Node, connection: Connection, own?: SendingPlan): PublishStatus {
  const show = showStatus(node);
  const connected = own && ownText(RED, own);
  let timer: NodeJS.Timeout | undefined;
  /** The number of waiting messages at the last update. */
  let count = 0;

  const update = (): void => {
    const { state } = connection;
    const plain = attemptStatus(RED, state);
    const status = connected !== undefined && state.kind === 'connected' ? { ...plain, text: connected } : plain;
    show(count > 0 ? { ...status, text: sharedText(RED, 'status.queued', { count }) } : status);
  };
  const look = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      const { depth, inFlight } = connection.outboxFigures;
      count = Math.max(0, depth - inFlight);
      update();
      if (count > 0) look();
    }, PACE);
  };
  const unwatch = connection.watch(() => {
    update();
    look();
  });
  return {
    look,
    stop() {
      clearTimeout(timer);
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
