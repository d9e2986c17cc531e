// A limit of so many per second that lets a short burst pass.

/** How much of a second's worth may go at once. */
const BURST = 0.1;

export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  #tokens: number;
  /** When the tokens were counted, in ms. */
  #countedAt: number | undefined;

  /** `burst`: how many may go at once. */
  constructor(perSecond: number, burst = perSecond * BURST) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, burst);
    this.#tokens = this.#most;
  }

  /** ms from `now`, in ms, until one may go; 0 when it may go now. */
  delay(now: number): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1000) / this.#perSecond);
  }

  /** One goes. */
  take(): void {
    this.#tokens--;
  }

  #fill(now: number): void {
    // A clock that was set back gives nothing.
    const passed = Math.max(0, now - (this.#countedAt ?? now));
    this.#countedAt = now;
    this.#tokens = Math.min(this.#most, this.#tokens + (passed * this.#perSecond) / 1000);
  }
}
