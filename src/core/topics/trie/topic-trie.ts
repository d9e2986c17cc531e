// Finds the topic filters that match a topic: the index under subscriptions and routes. It knows filters and values
// only; the caller knows what the values are and how they are ordered.

import { matchedText, type TopicFilter } from '../topic-filter';
import { BranchTable } from './branch-table';
import { EdgeTable } from './edge-table';
import { LeafValues } from './leaf-values';
import { codeOf, END, filterLevel, HASH, HASH_START, hashWith, type LevelCode, PLUS, SLASH_UNIT } from './topic-levels';

/** The path of a filter: the branches, and for each the start of the level that leads on from it. */
interface Place {
  readonly branches: readonly number[];
  readonly starts: readonly number[];
  readonly leaf: number;
}

const DOLLAR_UNIT = '$'.charCodeAt(0);

/**
 * A trie over the levels of topic filters, with MQTT's rules (MQTT 5, section 4.7): `+` matches an empty level, `#` its
 * parent, and neither matches a first level beginning with `$`. It does not recurse, so depth costs no stack.
 * Among many filters, the cost of a lookup is memory that is not in the cache. So the trie consists of numbers in a few
 * arrays, and filters are cut into levels only as far as they differ.
 */
export class TopicTrie<T> {
  readonly #branches = new BranchTable();
  readonly #edges = new EdgeTable();
  readonly #values = new LeafValues<T>();
  readonly #root = this.#branches.create();
  #size = 0;
  // The frontiers of the walk in match(), kept so that a match allocates its result only.
  #current: number[] = [];
  #next: number[] = [];

  /** The number of (filter, value) pairs. */
  get size(): number {
    return this.#size;
  }

  /** Adds `value` under `filter`. The same pair may be added more than once; each addition takes one remove(). */
  add(filter: TopicFilter, value: T): void {
    this.#size++;
    const text = matchedText(filter);
    let branch = this.#root;
    for (let start = 0; ; start = afterLevel(text, start)) {
      const entry = this.#edges.find(branch, text, start);
      if (entry === -1) {
        const level = this.#edges.add(branch, text, start, -this.#values.create(value));
        return this.#branches.count(branch, level, 1);
      }
      const target = this.#edges.targetOf(entry);
      if (target > 0) {
        branch = target;
      } else {
        if (this.#edges.isFor(entry, text, start)) return this.#values.add(-target, value);
        branch = this.#branches.create();
        this.#branches.count(branch, this.#edges.grow(entry, branch), 1);
      }
    }
  }

  /** Removes `value` from `filter` once and prunes unused branches. False when it was not there. */
  remove(filter: TopicFilter, value: T): boolean {
    const text = matchedText(filter);
    const place = this.#find(text);
    const left = place && this.#values.remove(place.leaf, value);
    if (!place || left === undefined) return false;
    this.#size--;
    if (left === 0) this.#prune(place, text);
    return true;
  }

  /** The values under this filter, whatever the names of its wildcards, in any order. */
  valuesOf(filter: TopicFilter): T[] {
    const found: T[] = [];
    const place = this.#find(matchedText(filter));
    if (place) this.#values.collect(place.leaf, found);
    return found;
  }

  /**
   * The values of all filters that match `topic`, in any order. A value occurs once for each filter that it is under.
   */
  match(topic: string): T[] {
    const found: T[] = [];
    if (this.#size === 0) return found;
    let current = this.#current;
    let next = this.#next;
    current[0] = this.#root;
    let count = 1;
    // MQTT 5, section 4.7.2: a wildcard at the start matches no topic that begins with `$`.
    let wildcards = topic.charCodeAt(0) !== DOLLAR_UNIT;
    for (let end = -1; end < topic.length && count > 0; ) {
      const start = end + 1;
      let hash = HASH_START;
      for (end = start; end < topic.length; end++) {
        const unit = topic.charCodeAt(end);
        if (unit === SLASH_UNIT) break;
        hash = hashWith(hash, unit);
      }
      const level = codeOf(hash);
      let reached = 0;
      for (let i = 0; i < count; i++) {
        const branch = current[i] as number;
        const literal = this.#follow(branch, level, topic, start, found);
        if (literal !== 0) next[reached++] = literal;
        if (!wildcards) continue;
        const plus = this.#follow(branch, PLUS, topic, start, found);
        if (plus !== 0) next[reached++] = plus;
        this.#follow(branch, HASH, topic, start, found);
      }
      [current, next] = [next, current];
      count = reached;
      wildcards = true;
    }
    // Filters that end with the topic, and `#` one level below it, which matches its parent (section 4.7.1.2).
    for (let i = 0; i < count; i++) {
      this.#follow(current[i] as number, END, topic, topic.length, found);
      this.#follow(current[i] as number, HASH, topic, topic.length, found);
    }
    return found;
  }

  /** The branch to which `level` leads, or 0. When it leads to a leaf, its values are added to `found`. */
  #follow(branch: number, level: LevelCode, topic: string, start: number, found: T[]): number {
    if (!this.#branches.has(branch, level)) return 0;
    const target = this.#edges.follow(branch, level, topic, start);
    if (target >= 0) return target;
    this.#values.collect(-target, found);
    return 0;
  }

  #find(text: string): Place | undefined {
    const branches: number[] = [];
    const starts: number[] = [];
    let branch = this.#root;
    for (let start = 0; ; start = afterLevel(text, start)) {
      branches.push(branch);
      starts.push(start);
      const entry = this.#edges.find(branch, text, start);
      if (entry === -1) return undefined;
      const target = this.#edges.targetOf(entry);
      if (target < 0) return this.#edges.isFor(entry, text, start) ? { branches, starts, leaf: -target } : undefined;
      branch = target;
    }
  }

  /** Removes the last edge of the path, and then empty branches. */
  #prune({ branches, starts }: Place, text: string): void {
    for (let i = branches.length - 1; i >= 0; i--) {
      const branch = branches[i] as number;
      const start = starts[i] as number;
      this.#edges.delete(this.#edges.find(branch, text, start));
      this.#branches.count(branch, filterLevel(text, start), -1);
      if (branch === this.#root || !this.#branches.isEmpty(branch)) return;
      this.#branches.release(branch);
    }
  }
}

/** The start of the next level; one beyond the end of `filter` when there is none. */
function afterLevel(filter: string, start: number): number {
  const slash = filter.indexOf('/', start);
  return slash === -1 ? filter.length + 1 : slash + 1;
}
