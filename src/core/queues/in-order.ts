// Runs tasks in order. A task that has to wait makes later ones wait behind it, up to a limit.

import { Fifo } from './fifo';

/** A promise means that the task is still running. */
type Work = () => Promise<void> | undefined;

interface Task {
  readonly work: Work;
  /** Must not throw. */
  readonly failed: (error: unknown) => void;
}

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

  /**
   * Does `work` after all earlier tasks, at once when none is running. `failed` gets what it throws or rejects with; the
   * tasks behind it go on. False when too many wait already.
   */
  run(work: Work, failed: (error: unknown) => void): boolean {
    if (this.full) return false;
    const task = { work, failed };
    if (this.#busy) this.#waiting.push(task);
    else this.#start(task);
    return true;
  }

  /** Resolves when no task is running or waiting. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #start({ work, failed }: Task): void {
    let done: Promise<void> | undefined;
    try {
      done = work();
    } catch (error) {
      failed(error);
    }
    if (!done) return;
    this.#busy = true;
    void done.catch(failed).then(() => this.#continue());
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
