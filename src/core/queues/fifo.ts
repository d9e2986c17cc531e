// A queue with cheap access to both ends, even with a million entries: an array with a moving start.

export class Fifo<T> {
  #items: (T | undefined)[] = [];
  /** Index of the first entry. Entries before it have been taken. */
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  /** The oldest entry, without taking it. */
  get first(): T | undefined {
    return this.#items[this.#start];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the oldest entry, or undefined when there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#start];
    // Release the entry now; the array is moved later.
    this.#items[this.#start] = undefined;
    // The rest moves only when it is the smaller half, so that a take costs constant time on average.
    if (++this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** Puts `items` before the oldest entry, in their order. */
  unshift(items: readonly T[]): void {
    if (items.length === 0) return;
    this.#items = [...items, ...this.#items.slice(this.#start)];
    this.#start = 0;
  }

  /** Takes the entries for which `condition` holds, oldest first. The others keep their order. */
  takeWhere(condition: (item: T) => boolean): T[] {
    const taken: T[] = [];
    const left: T[] = [];
    for (const item of this) (condition(item) ? taken : left).push(item);
    if (taken.length > 0) {
      this.#items = left;
      this.#start = 0;
    }
    return taken;
  }

  /** The entries, oldest first, without taking them. */
  *[Symbol.iterator](): Generator<T> {
    // Entries are undefined only before the start.
    for (let index = this.#start; index < this.#items.length; index++) yield this.#items[index] as T;
  }

  /** Takes all entries, oldest first. */
  drain(): T[] {
    // Entries are undefined only before the start.
    const items = this.#items.slice(this.#start) as T[];
    this.#items = [];
    this.#start = 0;
    return items;
  }
}
