// Time as the connection sees it, so that tests can hold it in their hands.

export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Calls `callback` once after `delay` ms; the function returned cancels it. */
  after(delay: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};
