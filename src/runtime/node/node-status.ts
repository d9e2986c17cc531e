// Shows the status of a node without repeating it: each status goes to every open editor.

import type { Node, NodeStatus } from 'node-red';

/** A function that sets the status of `node` when it differs from the last one set. */
export function showStatus(node: Node): (status: NodeStatus) => void {
  let shown = '';
  return (status) => {
    const text = `${status.fill} ${status.shape} ${status.text}`;
    if (text === shown) return;
    shown = text;
    node.status(status);
  };
}
