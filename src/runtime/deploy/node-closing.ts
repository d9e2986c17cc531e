// Tells whether a closing node has been deleted. Node-RED tells the nodes of tabs, but not those of a subflow when
// their instance is deleted or when they are deleted from the template.

import type { Node, NodeAPI } from 'node-red';
import { isReplacing } from './deploy-events';
import { isSaved } from './saved-nodes';

/** Calls `close` when `node` is stopped. `removed` means that it has been deleted. */
export function onClose(RED: NodeAPI, node: Node, close: (removed: boolean, done: () => void) => void): void {
  node.on('close', (removed: boolean, done: () => void) => {
    close(removed || (isReplacing(RED) && !isSaved(RED, node.id)), done);
  });
}
