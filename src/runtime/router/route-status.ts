// The badge of a router node that takes routes from messages: how many it has. Nothing else would show that a message
// has changed them.

import type { Node, NodeAPI } from 'node-red';
import { systemClock, Timer } from '../../connection/clock';
import { sharedKey, sharedText } from '../node/localize';
import { showStatus } from '../node/node-status';

/** ms between two badges: each goes to every open editor, and a flow may add 100,000 routes one by one. */
const PACE = 1000;

export interface RouteStatus {
  /** The routes have been read, or a message has changed them. */
  changed(): void;
  /** The kept routes could not be read. */
  unreadable(): void;
}

/** The badge of `node`, which has `count()` routes. It ends with the node. */
export function routeStatus(RED: NodeAPI, node: Node, count: () => number, clock = systemClock): RouteStatus {
  const show = showStatus(node);
  const timer = new Timer(clock);
  let paused = false;
  let changedSince = false;
  const showNow = (): void => {
    show({ fill: 'grey', shape: 'dot', text: sharedText(RED, 'status.routes', { count: count() }) });
    changedSince = false;
    paused = true;
    timer.start(PACE, () => {
      paused = false;
      if (changedSince) showNow();
    });
  };
  node.on('close', () => timer.stop());
  return {
    changed: () => {
      changedSince = true;
      if (!paused) showNow();
    },
    unreadable: () => show({ fill: 'red', shape: 'ring', text: sharedKey('status.routes-unreadable') }),
  };
}
