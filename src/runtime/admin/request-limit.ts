// How often something may be asked for: so many at a time, and so many in a while.

/** `now` gives ms since any moment. */
export class RequestLimit {
  readonly #atOnce: number;
  readonly #most: number;
  readonly #while: number;
  readonly #now: () => number;
  #running = 0;
  #begun: number[] = [];

  /** At most `atOnce` at a time, and at most `most` begun within `period` ms. */
  constructor(atOnce: number, most: number, period: number, now: () => number = () => performance.now()) {
    this.#atOnce = atOnce;
    this.#most = most;
    this.#while = period;
    this.#now = now;
  }

  /** A place, to be given back by calling it once; undefined when there is none. */
  take(): (() => void) | undefined {
    const now = this.#now();
    this.#begun = this.#begun.filter((begun) => now - begun < this.#while);
    if (this.#running >= this.#atOnce || this.#begun.length >= this.#most) return undefined;
    this.#running++;
    this.#begun.push(now);
    return () => {
      this.#running--;
    };
  }
}
