// By which id the editor knows a node.
import type { Node } from 'node-red';

/** A node of a subflow's instance is a copy, with an id of its own, of the one in the template that the editor shows. */
export function editorId(node: Node): string {
  return '_alias' in node && typeof node._alias === 'string' ? node._alias : node.id;
}
