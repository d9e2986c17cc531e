// Shows something at a pace: a status goes to every open editor, and may change with each message.

import { type Clock, Timer } from '../../connection/clock';

export class Paced {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #pace: number;
  readonly #show: () => void;
  #shownAt = Number.NEGATIVE_INFINITY;
  #isWaiting = false;
  #stopped = false;

  /** `pace` in ms. `show` shows how things are when it is called. */
  constructor(clock: Clock, pace: number, show: () => void) {
    this.#clock = clock;
    this.#timer = new Timer(clock);
    this.#pace = pace;
    this.#show = show;
  }

  /** Something has changed: shows it at once, or when `pace` has passed since it was last shown. */
  soon(): void {
    const delay = this.#shownAt + this.#pace - this.#clock.now();
    if (delay <= 0) this.now();
    else this.#wait(delay);
  }

  /** Something may have changed, which is looked at after `pace`: at once, it would be over before it is seen. */
  later(): void {
    this.#wait(this.#pace);
  }

  /** Waits for nothing. */
  now(): void {
    if (this.#stopped) return;
    this.#timer.stop();
    this.#isWaiting = false;
    this.#shownAt = this.#clock.now();
    this.#show();
  }

  /** Shows nothing more. */
  stop(): void {
    this.#timer.stop();
    this.#stopped = true;
  }

  #wait(delay: number): void {
    if (this.#isWaiting || this.#stopped) return;
    this.#isWaiting = true;
    this.#timer.start(delay, () => this.now());
  }
}
