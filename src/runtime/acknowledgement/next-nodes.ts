// Whether the nodes behind a node were stopped by a deploy before a message has reached them. Node-RED hands messages on
// by setImmediate(), and a stopped node gets none.

import type { Node, NodeAPI } from 'node-red';
import { wiresOf } from './lasting-nodes';

/** Tells whether no node has got a message by `output`, counted from 0, or by any output. */
export type Missed = (output: number | undefined) => boolean;

/** The nodes behind one node while a deploy is under way. */
export class NextNodes {
  readonly #RED: NodeAPI;
  /** By output. */
  readonly #ids: readonly (readonly string[])[];

  /** Call it before the deploy stops a node: what Node-RED does not find then, it never finds. */
  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#ids = wiresOf(node).map((targets) => targets.filter((id) => RED.nodes.getNode(id)));
  }

  /** Messages are sent now. Returns a function that tells later whether none of the nodes can have got them. */
  sending(): Missed {
    const nodes = new Map(this.#ids.flat().map((id) => [id, this.#find(id)]));
    const gone = (id: string): boolean => !nodes.get(id) || this.#find(id) !== nodes.get(id);
    return (output) => {
      const behind = output === undefined ? [...nodes.keys()] : (this.#ids[output] ?? []);
      return behind.length > 0 && behind.every(gone);
    };
  }

  #find(id: string): Node | null | undefined {
    return this.#RED.nodes.getNode(id);
  }
}
