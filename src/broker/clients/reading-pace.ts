// Tells a client that does not read from one that reads over a slow link, or slowly.

/**
 * bytes that an operating system may hold after it has taken them. Linux holds up to 4 MiB, as much as fits the link, and
 * takes more only when it has passed on a third of it: over a slow link it takes nothing for many seconds.
 */
const HELD_BY_SYSTEM = 4 * 1024 * 1024;
/**
 * The limit may become so many times as long for a client that has been seen to read: by default a minute, enough for links of
 * 1.5 kB/s and more. Not longer, since a client that died after it had read must be found, too.
 */
const MOST = 6;

/** The output of a client at the moment. */
export interface Output {
  /** When the stream could not take more, in ms; undefined while it can. */
  readonly blockedSince: number | undefined;
  /** bytes that the system, or else the stream, has taken since the connection was made */
  readonly taken: number;
}

export class ReadingPace {
  /** What was taken at the first and at the last look of those at which more waited; the first undefined: none did. */
  #first: number | undefined;
  #taken = 0;
  /** When that first look was, and when something was last taken, in ms. */
  #began = 0;
  #since = 0;
  /** ms for which nothing may be taken, at the pace at which the client was last seen to read */
  #patience = 0;

  /** Call at intervals: whether the client has read nothing for `limit` ms, or for as long as its pace explains. */
  isStuck({ blockedSince, taken }: Output, now: number, limit: number): boolean {
    if (blockedSince === undefined) {
      this.#first = undefined;
      return false;
    }
    if (this.#first === undefined) {
      this.#first = taken;
      this.#taken = taken;
      this.#began = now;
      this.#since = blockedSince;
    } else if (taken > this.#taken) {
      this.#taken = taken;
      this.#since = now;
      this.#patience = (HELD_BY_SYSTEM * (now - this.#began)) / (taken - this.#first);
    }
    return now - this.#since > Math.min(Math.max(limit, this.#patience), limit * MOST);
  }
}
