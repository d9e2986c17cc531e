// Runs tasks in order. A task that has to wait makes later ones wait behind it, up to a limit.

import { Fifo } from './fifo';

/** A task must not throw. A promise means that it is still running; the promise must not reject. */
type Task = () => Promise<void> | undefined;

export class InOrder {
  readonly #waiting = new Fifo<Task>();
  readonly #most: number;
  #busy = false;
  #whenIdle: (() => void)[] = [];

  /** `most` is how many tasks may wait behind the running one. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the limit is reached, so that run() would refuse a task. */
  get full(): boolean {
    return this.#busy && this.#waiting.length >= this.#most;
  }

  /** Runs `task` after all earlier ones, at once when none is running. False when too many wait already. */
  run(task: Task): boolean {
    if (this.full) return false;
    if (this.#busy) this.#waiting.push(task);
    else this.#start(task);
    return true;
  }

  /** Resolves when no task is running or waiting. */
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
