// The retained messages (MQTT 5, section 3.3.1.3), in a tree of topic levels. A filter finds its messages without a
// look at the others.

import { matchedText, type TopicFilter } from '../../core/topics/topic-filter';
import type { Publication } from '../publications/publication';

interface Level {
  publication: Publication | undefined;
  children: Map<string, Level> | undefined;
}

export interface RetainedLimits {
  readonly count: number;
  readonly bytes: number;
}

export class RetainedMessages {
  readonly #limits: RetainedLimits;
  readonly #root: Level = { publication: undefined, children: undefined };
  #count = 0;
  #bytes = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /** approximate bytes in memory */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is room for `publication` in place of the present one of its topic. */
  hasRoomFor(publication: Publication): boolean {
    if (publication.payloadLength === 0) return true;
    const before = this.#find(publication.topic)?.publication;
    const count = this.#count + (before ? 0 : 1);
    const bytes = this.#bytes - (before?.size ?? 0) + publication.size;
    return count <= this.#limits.count && bytes <= this.#limits.bytes;
  }

  /** Retains `publication` for its topic. True when there was none before. */
  set(publication: Publication): boolean {
    let level = this.#root;
    for (const name of publication.topic.split('/')) {
      level.children ??= new Map();
      let child = level.children.get(name);
      if (!child) {
        child = { publication: undefined, children: undefined };
        level.children.set(name, child);
      }
      level = child;
    }
    const before = level.publication;
    if (before) {
      this.#bytes -= before.size;
      before.isKept = false;
    } else this.#count++;
    level.publication = publication;
    publication.isKept = true;
    this.#bytes += publication.size;
    return before === undefined;
  }

  /** Deletes the retained message of `topic`. False when there was none. */
  delete(topic: string): boolean {
    const names = topic.split('/');
    const way: Level[] = [this.#root];
    for (const name of names) {
      const child = way.at(-1)?.children?.get(name);
      if (!child) return false;
      way.push(child);
    }
    const last = way.at(-1);
    if (!last?.publication) return false;
    this.#count--;
    this.#bytes -= last.publication.size;
    last.publication.isKept = false;
    last.publication = undefined;
    for (let depth = names.length; depth > 0; depth--) {
      const level = way[depth];
      if (level?.publication || level?.children) break;
      const above = way[depth - 1];
      above?.children?.delete(names[depth - 1] as string);
      if (above?.children?.size === 0) above.children = undefined;
    }
    return true;
  }

  /** The messages whose topics match `filter`, in any order. */
  match(filter: TopicFilter): Publication[] {
    const found: Publication[] = [];
    const names = matchedText(filter).split('/');
    let reached = [this.#root];
    for (const [depth, name] of names.entries()) {
      if (name === '#') {
        for (const level of reached) collectBelow(level, depth === 0, found);
        return found;
      }
      const next: Level[] = [];
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
    for (const { publication } of reached) if (publication) found.push(publication);
    return found;
  }

  /** All of them. */
  all(): Publication[] {
    const found: Publication[] = [];
    collectBelow(this.#root, false, found);
    return found;
  }

  #find(topic: string): Level | undefined {
    let level: Level | undefined = this.#root;
    for (const name of topic.split('/')) {
      level = level.children?.get(name);
      if (!level) return undefined;
    }
    return level;
  }
}

/** Yields `level` and all levels below. Wildcards do not match a first level that begins with `$` (section 4.7.2). */
function collectBelow(start: Level, first: boolean, found: Publication[]): void {
  if (start.publication) found.push(start.publication);
  // An explicit stack instead of recursion, because topics have up to 32,767 levels.
  const stack: Level[] = [];
  if (start.children) {
    for (const [name, child] of start.children) if (!first || !name.startsWith('$')) stack.push(child);
  }
  for (let level = stack.pop(); level; level = stack.pop()) {
    if (level.publication) found.push(level.publication);
    if (level.children) for (const child of level.children.values()) stack.push(child);
  }
}
