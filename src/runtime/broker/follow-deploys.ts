// How a connection follows deploys: it opens once its users are there and closes when a deploy leaves it none.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { onDeploy } from '../deploy/deploy-events';
import type { BrokerUsers } from './broker-users';

/**
 * Keeps `connection` in step with deploys until `node` is closed: it is opened when all of its users are there, so
 * that none misses a first message, unless it is to wait for a message, and closed when a deploy leaves it without any.
 * While nodes are being replaced no subscription is sent; `held` says that this is so already, since an earlier instance
 * of `node` has seen the deploy begin.
 */
export function followDeploys(
  RED: NodeAPI,
  node: Node,
  connection: Connection,
  users: BrokerUsers,
  control: { readonly wanted: boolean },
  held: boolean,
): void {
  let stopping = held;
  let leaving: NodeJS.Timeout | undefined;
  const begin = (): void => {
    clearTimeout(leaving);
    if (!stopping) connection.holdSubscriptions();
    stopping = true;
  };
  const end = (): void => {
    if (stopping) connection.releaseSubscriptions();
    stopping = false;
    if (users.count > 0 && control.wanted) connection.connect();
    // After the changes of subscriptions, which are sent by a timer of now: a session would keep what is gone.
    if (users.count === 0) leaving = setTimeout(() => void connection.disconnect(), 0);
  };
  const stopBegin = onDeploy(RED, 'flows:stopping', begin);
  const stopEnd = onDeploy(RED, 'flows:started', end);
  node.on('close', () => {
    clearTimeout(leaving);
    stopBegin();
    stopEnd();
  });
}
