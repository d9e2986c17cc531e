// The values under each filter of a trie. Most filters have one; a list for each would cost another place of memory.

/** A leaf is a number from 1. The numbers of empty leaves are used again. */
export class LeafValues<T> {
  readonly #first: (T | undefined)[] = [undefined];
  readonly #others = new Map<number, T[]>();
  readonly #free: number[] = [];

  /** Creates a leaf with one value. */
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

  /** Removes `value` once. Returns how many values are left, or undefined when it was not there. */
  remove(leaf: number, value: T): number | undefined {
    const others = this.#others.get(leaf);
    const index = others?.indexOf(value) ?? -1;
    if (others && index !== -1) {
      others.splice(index, 1);
    } else {
      if (this.#first[leaf] !== value) return undefined;
      // The list of further values is never empty.
      this.#first[leaf] = others?.shift();
    }
    if (!others) {
      this.#free.push(leaf);
      return 0;
    }
    if (others.length === 0) this.#others.delete(leaf);
    return 1 + others.length;
  }

  /** Appends the values of `leaf` to `found`. */
  collect(leaf: number, found: T[]): void {
    found.push(this.#first[leaf] as T);
    const others = this.#others.size > 0 ? this.#others.get(leaf) : undefined;
    if (others) for (const value of others) found.push(value);
  }
}
