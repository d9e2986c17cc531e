// A rate limit that allows a short burst.

/** The share of one second's tokens that may be used at once. */
const BURST = 0.1;

export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  #tokens: number;
  /** When the tokens were last counted, in ms. */
  #countedAt: number | undefined;

  /** `burst` is the number of tokens that may be used at once. */
  constructor(perSecond: number, burst = perSecond * BURST) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, burst);
    this.#tokens = this.#most;
  }

  /** The delay in ms from `now` (ms) until a token is available; 0 when one is. */
  delay(now: number): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1000) / this.#perSecond);
  }

  /** Uses one token. */
  take(): void {
    this.#tokens--;
  }

  #fill(now: number): void {
    // A clock that was set back must not remove tokens.
    const passed = Math.max(0, now - (this.#countedAt ?? now));
    this.#countedAt = now;
    this.#tokens = Math.min(this.#most, this.#tokens + (passed * this.#perSecond) / 1000);
  }
}
