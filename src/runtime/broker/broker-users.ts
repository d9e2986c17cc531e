// The nodes that use a broker node. They decide whether it connects, and their flows get its errors.

import type { Node } from 'node-red';

export class BrokerUsers {
  readonly #nodes = new Set<Node>();
  /**
   * The first user on each flow, by id. Node-RED routes an error of a config node to the flows of the nodes in its
   * property `users`. With one node for each flow, a Catch node gets an outage once, however many nodes it affects.
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
