// The writers with waiting output. All are flushed together at the end of the turn of the event loop.

import type { ClientWriter } from './client-writer';

export class FlushQueue {
  readonly #defer: (task: () => void) => void;
  #writers: ClientWriter[] = [];

  constructor(defer: (task: () => void) => void) {
    this.#defer = defer;
  }

  add(writer: ClientWriter): void {
    if (this.#writers.push(writer) === 1) this.#defer(this.#flush);
  }

  readonly #flush = (): void => {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) writer.flush();
  };
}
