// The connection of a broker node, which ends with the node. A deploy that does not change it hands it over to the next
// instance.

import type { Node, NodeAPI } from 'node-red';
import type { Connection } from '../../connection/connection';
import { flowsStarted, isReplacing } from '../deploy/deploy-events';
import { Handover } from '../deploy/handover';
import { onClose } from '../deploy/node-closing';
import { editorId, savedState } from '../deploy/saved-nodes';
import type { BrokerUsers } from './broker-users';
import type { ConnectionControl } from './connection-actions';
import { followDeploys } from './follow-deploys';
import { type BrokerParts, LiveConnection } from './live-connection';

export interface ControlledConnection {
  readonly connection: Connection;
  readonly control: ConnectionControl;
  /** Another connection to the same server, which the flows do not notice. The caller closes it. */
  readonly observe: LiveConnection['observe'];
}

const handover = new Handover<LiveConnection>();

/**
 * The connection that an earlier instance of `node` has left, or a new one. `users` and messages decide when it is
 * opened. It ends with `node`, unless an instance with the same settings follows.
 */
export function brokerConnection(
  RED: NodeAPI,
  node: Node,
  users: BrokerUsers,
  parts: BrokerParts,
): ControlledConnection {
  const left = handover.take(node);
  const fits = left?.fits(parts) === true;
  const live = fits ? left : new LiveConnection(RED, node, parts, left?.end(false));
  if (fits) {
    live.adopt(node, parts);
    void flowsStarted(RED, node).then(() => live.refresh());
  }
  const { connection, control } = live;
  followDeploys(RED, node, connection, users, control, fits);
  const saved = savedState(RED, editorId(node));
  const leave = async (removed: boolean): Promise<void> => {
    const mayFollow = !removed && isReplacing(RED);
    // Node-RED knows the new flows by now: a changed node must have disconnected before its next instance connects.
    if (!mayFollow || savedState(RED, editorId(node)) !== saved) return live.end(removed);
    handover.leave(RED, node, live, () => void live.end(false));
  };
  onClose(RED, node, (removed, done) => void leave(removed).then(done, done));
  return { connection, control, observe: live.observe.bind(live) };
}
