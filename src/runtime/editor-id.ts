// By which id the editor knows a node, and what names the same node over deploys.

import type { Node } from 'node-red';

/** A node of a subflow's instance is a copy, with an id of its own, of the one in the template that the editor shows. */
export function editorId(node: Node): string {
  return '_alias' in node && typeof node._alias === 'string' ? node._alias : node.id;
}

/** The same for a node after each deploy: inside a subflow, where ids are made anew, its instance and its place in that. */
export function subscriberIdentity(node: Node): string {
  return `${node.z ?? ''} ${editorId(node)}`;
}
