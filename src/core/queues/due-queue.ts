// Items by the time at which they are due, the earliest first: a binary heap. An item whose time has moved on is put in
// again when it comes up, so that moving a time costs nothing.

export class DueQueue<T> {
  readonly #items: T[] = [];
  readonly #times: number[] = [];

  get length(): number {
    return this.#items.length;
  }

  /** When the earliest is due; undefined when there is none. */
  get nextAt(): number | undefined {
    return this.#times[0];
  }

  add(item: T, at: number): void {
    const items = this.#items;
    const times = this.#times;
    let place = items.length;
    items.push(item);
    times.push(at);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const time = times[above] as number;
      if (time <= at) break;
      items[place] = items[above] as T;
      times[place] = time;
      place = above;
    }
    items[place] = item;
    times[place] = at;
  }

  /** Takes the earliest, if it is due at `now`. */
  takeDue(now: number): T | undefined {
    const [at] = this.#times;
    if (at === undefined || at > now) return undefined;
    const item = this.#items[0];
    const last = this.#items.pop() as T;
    const time = this.#times.pop() as number;
    if (this.#items.length > 0) this.#sink(last, time);
    return item;
  }

  /** Keeps the items for which `condition` holds. */
  keepOnly(condition: (item: T) => boolean): void {
    const items = this.#items.splice(0);
    const times = this.#times.splice(0);
    for (const [index, item] of items.entries()) if (condition(item)) this.add(item, times[index] as number);
  }

  /** Puts an item at the top, and lets it sink to its place. */
  #sink(item: T, at: number): void {
    const items = this.#items;
    const times = this.#times;
    const { length } = items;
    let place = 0;
    for (let below = 1; below < length; below = 2 * place + 1) {
      if (below + 1 < length && (times[below + 1] as number) < (times[below] as number)) below++;
      const time = times[below] as number;
      if (time >= at) break;
      items[place] = items[below] as T;
      times[place] = time;
      place = below;
    }
    items[place] = item;
    times[place] = at;
  }
}
