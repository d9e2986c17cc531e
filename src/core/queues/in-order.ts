// Work that mostly is done at once, but sometimes has to wait: what comes later waits behind it, as long as there is room.

import { Fifo } from './fifo';

/** A piece of work that does not throw; a promise, which never rejects, tells that it is still under way. */
type Task = () => Promise<void> | undefined;

export class InOrder {
  readonly #waiting = new Fifo<Task>();
  readonly #most: number;
  #busy = false;
  #whenIdle: (() => void)[] = [];

  /** `most`: how many may wait behind what is under way. */
  constructor(most: number) {
    this.#most = most;
  }

  /** As many wait as may: run() would take no more. */
  get full(): boolean {
    return this.#busy && this.#waiting.length >= this.#most;
  }

  /** Does `task` when all that came before is done; at once when nothing is under way. False when too many wait already. */
  run(task: Task): boolean {
    if (this.full) return false;
    if (this.#busy) this.#waiting.push(task);
    else this.#start(task);
    return true;
  }

  /** Resolves when nothing is under way any more. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #start(task: Task): void {
    const done = task();
    if (!done) return;
    this.#busy = true;
    void done.then(() => this.#continue());
  }

  #continue(): void {
    this.#busy = false;
    while (!this.#busy) {
      const task = this.#waiting.shift();
      if (!task) break;
      this.#start(task);
    }
    if (this.#busy) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
