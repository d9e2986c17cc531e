// The edges of a trie: from a branch, by a level, to a branch or leaf. A hash table in one array of numbers. Among
// 100,000 entries, a lookup reads two places of memory: the entry and its text. A Map of strings reads about five.

import { PackedTexts } from './packed-texts';
import { END, filterLevel, HASH, type LevelCode, PLUS } from './topic-levels';

/** The target of an edge: the number of a branch, the negative number of a leaf, or 0 for none. */
export type Target = number;

const BRANCH = 0;
const LEVEL = 1;
/** Offset of the target. An entry without a target is free. */
const TARGET = 2;
/** Offset of the place of the text: for a branch the level, for a leaf the level and all below. */
const TEXT = 3;
const WIDTH = 4;
const LEAST_CAPACITY = 8;
/** Below this many units, packing the texts again is not worthwhile. */
const FEW_UNITS = 1024;

/** An entry is identified by its place, which any change may move. */
export class EdgeTable {
  /** A power of two. */
  #capacity = LEAST_CAPACITY;
  #entries = new Int32Array(LEAST_CAPACITY * WIDTH);
  #count = 0;
  #texts = new PackedTexts();
  /** Units of texts that are in use. */
  #needed = 0;

  /**
   * The target of the level of `topic` that begins at `start`, from `branch`: a branch, a leaf that matches the whole
   * rest of the topic, or none.
   */
  follow(branch: number, level: LevelCode, topic: string, start: number): Target {
    const entries = this.#entries;
    const last = this.#capacity - 1;
    for (let place = home(branch, level) & last; ; place = (place + 1) & last) {
      const at = place * WIDTH;
      const target = entries[at + TARGET] as number;
      if (target === 0) return 0;
      if (entries[at + LEVEL] !== level || entries[at + BRANCH] !== branch) continue;
      // No text is left to compare.
      if (level === HASH || level === END) return target;
      const text = entries[at + TEXT] as number;
      if (target < 0) {
        if (this.#texts.matches(text, topic, start)) return target;
      } else if (level === PLUS || this.#texts.beginsWithLevel(text, topic, start)) {
        return target;
      }
    }
  }

  /** The entry of the level of `filter` that begins at `start`, from `branch`; -1 when there is none. */
  find(branch: number, filter: string, start: number): number {
    const entries = this.#entries;
    const last = this.#capacity - 1;
    const level = filterLevel(filter, start);
    for (let place = home(branch, level) & last; ; place = (place + 1) & last) {
      const at = place * WIDTH;
      if (entries[at + TARGET] === 0) return -1;
      if (entries[at + LEVEL] !== level || entries[at + BRANCH] !== branch) continue;
      if (level < 0 || this.#texts.beginsWithLevel(entries[at + TEXT] as number, filter, start)) return place;
    }
  }

  targetOf(entry: number): Target {
    return this.#entries[entry * WIDTH + TARGET] as number;
  }

  /** Whether `entry`, which leads to a leaf, holds `filter` from `start` on. */
  isFor(entry: number, filter: string, start: number): boolean {
    return this.#texts.isRestOf(this.#entries[entry * WIDTH + TEXT] as number, filter, start);
  }

  /**
   * Adds an edge from `branch` to `leaf` for `filter` from `start` on, whose level has no entry yet. Returns the code
   * of the level.
   */
  add(branch: number, filter: string, start: number, leaf: Target): LevelCode {
    const level = filterLevel(filter, start);
    const from = Math.min(start, filter.length);
    this.#needed += filter.length - from + 1;
    this.#insert(branch, level, leaf, this.#texts.add(filter, from, filter.length));
    return level;
  }

  /** Inserts `branch` between the level of `entry` and its leaf. Returns the code of the level that follows there. */
  grow(entry: number, branch: number): LevelCode {
    const at = entry * WIDTH;
    const text = this.#entries[at + TEXT] as number;
    const leaf = this.#entries[at + TARGET] as number;
    const length = this.#texts.levelLength(text);
    const level = this.#texts.levelAfter(text + length);
    this.#entries[at + TARGET] = branch;
    this.#entries[at + TEXT] = this.#texts.copy(this.#texts, text, length);
    // The slash between them is no longer needed; an end has a text of its own.
    if (level === END) this.#needed++;
    this.#insert(branch, level, leaf, text + length + (level === END ? 0 : 1));
    return level;
  }

  delete(entry: number): void {
    const entries = this.#entries;
    const last = this.#capacity - 1;
    this.#needed -= this.#texts.lengthOf(entries[entry * WIDTH + TEXT] as number) + 1;
    this.#count--;
    let free = entry;
    // Entries that were displaced by this one move back, so that no search ends before it finds them.
    for (let place = (entry + 1) & last; entries[place * WIDTH + TARGET] !== 0; place = (place + 1) & last) {
      const at = place * WIDTH;
      const wanted = home(entries[at + BRANCH] as number, entries[at + LEVEL] as number);
      if (((place - wanted) & last) < ((place - free) & last)) continue;
      entries.copyWithin(free * WIDTH, at, at + WIDTH);
      free = place;
    }
    entries[free * WIDTH + TARGET] = 0;
    if (this.#capacity > LEAST_CAPACITY && this.#count * 8 < this.#capacity) this.#rebuild(this.#capacity / 2);
    else if (this.#texts.used > Math.max(FEW_UNITS, this.#needed * 4)) this.#rebuild(this.#capacity);
  }

  #insert(branch: number, level: LevelCode, target: Target, text: number): void {
    this.#count++;
    this.#put(branch, level, target, text);
    // At least half of the places are free, so a search ends after one or two of them.
    if (this.#count * 2 > this.#capacity) this.#rebuild(this.#capacity * 2);
  }

  #put(branch: number, level: LevelCode, target: Target, text: number): void {
    const last = this.#capacity - 1;
    let place = home(branch, level) & last;
    while (this.#entries[place * WIDTH + TARGET] !== 0) place = (place + 1) & last;
    this.#entries.set([branch, level, target, text], place * WIDTH);
  }

  /** Rebuilds the table with another size, and packs the texts in use. */
  #rebuild(capacity: number): void {
    const before = this.#entries;
    const texts = new PackedTexts(this.#needed * 2);
    this.#capacity = capacity;
    this.#entries = new Int32Array(capacity * WIDTH);
    for (let at = 0; at < before.length; at += WIDTH) {
      const [branch, level, target, text] = before.subarray(at, at + WIDTH) as unknown as [
        number,
        number,
        Target,
        number,
      ];
      if (target !== 0) this.#put(branch, level, target, texts.copy(this.#texts, text, this.#texts.lengthOf(text)));
    }
    this.#texts = texts;
  }
}

/**
 * The hash at which the search for an entry begins, before it is cut to the capacity (the finalizer of MurmurHash3).
 */
function home(branch: number, level: LevelCode): number {
  let hash = Math.imul(branch, 0x9e3779b1) ^ level;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
