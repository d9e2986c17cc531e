// How often something happens, smoothed so that slow topics have a rate as well as fast ones. The clock is the caller's.

/** ms over which older messages lose their weight. */
const WINDOW = 10_000;

/** ms that a new topic is taken to be old at least: a first message is no rate yet. */
const YOUNGEST = 5000;

export class MessageRate {
  #weight = 0;
  #since = 0;
  #begin: number | undefined;

  /** One more message at `now`, in ms of any clock that does not go back. */
  count(now: number): void {
    this.#weight = this.#decayed(now) + 1;
    this.#since = now;
    this.#begin ??= now;
  }

  /** Messages per second, as of `now`. */
  at(now: number): number {
    const age = Math.max(YOUNGEST, now - (this.#begin ?? now));
    // Of the weights of all the past, those since the beginning are this share.
    const share = 1 - Math.exp(-age / WINDOW);
    return (this.#decayed(now) * 1000) / (WINDOW * share);
  }

  #decayed(now: number): number {
    return this.#weight * Math.exp((this.#since - now) / WINDOW);
  }
}
