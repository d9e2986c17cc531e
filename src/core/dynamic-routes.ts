// The routes that messages add and remove, beside the rules of the dialog.

import { MqttFlowsError } from './mqtt-flows-error';
import type { Route } from './route';
import {
  entriesOf,
  filterOfEntry,
  isRecord,
  isRouteId,
  type NamedOutputs,
  type ReadRoute,
  type RouteDefinition,
  readRoutes,
} from './route-definition';
import type { RouteTable } from './route-table';

class DynamicRoute implements Route {
  readonly filter;
  readonly output;
  readonly topic;
  readonly definition: RouteDefinition;
  readonly test = undefined;

  constructor(
    { definition, filter, output, topic }: ReadRoute,
    readonly key: string,
    readonly rank: number,
  ) {
    this.filter = filter;
    this.output = output;
    this.topic = topic;
    this.definition = definition;
  }

  get data(): unknown {
    return this.definition.data;
  }
}

/** Each change is made as a whole, or not at all when one of its entries is none. */
export class DynamicRoutes {
  readonly #table: RouteTable<Route>;
  readonly #outputs: NamedOutputs;
  readonly #routes = new Map<string, DynamicRoute>();
  #nextRank: number;

  /** The routes come after those that `table` has now: the rules. */
  constructor(table: RouteTable<Route>, outputs: NamedOutputs) {
    this.#table = table;
    this.#outputs = outputs;
    this.#nextRank = outputs.rules.length;
  }

  get size(): number {
    return this.#routes.size;
  }

  /** The routes as they were given, in their order. */
  list(): RouteDefinition[] {
    return Array.from(this.#routes.values(), ({ definition }) => definition);
  }

  /** Adds routes; one that is there already is replaced and keeps its place. */
  add(list: unknown): MqttFlowsError | undefined {
    const read = readRoutes(list, this.#outputs);
    if (read instanceof MqttFlowsError) return read;
    for (const route of read) this.#put(route);
    return undefined;
  }

  /** Puts routes in the place of all that are there. */
  replace(list: unknown): MqttFlowsError | undefined {
    const read = readRoutes(list, this.#outputs);
    if (read instanceof MqttFlowsError) return read;
    for (const route of this.#routes.values()) this.#table.remove(route);
    this.#routes.clear();
    for (const route of read) this.#put(route);
    return undefined;
  }

  /**
   * Removes routes: by their `id`, or all with a filter, at one output where the entry names it. One that is not there is
   * no error, as with UNSUBSCRIBE (MQTT 5, section 3.11.3: "No subscription existed" is a success).
   */
  remove(list: unknown): MqttFlowsError | undefined {
    const entries = entriesOf(list);
    if (entries instanceof MqttFlowsError) return entries;
    const routes = new Set<DynamicRoute>();
    for (const [index, entry] of entries.entries()) {
      const found = this.#find(entry, index);
      if (found instanceof MqttFlowsError) return found;
      for (const route of found) routes.add(route);
    }
    for (const route of routes) this.#delete(route);
    return undefined;
  }

  #find(entry: unknown, index: number): readonly DynamicRoute[] | MqttFlowsError {
    if (isRecord(entry) && isRouteId(entry.id)) {
      const route = this.#routes.get(idKey(entry.id));
      return route ? [route] : [];
    }
    const filter = filterOfEntry(entry, index);
    if (filter instanceof MqttFlowsError) return filter;
    const output = isRecord(entry) ? entry.output : undefined;
    return this.#table
      .withFilter(filter)
      .filter((route) => route instanceof DynamicRoute)
      .filter(({ definition }) => definition.filter === filter.text)
      .filter(({ definition }) => output === undefined || definition.output === output);
  }

  #put(read: ReadRoute): void {
    const { id, filter } = read.definition;
    const key = id === undefined ? `${read.output} ${filter}` : idKey(id);
    const before = this.#routes.get(key);
    if (before) this.#table.remove(before);
    const route = new DynamicRoute(read, key, before?.rank ?? this.#nextRank++);
    this.#routes.set(key, route);
    this.#table.add(route);
  }

  #delete(route: DynamicRoute): void {
    this.#table.remove(route);
    this.#routes.delete(route.key);
  }
}

/** No key of a filter begins so: those begin with the number of an output. */
function idKey(id: string | number): string {
  return `id ${id}`;
}
