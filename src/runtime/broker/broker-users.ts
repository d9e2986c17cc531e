// The nodes that use a broker node: they decide whether it connects, and their flows hear of its failures.

import type { Node } from 'node-red';

export class BrokerUsers {
  readonly #nodes = new Set<Node>();
  /**
   * The first user on each flow, by id. Node-RED hands an error of a config node to the flows of those that stand in its
   * property `users`: with one of each flow, a Catch node hears of an outage once, however many nodes it concerns.
   */
  readonly reporters: Record<string, Node> = {};

  get count(): number {
    return this.#nodes.size;
  }

  /** Counts `user` until it is closed. */
  add(user: Node): void {
    this.#nodes.add(user);
    this.#chooseReporters();
    user.on('close', () => {
      this.#nodes.delete(user);
      this.#chooseReporters();
    });
  }

  #chooseReporters(): void {
    for (const id of Object.keys(this.reporters)) delete this.reporters[id];
    const flows = new Set<string | undefined>();
    for (const node of this.#nodes) {
      if (flows.has(node.z)) continue;
      flows.add(node.z);
      this.reporters[node.id] = node;
    }
  }
}
