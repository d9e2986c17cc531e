// The status of a request node: the state of its connection, requests under way, the last round trip, late replies.

import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import type { RequestFigures } from '../../connection/requests/requester';
import { sharedText } from '../node/localize';
import { attemptStatus, showStatus } from '../node/node-status';
import { Paced } from '../node/paced';

/** ms between two updates */
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
  const update = (): void => {
    const status = attemptStatus(RED, connection.state);
    const text = figuresText(RED, figures());
    show(text === '' ? status : { ...status, text });
  };
  const paced = new Paced(systemClock, PACE, update);
  const unwatch = connection.watch(() => paced.now());
  return {
    look: () => paced.later(),
    stop() {
      paced.stop();
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
