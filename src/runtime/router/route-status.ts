// The badge of a router node that takes routes from messages: how many it has. Nothing else would show that a message
// has changed them.

import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { sharedKey, sharedText } from '../node/localize';
import { showStatus } from '../node/node-status';
import { Paced } from '../node/paced';

/** ms between two badges: a flow may add 100,000 routes one by one */
const PACE = 1000;

export interface RouteStatus {
  /** The routes have been read, or a message has changed them. */
  changed(): void;
  /** The kept routes were not read, because of this error. */
  problem(error: MqttFlowsError): void;
}

/** The badge of `node`, which has `count()` routes. It ends with the node. */
export function routeStatus(RED: NodeAPI, node: Node, count: () => number, clock = systemClock): RouteStatus {
  const show = showStatus(node);
  let closed = false;
  const paced = new Paced(clock, PACE, () =>
    show({ fill: 'grey', shape: 'dot', text: sharedText(RED, 'status.routes', { count: count() }) }),
  );
  node.on('close', () => {
    paced.stop();
    // The next instance may take no routes from messages, and show nothing.
    show({});
    closed = true;
  });
  return {
    changed: () => paced.soon(),
    problem: ({ code }) => {
      if (closed) return;
      const text =
        code === 'routes-key-taken' ? sharedKey('status.routes-key-taken') : sharedKey('status.routes-unreadable');
      show({ fill: 'red', shape: 'ring', text });
    },
  };
}
