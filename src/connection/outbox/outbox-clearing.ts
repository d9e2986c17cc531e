// Empties an outbox on request: removes what waits at that moment. Later publications and those in flight stay.

import type { OutboxEntry } from './outbox-entry';
import type { OutboxQueue } from './outbox-queue';

export class OutboxClearing {
  readonly #queue: OutboxQueue;
  readonly #discard: (entry: OutboxEntry) => void;
  /** Publications accepted before this time are removed; in ms of `Clock.now()`. Undefined: nothing is being cleared. */
  #until: number | undefined;

  constructor(queue: OutboxQueue, discard: (entry: OutboxEntry) => void) {
    this.#queue = queue;
    this.#discard = discard;
  }

  start(now: number): void {
    this.#until = now;
    this.goOn();
  }

  /** Removes what is in memory. A disk provides more later. */
  goOn(): void {
    while (this.#until !== undefined) {
      const entry = this.#queue.shift();
      if (!entry) return;
      if (entry.acceptedAt >= this.#until) {
        this.#queue.unshift([entry]);
        this.#until = undefined;
      } else this.#discard(entry);
    }
  }
}
