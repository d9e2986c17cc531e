// Passes a thing from a node to its next instance while a deploy replaces it.

import type { Node, NodeAPI } from 'node-red';
import { onDeploy } from './deploy-events';

interface Left<T> {
  readonly thing: T;
  readonly stopWaiting: () => void;
}

export class Handover<T> {
  /** By node id. */
  readonly #left = new Map<string, Left<T>>();

  /** What the earlier instance of `node` has left, if anything. */
  take(node: Node): T | undefined {
    const left = this.#left.get(node.id);
    left?.stopWaiting();
    this.#left.delete(node.id);
    return left?.thing;
  }

  /**
   * Keeps `thing` until the current deploy is over, however long other nodes take to close: Node-RED limits that. If no
   * instance has taken it by then, `end` is called.
   */
  leave(RED: NodeAPI, node: Node, thing: T, end: () => void): void {
    const giveUp = (): void => {
      left.stopWaiting();
      this.#left.delete(node.id);
      end();
    };
    const left = { thing, stopWaiting: onDeploy(RED, 'over', giveUp) };
    this.#left.set(node.id, left);
  }
}
