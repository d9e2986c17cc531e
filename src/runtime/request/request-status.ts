// The status of a request node: the state of its connection, requests under way, the last round trip, late replies.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { RequestFigures } from '../../connection/requests/requester';
import { sharedText } from '../node/localize';
import { attemptStatus, showStatus } from '../node/node-status';

/** ms between two updates, since each status goes to every open editor */
const PACE = 1000;

export interface RequestStatus {
  /** Call when the figures have changed. */
  look(): void;
  stop(): void;
}

export function requestStatus(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  figures: () => RequestFigures,
): RequestStatus {
  const show = showStatus(node);
  let timer: NodeJS.Timeout | undefined;
  const update = (): void => {
    const status = attemptStatus(RED, connection.state);
    const text = figuresText(RED, figures());
    show(text === '' ? status : { ...status, text });
  };
  const look = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      update();
    }, PACE);
  };
  const unwatch = connection.watch(update);
  return {
    look,
    stop() {
      clearTimeout(timer);
      unwatch();
    },
  };
}

/** Blank before the first request. */
function figuresText(RED: NodeAPI, { underWay, waiting, late, roundTrip }: RequestFigures): string {
  const parts: string[] = [];
  if (underWay > 0) parts.push(sharedText(RED, 'status.under-way', { count: underWay }));
  if (waiting > 0) parts.push(sharedText(RED, 'status.waits', { count: waiting }));
  if (roundTrip !== undefined) parts.push(sharedText(RED, 'status.round-trip', { time: Math.round(roundTrip) }));
  if (late > 0) parts.push(sharedText(RED, 'status.late', { count: late }));
  return parts.join(', ');
}
