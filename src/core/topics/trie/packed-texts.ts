// Parts of topic filters, packed into one array. Strings are scattered in memory, and reading one that is in no cache
// costs more than the rest of a lookup.

import {
  codeOf,
  END,
  HASH,
  HASH_START,
  HASH_UNIT,
  hashWith,
  type LevelCode,
  PLUS,
  PLUS_UNIT,
  SLASH_UNIT,
} from './topic-levels';

/** Ends each text; no filter contains U+0000 (MQTT 5, section 4.7.3). */
const TERMINATOR = 0;
const LEAST_CAPACITY = 64;

/** A text is identified by the place where it begins; so is the rest of one after its first levels. */
export class PackedTexts {
  /** UTF-16 units. */
  #units: Uint16Array;
  #used = 0;

  /** Creates an array with room for `capacity` units. */
  constructor(capacity = 0) {
    this.#units = new Uint16Array(Math.max(capacity, LEAST_CAPACITY));
  }

  /** Units taken, including those of texts no longer in use. */
  get used(): number {
    return this.#used;
  }

  /** Adds the part of `filter` from `start` to `end`, which takes one unit more than its length. Returns its place. */
  add(filter: string, start: number, end: number): number {
    this.#reserve(end - start + 1);
    const place = this.#used;
    for (let at = start; at < end; at++) this.#units[this.#used++] = filter.charCodeAt(at);
    this.#units[this.#used++] = TERMINATOR;
    return place;
  }

  /** Adds `length` units of the text of `others` at `place`. Returns the new place. */
  copy(others: PackedTexts, place: number, length: number): number {
    this.#reserve(length + 1);
    const start = this.#used;
    this.#units.set(others.#units.subarray(place, place + length), start);
    this.#units[start + length] = TERMINATOR;
    this.#used += length + 1;
    return start;
  }

  /** The length of the text at `place`, in units. */
  lengthOf(place: number): number {
    return this.#units.indexOf(TERMINATOR, place) - place;
  }

  /** The length of the first level of the text at `place`, in units. */
  levelLength(place: number): number {
    let end = place;
    while (this.#units[end] !== TERMINATOR && this.#units[end] !== SLASH_UNIT) end++;
    return end - place;
  }

  /** The code of the level after the one that ends at `end`. */
  levelAfter(end: number): LevelCode {
    if (this.#units[end] === TERMINATOR) return END;
    const first = this.#units[end + 1];
    if (first === PLUS_UNIT) return PLUS;
    if (first === HASH_UNIT) return HASH;
    let hash = HASH_START;
    for (let at = end + 1; ; at++) {
      const unit = this.#units[at] as number;
      if (unit === TERMINATOR || unit === SLASH_UNIT) return codeOf(hash);
      hash = hashWith(hash, unit);
    }
  }

  /** Whether the text at `place` equals `filter` from `start` on. */
  isRestOf(place: number, filter: string, start: number): boolean {
    const length = Math.max(filter.length - start, 0);
    for (let i = 0; i < length; i++) if (this.#units[place + i] !== filter.charCodeAt(start + i)) return false;
    return this.#units[place + length] === TERMINATOR;
  }

  /** Whether the first level of the text at `place` equals the level of `topic` that begins at `start`. */
  beginsWithLevel(place: number, topic: string, start: number): boolean {
    const units = this.#units;
    let here = place;
    for (let there = start; ; here++, there++) {
      const unit = units[here];
      const ends = unit === TERMINATOR || unit === SLASH_UNIT;
      if (there >= topic.length) return ends;
      const other = topic.charCodeAt(there);
      if (ends) return other === SLASH_UNIT;
      if (unit !== other) return false;
    }
  }

  /**
   * Whether the levels at `place` match those of `topic` from `start` on. When no level is left, `start` is one beyond
   * the end of the topic.
   */
  matches(place: number, topic: string, start: number): boolean {
    const units = this.#units;
    let here = place;
    let there = start;
    for (;;) {
      const first = units[here];
      // MQTT 5, section 4.7.1.2: `#` matches its parent as well, which has no level left.
      if (first === HASH_UNIT) return true;
      if (there > topic.length) return false;
      if (first === PLUS_UNIT) {
        here++;
        while (there < topic.length && topic.charCodeAt(there) !== SLASH_UNIT) there++;
      } else {
        for (; units[here] !== TERMINATOR && units[here] !== SLASH_UNIT; here++, there++) {
          if (there === topic.length || units[here] !== topic.charCodeAt(there)) return false;
        }
        if (there < topic.length && topic.charCodeAt(there) !== SLASH_UNIT) return false;
      }
      if (units[here] === TERMINATOR) return there === topic.length;
      here++;
      there++;
    }
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#units.length) return;
    const grown = new Uint16Array((this.#used + length) * 2);
    grown.set(this.#units);
    this.#units = grown;
  }
}
