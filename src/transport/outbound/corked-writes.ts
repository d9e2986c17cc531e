// What is written in one turn of the event loop leaves together: a system call for each small packet costs more than all
// else that is done for it.

import type { Writable } from 'node:stream';

export class WriteBatch {
  readonly #stream: Writable;
  #open = false;
  #flushed: () => void = () => {};

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Something has been held back that the stream is yet to get. */
  get open(): boolean {
    return this.#open;
  }

  /** Calls `flushed` each time that the stream has been given what was held back. */
  onFlushed(flushed: () => void): void {
    this.#flushed = flushed;
  }

  /** Call before a write: it is held back until the event loop has come round. */
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
