// The branches of a trie: how many levels of each kind follow each branch, as records of numbers in one array.

import type { LevelCode } from './topic-levels';

/** Literal levels, `+`, `#`, and the end of a filter. */
const KINDS = 4;

/** A branch is a number from 1. The numbers of released branches are used again. */
export class BranchTable {
  #counts = new Int32Array(KINDS * 4);
  #next = 1;
  readonly #free: number[] = [];

  /** Creates an empty branch. */
  create(): number {
    const branch = this.#free.pop() ?? this.#next++;
    if ((branch + 1) * KINDS > this.#counts.length) {
      const grown = new Int32Array(this.#counts.length * 2);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    return branch;
  }

  /** Whether the branch has a level of the same kind as `level`. */
  has(branch: number, level: LevelCode): boolean {
    return this.#counts[placeOf(branch, level)] !== 0;
  }

  /** Adds `number` to the count of levels of the same kind as `level`. */
  count(branch: number, level: LevelCode, number: number): void {
    const place = placeOf(branch, level);
    this.#counts[place] = (this.#counts[place] as number) + number;
  }

  isEmpty(branch: number): boolean {
    const at = branch * KINDS;
    return this.#counts.subarray(at, at + KINDS).every((count) => count === 0);
  }

  /** Releases an empty branch. */
  release(branch: number): void {
    this.#free.push(branch);
  }
}

function placeOf(branch: number, level: LevelCode): number {
  return branch * KINDS + (level < 0 ? -level : 0);
}
