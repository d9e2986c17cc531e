// Keeps arriving values in order, and lets a test wait for them instead of sleeping.

/** ms; well below mocha's limit, so that a failure says what was awaited */
const PATIENCE = 10_000;

export class Inbox<T> {
  readonly all: T[] = [];
  readonly #name: string;
  readonly #patience: number;
  readonly #watchers = new Set<() => void>();
  #taken = 0;

  /** `name` says in failures what did not arrive; `patience` is in ms. */
  constructor(name: string, patience = PATIENCE) {
    this.#name = name;
    this.#patience = patience;
  }

  push(value: T): void {
    this.all.push(value);
    for (const look of [...this.#watchers]) look();
  }

  /** Calls `take` for each value that comes from now on. */
  each(take: (value: T) => void): void {
    let taken = this.all.length;
    this.#watchers.add(() => {
      while (taken < this.all.length) take(this.all[taken++] as T);
    });
  }

  /** The oldest value that next() has not returned before. */
  next(): Promise<T> {
    const index = this.#taken++;
    return this.#until(`number ${index + 1}`, () => this.all.slice(index, index + 1));
  }

  /** The first `count` values, once they are there. */
  async first(count: number): Promise<T[]> {
    await this.#until(`${count} of them`, () => this.all.slice(count - 1, count));
    return this.all.slice(0, count);
  }

  /** The first value that matches, past or future. */
  find(what: string, matches: (value: T) => boolean): Promise<T> {
    return this.#until(what, () => this.all.filter(matches));
  }

  /** Resolves when the latest value matches, possibly at once. */
  latest(what: string, matches: (value: T) => boolean): Promise<T> {
    return this.#until(what, () => this.all.slice(-1).filter(matches));
  }

  #until(what: string, look: () => T[]): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
      };
      const check = (): void => {
        for (const found of look()) {
          stop();
          resolve(found);
          return;
        }
      };
      const timer = setTimeout(() => {
        stop();
        const seen = this.all.length > 20 ? `${this.all.length} others` : JSON.stringify(this.all);
        reject(new Error(`${this.#name}: waited in vain for ${what}; arrived so far: ${seen}`));
      }, this.#patience);
      this.#watchers.add(check);
      check();
    });
  }
}
