// Which of many topic filters match a topic: the index under subscriptions and routes.
// Knows filters and values only; who the values are, and in which order they count, is the caller's.

import type { TopicFilter } from './topic-filter';

class TrieNode<T> {
  children: Map<string, TrieNode<T>> | undefined;
  plus: TrieNode<T> | undefined;
  /** Values of filters that end here. */
  values: T[] | undefined;
  /** Values of filters that end here with `/#`. */
  hashValues: T[] | undefined;

  get empty(): boolean {
    return !this.children && !this.plus && !this.values && !this.hashValues;
  }
}

/**
 * A trie over the levels of topic filters, with MQTT's rules (MQTT 5, section 4.7): `+` matches an empty level,
 * `#` its parent, and neither matches a first level beginning with `$`. No recursion, so depth costs no stack.
 */
export class TopicTrie<T> {
  readonly #root = new TrieNode<T>();
  #size = 0;
  // The frontiers of the walk in match(): kept so that a match allocates only its result.
  #current: TrieNode<T>[] = [];
  #next: TrieNode<T>[] = [];

  /** How many (filter, value) pairs are held. */
  get size(): number {
    return this.#size;
  }

  /** Adds `value` under `filter`. The same pair may be added more than once; each takes one remove(). */
  add(filter: TopicFilter, value: T): void {
    const { levels } = filter;
    const hash = levels.at(-1) === '#';
    let node = this.#root;
    for (let i = 0; i < levels.length - (hash ? 1 : 0); i++) node = descendOrCreate(node, levels[i] as string);
    if (hash) {
      node.hashValues ??= [];
      node.hashValues.push(value);
    } else {
      node.values ??= [];
      node.values.push(value);
    }
    this.#size++;
  }

  /** Removes `value` from `filter` once and prunes what nothing needs any more. False when it was not there. */
  remove(filter: TopicFilter, value: T): boolean {
    const { levels } = filter;
    const hash = levels.at(-1) === '#';
    const path: TrieNode<T>[] = [this.#root];
    for (let i = 0; i < levels.length - (hash ? 1 : 0); i++) {
      const next = descend(path[i] as TrieNode<T>, levels[i] as string);
      if (!next) return false;
      path.push(next);
    }
    const last = path.at(-1) as TrieNode<T>;
    const values = hash ? last.hashValues : last.values;
    const index = values?.indexOf(value) ?? -1;
    if (!values || index === -1) return false;
    values.splice(index, 1);
    if (values.length === 0) {
      if (hash) last.hashValues = undefined;
      else last.values = undefined;
    }
    prune(path, levels);
    this.#size--;
    return true;
  }

  /** The values of all filters that match `topic`, in no promised order; a value stands once per filter it is under. */
  match(topic: string): T[] {
    const found: T[] = [];
    let current = this.#current;
    let next = this.#next;
    current.push(this.#root);
    // MQTT 5, section 4.7.2: a wildcard at the start matches no topic that begins with `$`.
    let wildcards = topic.charCodeAt(0) !== DOLLAR;
    for (let start = 0; start <= topic.length && current.length > 0; ) {
      const slash = topic.indexOf('/', start);
      const end = slash === -1 ? topic.length : slash;
      const level = topic.slice(start, end);
      for (const node of current) {
        if (wildcards && node.hashValues) appendAll(found, node.hashValues);
        const child = node.children?.get(level);
        if (child) next.push(child);
        if (wildcards && node.plus) next.push(node.plus);
      }
      current.length = 0;
      [current, next] = [next, current];
      wildcards = true;
      start = end + 1;
    }
    // Filters that end with the topic, and `#` one level below it, which matches its parent (section 4.7.1.2).
    for (const node of current) {
      if (node.values) appendAll(found, node.values);
      if (node.hashValues) appendAll(found, node.hashValues);
    }
    current.length = 0;
    return found;
  }
}

const DOLLAR = '$'.charCodeAt(0);

function appendAll<T>(target: T[], values: readonly T[]): void {
  for (const value of values) target.push(value);
}

function descend<T>(node: TrieNode<T>, level: string): TrieNode<T> | undefined {
  return level === '+' ? node.plus : node.children?.get(level);
}

function descendOrCreate<T>(node: TrieNode<T>, level: string): TrieNode<T> {
  const existing = descend(node, level);
  if (existing) return existing;
  const created = new TrieNode<T>();
  if (level === '+') {
    node.plus = created;
  } else {
    node.children ??= new Map();
    node.children.set(level, created);
  }
  return created;
}

/** Takes empty nodes off the end of `path`; `levels[i]` leads from `path[i]` to `path[i + 1]`. */
function prune<T>(path: readonly TrieNode<T>[], levels: readonly string[]): void {
  for (let i = path.length - 1; i > 0 && (path[i] as TrieNode<T>).empty; i--) {
    const parent = path[i - 1] as TrieNode<T>;
    const level = levels[i - 1] as string;
    if (level === '+') {
      parent.plus = undefined;
    } else {
      parent.children?.delete(level);
      if (parent.children?.size === 0) parent.children = undefined;
    }
  }
}
