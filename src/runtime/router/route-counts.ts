// Counts how many messages each rule of a router has taken since the deploy, for the dialog.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { RouteCounts } from '../../core/reports/route-counts';
import type { Route } from '../../core/routes/route';
import { editorId } from '../deploy/saved-nodes';

/** The counters of one running node. */
export class RouteCounter {
  readonly #rules: readonly string[];
  readonly #taken: number[];
  #dynamic = 0;
  #otherwise = 0;
  readonly #routes: () => number;

  constructor(rules: readonly string[], routes: () => number) {
    this.#rules = rules;
    this.#taken = rules.map(() => 0);
    this.#routes = routes;
  }

  /** Counts a message that these routes have taken. */
  count(taken: readonly Route[]): void {
    if (taken.length === 0) this.#otherwise++;
    for (const { rank } of taken) {
      if (rank < this.#taken.length) this.#taken[rank] = (this.#taken[rank] ?? 0) + 1;
      else this.#dynamic++;
    }
  }

  get counts(): RouteCounts {
    const rules = this.#rules.map((filter, rank) => ({ filter, taken: this.#taken[rank] ?? 0 }));
    return { rules, dynamic: this.#dynamic, otherwise: this.#otherwise, routes: this.#routes() };
  }
}

/** By the id in the editor. A node in a subflow runs once for each instance. */
const counters = new Map<string, Set<RouteCounter>>();

/** Makes `counter` available to the dialog of `node` until the node is closed. */
export function showCounts(node: Node, definition: NodeDef, counter: RouteCounter): void {
  const id = editorId(definition);
  const instances = counters.get(id) ?? new Set();
  counters.set(id, instances.add(counter));
  node.on('close', () => {
    instances.delete(counter);
    if (instances.size === 0 && counters.get(id) === instances) counters.delete(id);
  });
}

/** Serves the counts of each router to users who may read flows. */
export function serveCounts(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/mqtt-flows/routers/:id/counts',
    RED.auth.needsPermission('mqtt-flows.read'),
    (request, response) => {
      const counts = sum([...(counters.get(String(request.params.id)) ?? [])].map((counter) => counter.counts));
      // The dialog may belong to a node that is not deployed yet.
      if (counts) response.json(counts);
      else response.status(204).end();
    },
  );
}

function sum(all: readonly RouteCounts[]): RouteCounts | undefined {
  const [first] = all;
  if (!first) return undefined;
  const total = (value: (counts: RouteCounts) => number): number => all.reduce((so, counts) => so + value(counts), 0);
  return {
    rules: first.rules.map(({ filter }, rank) => ({ filter, taken: total(({ rules }) => rules[rank]?.taken ?? 0) })),
    dynamic: total(({ dynamic }) => dynamic),
    otherwise: total(({ otherwise }) => otherwise),
    routes: total(({ routes }) => routes),
  };
}
