// The end of a node, and whether it is for good. Node-RED says so to the nodes of tabs; those of a subflow hear it neither
// when their instance is deleted nor when they are deleted from the template.

import type { Node, NodeAPI } from 'node-red';
import { isReplacing } from './deploy-events';
import { isSaved } from './saved-nodes';

/** Calls `close` when `node` is stopped; `removed` says that it has been deleted. */
export function onClose(RED: NodeAPI, node: Node, close: (removed: boolean, done: () => void) => void): void {
  node.on('close', (removed: boolean, done: () => void) => {
    close(removed || (isReplacing(RED) && !isSaved(RED, node.id)), done);
  });
}
