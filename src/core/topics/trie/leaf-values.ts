// The values under each filter of a trie. Most filters have one: a list for each would be one more place of memory.

/** Leaves are known by numbers from 1, which are given anew when one has no value any more. */
export class LeafValues<T> {
  readonly #first: (T | undefined)[] = [undefined];
  readonly #others = new Map<number, T[]>();
  readonly #free: number[] = [];

  /** A leaf with one value. */
  create(value: T): number {
    const leaf = this.#free.pop() ?? this.#first.length;
    this.#first[leaf] = value;
    return leaf;
  }

  add(leaf: number, value: T): void {
    const others = this.#others.get(leaf);
    if (others) others.push(value);
    else this.#others.set(leaf, [value]);
  }

  /** Takes `value` out once; how many are left, or undefined when it was not there. */
  remove(leaf: number, value: T): number | undefined {
    const others = this.#others.get(leaf);
    const index = others?.indexOf(value) ?? -1;
    if (others && index !== -1) {
      others.splice(index, 1);
    } else {
      if (this.#first[leaf] !== value) return undefined;
      // A list of others is never empty.
      this.#first[leaf] = others?.shift();
    }
    if (!others) {
      this.#free.push(leaf);
      return 0;
    }
    if (others.length === 0) this.#others.delete(leaf);
    return 1 + others.length;
  }

  /** Puts the values of `leaf` at the end of `found`. */
  collect(leaf: number, found: T[]): void {
    found.push(this.#first[leaf] as T);
    const others = this.#others.size > 0 ? this.#others.get(leaf) : undefined;
    if (others) for (const value of others) found.push(value);
  }
}
