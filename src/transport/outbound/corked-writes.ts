// Collects the writes of one turn of the event loop into one: a system call for each small packet costs more than
// everything else about it.

import type { Writable } from 'node:stream';

export class WriteBatch {
  readonly #stream: Writable;
  #open = false;
  #flushed: () => void = () => {};

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Whether writes are held back. */
  get open(): boolean {
    return this.#open;
  }

  /** Calls `flushed` each time the held-back writes have gone to the stream. */
  onFlushed(flushed: () => void): void {
    this.#flushed = flushed;
  }

  /** Call before a write, which is then held back until the next turn of the event loop. */
  begin(): void {
    if (this.#open) return;
    this.#open = true;
    this.#stream.cork();
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#open = false;
    this.#stream.uncork();
    this.#flushed();
  };
}
