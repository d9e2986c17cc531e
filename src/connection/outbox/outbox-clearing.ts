// Empties an outbox on demand: what waited at that moment goes; what comes later, and what is on its way, stays.

import type { OutboxEntry } from './outbox-entry';
import type { OutboxQueue } from './outbox-queue';

export class OutboxClearing {
  readonly #queue: OutboxQueue;
  readonly #discard: (entry: OutboxEntry) => void;
  /** What was accepted before goes; in ms since the epoch. Undefined: nothing is being cleared. */
  #until: number | undefined;

  constructor(queue: OutboxQueue, discard: (entry: OutboxEntry) => void) {
    this.#queue = queue;
    this.#discard = discard;
  }

  start(now: number): void {
    this.#until = now;
    this.goOn();
  }

  /** Takes out what is at hand; a disk gives more later. */
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
