// The routes that messages add and remove, beside the rules of the dialog.

import { DONE, type Done, found, type Result } from '../errors/result';
import type { Capture, TopicFilter, WireFilter } from '../topics/topic-filter';
import { isRecord } from '../values/plain-value';
import type { Template } from '../values/template';
import type { Route } from './route';
import {
  entriesOf,
  filterOfEntry,
  isRouteId,
  type NamedOutputs,
  outputOf,
  type ReadRoute,
  type RouteDefinition,
  readRoutes,
} from './route-definition';
import type { RouteTable } from './route-table';

/** Above this, sharing saves little, and routes that come and go must not leave more and more behind. */
const MOST_KINDS = 1_000;

const NO_CAPTURES: readonly Capture[] = [];

/**
 * A route that is its own filter: matching it among 100,000 touches one place of memory instead of two. The fields that
 * every message needs come first.
 */
class DynamicRoute implements Route, TopicFilter {
  readonly rank: number;
  readonly output: number;
  readonly test = undefined;
  readonly data: unknown;
  readonly topic: Template | undefined;
  readonly text: string;
  readonly captures: readonly Capture[];
  readonly wire: WireFilter;
  readonly key: string;
  readonly definition: RouteDefinition;
  declare readonly shareGroup?: string;

  constructor(
    { definition, output, topic, filter }: ReadRoute,
    captures: readonly Capture[],
    key: string,
    rank: number,
  ) {
    this.rank = rank;
    this.output = output;
    this.data = definition.data;
    this.topic = topic;
    this.text = filter.text;
    this.captures = captures;
    this.wire = filter.wire;
    this.key = key;
    this.definition = definition;
    if (filter.shareGroup !== undefined) this.shareGroup = filter.shareGroup;
  }

  get filter(): TopicFilter {
    return this;
  }
}

/** Each change is applied as a whole, or not at all when one of its entries is invalid. */
export class DynamicRoutes {
  readonly #table: RouteTable<Route>;
  readonly #outputs: NamedOutputs;
  readonly #routes = new Map<string, DynamicRoute>();
  /** The shared captures of filters. Most of 100,000 routes have the same ones. */
  readonly #captures = new Map<string, readonly Capture[]>();
  #nextRank: number;

  /** The routes rank after those that `table` holds now: the rules. */
  constructor(table: RouteTable<Route>, outputs: NamedOutputs) {
    this.#table = table;
    this.#outputs = outputs;
    this.#nextRank = outputs.rules.length;
  }

  get size(): number {
    return this.#routes.size;
  }

  /** The routes as they were given, in order. */
  list(): RouteDefinition[] {
    return Array.from(this.#routes.values(), ({ definition }) => definition);
  }

  /** Adds routes. A route that exists already is replaced and keeps its place. */
  add(list: unknown): Done {
    const read = readRoutes(list, this.#outputs);
    if (!read.ok) return read;
    for (const route of read.value) this.#put(route);
    return DONE;
  }

  /** Replaces all routes. */
  replace(list: unknown): Done {
    const read = readRoutes(list, this.#outputs);
    if (!read.ok) return read;
    for (const route of this.#routes.values()) this.#table.remove(route);
    this.#routes.clear();
    this.#captures.clear();
    for (const route of read.value) this.#put(route);
    return DONE;
  }

  /**
   * Removes routes by `id`, or all routes with a filter, at one output if the entry names it. A route that does not
   * exist is no error, as with UNSUBSCRIBE (MQTT 5, section 3.11.3: "No subscription existed" is a success).
   */
  remove(list: unknown): Done {
    const entries = entriesOf(list);
    if (!entries.ok) return entries;
    const routes = new Set<DynamicRoute>();
    for (const [index, entry] of entries.value.entries()) {
      const named = this.#find(entry, index);
      if (!named.ok) return named;
      for (const route of named.value) routes.add(route);
    }
    for (const route of routes) this.#delete(route);
    return DONE;
  }

  #find(entry: unknown, index: number): Result<readonly DynamicRoute[]> {
    if (isRecord(entry) && isRouteId(entry.id)) {
      const route = this.#routes.get(idKey(entry.id));
      return found(route ? [route] : []);
    }
    const read = filterOfEntry(entry, index);
    if (!read.ok) return read;
    const filter = read.value;
    const routes = this.#table
      .withFilter(filter)
      .filter((route) => route instanceof DynamicRoute)
      .filter(({ definition }) => definition.filter === filter.text);
    if (!isRecord(entry) || entry.output === undefined) return found(routes);
    // It may be named in another way than when the route was added.
    const wanted = outputOf(entry.output, this.#outputs);
    return found(routes.filter(({ output }) => output === wanted));
  }

  #put(read: ReadRoute): void {
    const key = this.#keyOf(read);
    const before = this.#routes.get(key);
    if (before) this.#table.remove(before);
    const route = new DynamicRoute(read, this.#shared(read.filter.captures), key, before?.rank ?? this.#nextRank++);
    this.#routes.set(key, route);
    this.#table.add(route);
  }

  /** The one shared copy of `captures`, which routed messages are likely to find in the cache. */
  #shared(captures: readonly Capture[]): readonly Capture[] {
    if (captures.length === 0) return NO_CAPTURES;
    const kind = captures.map(({ name, level, rest }) => `${level}${rest ? '#' : '+'}${name}`).join('/');
    const shared = this.#captures.get(kind) ?? captures;
    if (this.#captures.size >= MOST_KINDS) this.#captures.clear();
    this.#captures.set(kind, shared);
    return shared;
  }

  /** Most routes have neither an id nor an output. The filter itself is then their key and costs no memory. */
  #keyOf({ definition: { id, filter }, output }: ReadRoute): string {
    if (id !== undefined) return idKey(id);
    return output === this.#outputs.unnamed ? filter : `\0${output} ${filter}`;
  }

  #delete(route: DynamicRoute): void {
    this.#table.remove(route);
    this.#routes.delete(route.key);
  }
}

/** No filter contains U+0000 (MQTT 5, section 4.7.3), so keys of different kinds cannot collide. */
function idKey(id: string | number): string {
  return `\0id ${id}`;
}
