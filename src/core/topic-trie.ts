// Which of many topic filters match a topic: the index under subscriptions and routes.
// Knows filters and values only; who the values are, and in which order they count, is the caller's.

import type { TopicFilter } from './topic-filter';
import { restMatches } from './topic-rest';

/** The values of filters that are the same from here on. */
class Leaf<T> {
  /** The levels below, not yet cut into branches; undefined when the filters end here. */
  rest: string | undefined;
  first: T;
  /** Most filters have one value: a list of its own for each costs more memory, and a look further away. */
  others: T[] | undefined;

  constructor(rest: string | undefined, value: T) {
    this.rest = rest;
    this.first = value;
  }

  add(value: T): void {
    this.others ??= [];
    this.others.push(value);
  }
}

/** A level of which filters differ. */
class Branch<T> {
  children: Map<string, Branch<T> | Leaf<T>> | undefined;
  plus: Branch<T> | Leaf<T> | undefined;
  /** The filters that end with the level above. */
  end: Leaf<T> | undefined;
  /** The filters that end with `#` on this level. */
  hash: Leaf<T> | undefined;

  get empty(): boolean {
    return !this.children && !this.plus && !this.end && !this.hash;
  }
}

/** Where the values of a filter are: the branches on the way, each left by the level of the same place. */
interface Place<T> {
  readonly branches: readonly Branch<T>[];
  readonly leaf: Leaf<T>;
}

/**
 * A trie over the levels of topic filters, with MQTT's rules (MQTT 5, section 4.7): `+` matches an empty level,
 * `#` its parent, and neither matches a first level beginning with `$`. No recursion, so depth costs no stack.
 *
 * What a look-up costs among many filters is memory that is not in the cache. So a filter without wildcards is one
 * entry of a map, and the others are cut into levels only as far as they differ.
 */
export class TopicTrie<T> {
  readonly #exact = new Map<string, Leaf<T>>();
  readonly #root = new Branch<T>();
  #size = 0;
  // The frontiers of the walk in match(): kept so that a match allocates only its result.
  #current: Branch<T>[] = [];
  #next: Branch<T>[] = [];

  /** How many (filter, value) pairs are held. */
  get size(): number {
    return this.#size;
  }

  /** Adds `value` under `filter`. The same pair may be added more than once; each takes one remove(). */
  add(filter: TopicFilter, value: T): void {
    const text = matchedText(filter);
    this.#size++;
    if (hasWildcard(text)) return this.#insert(filter.levels, text, value);
    const leaf = this.#exact.get(text);
    if (leaf) leaf.add(value);
    else this.#exact.set(text, new Leaf(undefined, value));
  }

  /** Removes `value` from `filter` once and prunes what nothing needs any more. False when it was not there. */
  remove(filter: TopicFilter, value: T): boolean {
    const text = matchedText(filter);
    const place = hasWildcard(text) ? this.#find(filter.levels, text) : undefined;
    const leaf = place?.leaf ?? this.#exact.get(text);
    if (!leaf) return false;
    const left = withoutValue(leaf, value);
    if (left === undefined) return false;
    this.#size--;
    if (left > 0) return true;
    if (place) prune(place.branches, filter.levels);
    else this.#exact.delete(text);
    return true;
  }

  /** The values under this very filter, whatever the names of its wildcards, in no promised order. */
  valuesOf(filter: TopicFilter): T[] {
    const text = matchedText(filter);
    const leaf = hasWildcard(text) ? this.#find(filter.levels, text)?.leaf : this.#exact.get(text);
    return leaf ? [leaf.first, ...(leaf.others ?? [])] : [];
  }

  /** The values of all filters that match `topic`, in no promised order; a value stands once per filter it is under. */
  match(topic: string): T[] {
    const found: T[] = [];
    const exact = this.#exact.get(topic);
    if (exact) collect(found, exact);
    if (!this.#root.empty) this.#walk(topic, found);
    return found;
  }

  #walk(topic: string, found: T[]): void {
    let current = this.#current;
    let next = this.#next;
    current.push(this.#root);
    // MQTT 5, section 4.7.2: a wildcard at the start matches no topic that begins with `$`.
    let wildcards = topic.charCodeAt(0) !== DOLLAR;
    for (let start = 0; start <= topic.length && current.length > 0; ) {
      const slash = topic.indexOf('/', start);
      const end = slash === -1 ? topic.length : slash;
      const level = topic.slice(start, end);
      for (const branch of current) {
        if (wildcards && branch.hash) collect(found, branch.hash);
        follow(branch.children?.get(level), topic, end, found, next);
        if (wildcards) follow(branch.plus, topic, end, found, next);
      }
      current.length = 0;
      [current, next] = [next, current];
      wildcards = true;
      start = end + 1;
    }
    // Filters that end with the topic, and `#` one level below it, which matches its parent (section 4.7.1.2).
    for (const branch of current) {
      if (branch.end) collect(found, branch.end);
      if (branch.hash) collect(found, branch.hash);
    }
    current.length = 0;
  }

  #insert(levels: readonly string[], text: string, value: T): void {
    let branch = this.#root;
    let start = 0;
    for (let depth = 0; ; depth++) {
      const level = levels[depth];
      start += (level?.length ?? 0) + 1;
      const rest = start > text.length ? undefined : text.slice(start);
      const target = at(branch, level);
      if (!target) return link(branch, level, new Leaf(rest, value));
      if (target instanceof Leaf) {
        if (target.rest === rest) return target.add(value);
        const grown = new Branch<T>();
        link(branch, level, grown);
        sink(target, grown);
        branch = grown;
      } else {
        branch = target;
      }
    }
  }

  #find(levels: readonly string[], text: string): Place<T> | undefined {
    const branches = [this.#root];
    let branch = this.#root;
    let start = 0;
    for (let depth = 0; ; depth++) {
      const level = levels[depth];
      start += (level?.length ?? 0) + 1;
      const target = at(branch, level);
      if (!target) return undefined;
      if (target instanceof Leaf) {
        const rest = start > text.length ? undefined : text.slice(start);
        return target.rest === rest ? { branches, leaf: target } : undefined;
      }
      branches.push(target);
      branch = target;
    }
  }
}

const DOLLAR = '$'.charCodeAt(0);

/** The filter that decides about matching, as text: `$share/group/` is for the server. */
function matchedText({ wire, shareGroup }: TopicFilter): string {
  return shareGroup === undefined ? wire : wire.slice(`$share/${shareGroup}/`.length);
}

function hasWildcard(text: string): boolean {
  return text.includes('+') || text.includes('#');
}

function collect<T>(found: T[], leaf: Leaf<T>): void {
  found.push(leaf.first);
  if (leaf.others) for (const value of leaf.others) found.push(value);
}

/** Goes from a level that ends at `end` to what is below it: a leaf is decided here and now. */
function follow<T>(
  target: Branch<T> | Leaf<T> | undefined,
  topic: string,
  end: number,
  found: T[],
  next: Branch<T>[],
): void {
  if (target === undefined) return;
  if (target instanceof Branch) next.push(target);
  else if (target.rest === undefined ? end === topic.length : restMatches(target.rest, topic, end + 1)) {
    collect(found, target);
  }
}

/** What `level` leads to; undefined stands for the end of the filter. */
function at<T>(branch: Branch<T>, level: string | undefined): Branch<T> | Leaf<T> | undefined {
  if (level === undefined) return branch.end;
  if (level === '#') return branch.hash;
  return level === '+' ? branch.plus : branch.children?.get(level);
}

/** Below an end and below `#` there is nothing, so that only leaves come there. */
function link<T>(branch: Branch<T>, level: string | undefined, target: Branch<T> | Leaf<T>): void {
  if (level === '+') {
    branch.plus = target;
  } else if (level === undefined || level === '#') {
    if (target instanceof Branch) throw new Error('A filter goes on below its end');
    if (level === '#') branch.hash = target;
    else branch.end = target;
  } else {
    branch.children ??= new Map();
    branch.children.set(level, target);
  }
}

function unlink<T>(branch: Branch<T>, level: string | undefined): void {
  if (level === undefined) branch.end = undefined;
  else if (level === '#') branch.hash = undefined;
  else if (level === '+') branch.plus = undefined;
  else if (branch.children?.delete(level) && branch.children.size === 0) branch.children = undefined;
}

/** Hangs `leaf` into the empty `branch` that has taken its place, one level below. */
function sink<T>(leaf: Leaf<T>, branch: Branch<T>): void {
  const { rest } = leaf;
  const slash = rest?.indexOf('/') ?? -1;
  leaf.rest = slash === -1 ? undefined : rest?.slice(slash + 1);
  link(branch, slash === -1 ? rest : rest?.slice(0, slash), leaf);
}

/** Takes `value` out of `leaf` once; how many are left there, or undefined when it was not there. */
function withoutValue<T>(leaf: Leaf<T>, value: T): number | undefined {
  const { others } = leaf;
  const index = others?.indexOf(value) ?? -1;
  if (others && index !== -1) {
    others.splice(index, 1);
  } else {
    if (leaf.first !== value) return undefined;
    if (!others) return 0;
    // A list of others is never empty.
    leaf.first = others.shift() as T;
  }
  if (others.length === 0) leaf.others = undefined;
  return 1 + others.length;
}

/** Takes the last step of the way, and then empty branches; `levels[i]` leads on from `branches[i]`. */
function prune<T>(branches: readonly Branch<T>[], levels: readonly string[]): void {
  for (let i = branches.length - 1; i >= 0; i--) {
    const branch = branches[i] as Branch<T>;
    unlink(branch, levels[i]);
    if (!branch.empty) return;
  }
}
