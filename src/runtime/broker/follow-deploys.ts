// Opens a connection once its users exist, and closes it when a deploy leaves it without any.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { isReplacing, onDeploy } from '../deploy/deploy-events';
import type { BrokerUsers } from './broker-users';

/**
 * Makes `connection` follow deploys until `node` is closed. It opens when all users exist, so that none misses a first
 * message, unless it has to wait for a message; it closes when a deploy leaves it without users. While nodes are being
 * replaced, no SUBSCRIBE is sent. `held` means that this is the case already, since an earlier instance of `node` saw
 * the deploy begin.
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
    if (!stopping) connection.holdSubscriptions(!isReplacing(RED));
    stopping = true;
  };
  const end = (): void => {
    if (stopping) connection.releaseSubscriptions();
    stopping = false;
    if (users.count > 0 && control.wanted) connection.connect();
    // Disconnects after the changes of subscriptions, which a timer of this turn sends. Otherwise a session would keep
    // removed subscriptions.
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
