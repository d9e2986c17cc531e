// Work that mostly is done at once, but sometimes has to wait: what comes later waits behind it.

import { Fifo } from './fifo';

/** A piece of work that does not throw; a promise, which never rejects, tells that it is still under way. */
export type Task = () => Promise<void> | undefined;

export class InOrder {
  readonly #waiting = new Fifo<Task>();
  #busy = false;
  #whenIdle: (() => void)[] = [];

  /** Does `task` when all that came before is done; at once when nothing is under way. */
  run(task: Task): void {
    if (this.#busy) this.#waiting.push(task);
    else this.#start(task);
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
