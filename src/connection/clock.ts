// The time source of a connection, which tests replace.

export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Calls `callback` once after `delay` ms. Returns a function that cancels it. */
  after(delay: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};

/** Waits for one thing at a time: what is started takes the place of what was. */
export class Timer {
  readonly #clock: Clock;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `callback` after `delay` ms. */
  start(delay: number, callback: () => void): void {
    this.#cancel();
    this.#cancel = this.#clock.after(delay, callback);
  }

  stop(): void {
    this.#cancel();
  }
}
