// What nodes do in step with deploys.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../connection/connection';
import type { BrokerUsers } from './broker-users';

/**
 * Resolves once all nodes of the deploy under way exist; never when `node` is closed before. Until then no Catch node
 * hears an error.
 */
export function flowsStarted(RED: NodeAPI, node: Node): Promise<void> {
  return new Promise((resolve) => {
    const cancel = (): void => {
      RED.events.off('flows:started', started);
    };
    const started = (): void => {
      cancel();
      resolve();
    };
    RED.events.on('flows:started', started);
    node.on('close', cancel);
  });
}

/**
 * Keeps `connection` in step with deploys until `node` is closed: it is opened when all of its users are there, so
 * that none misses a first message, and closed when a deploy leaves it without any. While nodes are being replaced no
 * subscription is sent.
 */
export function followDeploys(RED: NodeAPI, node: Node, connection: Connection, users: BrokerUsers): void {
  let stopping = false;
  const begin = (): void => {
    if (!stopping) connection.holdSubscriptions();
    stopping = true;
  };
  const end = (): void => {
    if (stopping) connection.releaseSubscriptions();
    stopping = false;
    if (users.count > 0) connection.connect();
    else void connection.disconnect();
  };
  RED.events.on('flows:stopping', begin);
  RED.events.on('flows:started', end);
  node.on('close', () => {
    RED.events.off('flows:stopping', begin);
    RED.events.off('flows:started', end);
  });
}
