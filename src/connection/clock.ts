// The time source of a connection, which tests replace.

import { evenTime } from '../transport/even-time';

export interface Clock {
  /** ms of a clock that nobody can set, that never goes back, and that counts the time that the machine sleeps. Its zero means nothing, and differs between processes. */
  now(): number;
  /** ms since the epoch, which jumps when the clock of the machine is set: only to show a time, or to keep it on disk. */
  wall(): number;
  /** Calls `callback` once after `delay` ms. Returns a function that cancels it. */
  after(delay: number, callback: () => void): () => void;
}

/** ms; setTimeout() takes a longer delay for 1 ms. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => evenTime.now(),
  wall: () => Date.now(),
  after(delay, callback) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      timer =
        left <= LONGEST_TIMEOUT
          ? setTimeout(callback, left)
          : setTimeout(() => wait(left - LONGEST_TIMEOUT), LONGEST_TIMEOUT);
    };
    wait(delay);
    return () => clearTimeout(timer);
  },
};

/** The time of day of a moment of `clock.now()`, in ms since the epoch. */
export function wallTimeOf(clock: Clock, moment: number): number {
  return Math.round(clock.wall() + moment - clock.now());
}

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
