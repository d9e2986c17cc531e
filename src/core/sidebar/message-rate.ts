// A smoothed message rate that works for slow topics and fast ones. The caller supplies the time.

/** Time constant in ms: older messages lose their weight over this time. */
const WINDOW = 10_000;

/** The least age in ms that is assumed for a new topic: a first message is not a rate yet. */
const YOUNGEST = 5000;

export class MessageRate {
  #weight = 0;
  #since = 0;
  #begin: number | undefined;

  /** Counts a message at `now`, in ms of any clock that does not go back. */
  count(now: number): void {
    this.#weight = this.#decayed(now) + 1;
    this.#since = now;
    this.#begin ??= now;
  }

  /** Messages per second, as of `now`. */
  at(now: number): number {
    const age = Math.max(YOUNGEST, now - (this.#begin ?? now));
    // The share of all weights that falls in the time since the beginning.
    const share = 1 - Math.exp(-age / WINDOW);
    return (this.#decayed(now) * 1000) / (WINDOW * share);
  }

  #decayed(now: number): number {
    return this.#weight * Math.exp((this.#since - now) / WINDOW);
  }
}
