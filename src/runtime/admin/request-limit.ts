// Limits requests: the number at a time, and the number within a period.

/** `now` returns ms since any fixed moment. */
export class RequestLimit {
  readonly #atOnce: number;
  readonly #most: number;
  readonly #while: number;
  readonly #now: () => number;
  #running = 0;
  #begun: number[] = [];

  /** At most `atOnce` requests at a time, and at most `most` within `period` ms. */
  constructor(atOnce: number, most: number, period: number, now: () => number = () => performance.now()) {
    this.#atOnce = atOnce;
    this.#most = most;
    this.#while = period;
    this.#now = now;
  }

  /** Takes a place. Call the returned function once to give it back; undefined when there is no place. */
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
