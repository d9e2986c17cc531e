// A queue whose ends are both cheap, also with a million entries: an array with a moving start.

export class Fifo<T> {
  #items: (T | undefined)[] = [];
  /** Index of the first entry; what is before it has been taken. */
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  /** The oldest entry, which stays. */
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
    // Taken is taken: what it holds can go before the array is moved.
    this.#items[this.#start] = undefined;
    // Moving the rest only when it is the smaller half makes a take constant on average.
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

  /** Takes the entries that `condition` holds for, oldest first; the others keep their order. */
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

  /** The entries, oldest first, which stay. */
  *[Symbol.iterator](): Generator<T> {
    // Undefined stands only before the start.
    for (let index = this.#start; index < this.#items.length; index++) yield this.#items[index] as T;
  }

  /** Takes all entries, oldest first. */
  drain(): T[] {
    // Undefined stands only before the start.
    const items = this.#items.slice(this.#start) as T[];
    this.#items = [];
    this.#start = 0;
    return items;
  }
}
