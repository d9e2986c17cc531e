// How often something happens, smoothed so that slow topics have a rate as well as fast ones. The clock is the caller's.

/** ms over which older messages lose their weight. */
const WINDOW = 10_000;

export class MessageRate {
  #weight = 0;
  #since = 0;

  /** One more message at `now`, in ms of any clock that does not go back. */
  count(now: number): void {
    this.#weight = this.#decayed(now) + 1;
    this.#since = now;
  }

  /** Messages per second, as of `now`. */
  at(now: number): number {
    return (this.#decayed(now) * 1000) / WINDOW;
  }

  #decayed(now: number): number {
    return this.#weight * Math.exp((this.#since - now) / WINDOW);
  }
}
