// The branches of a trie: how many levels of which kind lead on from each. Records of numbers in one array.

import type { LevelCode } from './topic-levels';

/** Literal levels, `+`, `#`, and the end of a filter. */
const KINDS = 4;

/** Branches are known by numbers from 1, which are given anew when one is released. */
export class BranchTable {
  #counts = new Int32Array(KINDS * 4);
  #next = 1;
  readonly #free: number[] = [];

  /** A branch from which nothing leads on. */
  create(): number {
    const branch = this.#free.pop() ?? this.#next++;
    if ((branch + 1) * KINDS > this.#counts.length) {
      const grown = new Int32Array(this.#counts.length * 2);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    return branch;
  }

  /** Whether a level of the kind of `level` leads on. */
  has(branch: number, level: LevelCode): boolean {
    return this.#counts[placeOf(branch, level)] !== 0;
  }

  /** Counts `number` levels of the kind of `level` more. */
  count(branch: number, level: LevelCode, number: number): void {
    const place = placeOf(branch, level);
    this.#counts[place] = (this.#counts[place] as number) + number;
  }

  isEmpty(branch: number): boolean {
    const at = branch * KINDS;
    return this.#counts.subarray(at, at + KINDS).every((count) => count === 0);
  }

  /** Gives back a branch, which is empty. */
  release(branch: number): void {
    this.#free.push(branch);
  }
}

function placeOf(branch: number, level: LevelCode): number {
  return branch * KINDS + (level < 0 ? -level : 0);
}
