// One value for each topic name, in a tree of topic levels: a filter finds its topics without a look at the others. The
// reverse, the filters of a topic, is TopicTrie.

import { matchedText, type TopicFilter } from './topic-filter';

interface Level<T> {
  value: T | undefined;
  children: Map<string, Level<T>> | undefined;
}

export class TopicIndex<T> {
  readonly #root: Level<T> = { value: undefined, children: undefined };
  #size = 0;
  #branches = 0;

  /** The number of topics with a value. */
  get size(): number {
    return this.#size;
  }

  /** The number of levels that have others below them: what the index takes of memory beside the values. */
  get branches(): number {
    return this.#branches;
  }

  /** By how many set() for `topic` would increase `branches`. */
  newBranches(topic: string): number {
    const names = topic.split('/');
    let level: Level<T> | undefined = this.#root;
    for (const [depth, name] of names.entries()) {
      const below: Level<T> | undefined = level.children?.get(name);
      // This level is another branch only where it had nothing below it, and all after it but the last.
      if (!below) return names.length - 1 - depth + (level.children ? 0 : 1);
      level = below;
    }
    return 0;
  }

  get(topic: string): T | undefined {
    let level: Level<T> | undefined = this.#root;
    for (const name of topic.split('/')) {
      level = level.children?.get(name);
      if (!level) return undefined;
    }
    return level.value;
  }

  /** Sets the value of `topic`. Returns the one before, or undefined when there was none. */
  set(topic: string, value: T): T | undefined {
    let level = this.#root;
    for (const name of topic.split('/')) {
      if (!level.children) {
        level.children = new Map();
        this.#branches++;
      }
      let child = level.children.get(name);
      if (!child) {
        child = { value: undefined, children: undefined };
        level.children.set(name, child);
      }
      level = child;
    }
    const before = level.value;
    if (before === undefined) this.#size++;
    level.value = value;
    return before;
  }

  /** Deletes `topic`, and levels that lead to no other. Returns its value, or undefined when there was none. */
  delete(topic: string): T | undefined {
    const names = topic.split('/');
    const way: Level<T>[] = [this.#root];
    for (const name of names) {
      const child = way.at(-1)?.children?.get(name);
      if (!child) return undefined;
      way.push(child);
    }
    const last = way.at(-1);
    const value = last?.value;
    if (!last || value === undefined) return undefined;
    this.#size--;
    last.value = undefined;
    for (let depth = names.length; depth > 0; depth--) {
      const level = way[depth];
      if (level?.value !== undefined || level?.children) break;
      const above = way[depth - 1];
      above?.children?.delete(names[depth - 1] as string);
      if (above?.children?.size !== 0) break;
      above.children = undefined;
      this.#branches--;
    }
    return value;
  }

  /** The values of the topics that `filter` matches, in any order. */
  match(filter: TopicFilter): T[] {
    const found: T[] = [];
    const names = matchedText(filter).split('/');
    let reached = [this.#root];
    for (const [depth, name] of names.entries()) {
      if (name === '#') {
        for (const level of reached) collectBelow(level, depth === 0, found);
        return found;
      }
      const next: Level<T>[] = [];
      for (const level of reached) {
        if (name !== '+') {
          const child = level.children?.get(name);
          if (child) next.push(child);
        } else if (level.children) {
          for (const [key, child] of level.children) if (depth > 0 || !key.startsWith('$')) next.push(child);
        }
      }
      reached = next;
    }
    for (const { value } of reached) if (value !== undefined) found.push(value);
    return found;
  }

  /** All values, in an order that stays as long as no topic comes or goes. Those below one level are together. */
  all(): T[] {
    const found: T[] = [];
    collectBelow(this.#root, false, found);
    return found;
  }
}

/** Adds the values of `level` and below. Wildcards do not match a first level that begins with `$` (section 4.7.2). */
function collectBelow<T>(start: Level<T>, first: boolean, found: T[]): void {
  if (start.value !== undefined) found.push(start.value);
  // An explicit stack instead of recursion, because topics have up to 32,767 levels.
  const stack: Level<T>[] = [];
  if (start.children) {
    for (const [name, child] of start.children) if (!first || !name.startsWith('$')) stack.push(child);
  }
  for (let level = stack.pop(); level; level = stack.pop()) {
    if (level.value !== undefined) found.push(level.value);
    if (level.children) for (const child of level.children.values()) stack.push(child);
  }
}
