// Whether the nodes behind a node were stopped by a deploy before a message has reached them. Node-RED hands messages on
// by setImmediate(), and a stopped node gets none.

import type { Node, NodeAPI } from 'node-red';
import { targetsOf } from './lasting-nodes';

/** The nodes behind one node while a deploy is under way. */
export class NextNodes {
  readonly #RED: NodeAPI;
  readonly #ids: readonly string[];

  /** Call it before the deploy stops a node: what Node-RED does not find then, it never finds. */
  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#ids = targetsOf(node).filter((id) => RED.nodes.getNode(id));
  }

  /** Messages are sent now. Returns a function that tells later whether none of the nodes can have got them. */
  sending(): () => boolean {
    const nodes = this.#ids.map((id) => [id, this.#find(id)] as const);
    return () => nodes.length > 0 && nodes.every(([id, node]) => !node || this.#find(id) !== node);
  }

  #find(id: string): Node | null | undefined {
    return this.#RED.nodes.getNode(id);
  }
}
