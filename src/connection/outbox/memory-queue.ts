// Publications that wait in memory, and are lost with the process.

import { Fifo } from '../../core/queues/fifo';
import type { OutboxEntry } from './outbox-entry';
import type { OutboxQueue, QueueOwner } from './outbox-queue';

export class MemoryQueue implements OutboxQueue {
  readonly #waiting = new Fifo<OutboxEntry>();
  readonly #owner: QueueOwner;

  constructor(owner: QueueOwner) {
    this.#owner = owner;
  }

  get oldestAt(): number | undefined {
    return this.#waiting.first?.acceptedAt;
  }

  push(entry: OutboxEntry): void {
    this.#waiting.push(entry);
    this.#owner.accepted(entry);
  }

  shift(): OutboxEntry | undefined {
    return this.#waiting.shift();
  }

  unshift(entries: readonly OutboxEntry[]): void {
    this.#waiting.unshift(entries);
  }

  keep(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void {
    entry.exchangeKept(entry.packetIdentifier, entry.progress === 'received');
    kept(entry);
  }

  forgetExchanges(): void {}

  remove(): void {}

  giveUp(entry: OutboxEntry, stored: (entry: OutboxEntry) => void): void {
    stored(entry);
  }

  exchangeEnded(): void {}

  sweep(now: number): { readonly expired: readonly OutboxEntry[]; readonly next: number } {
    return sweepFifo(this.#waiting, now);
  }

  close(): readonly OutboxEntry[] {
    return this.#waiting.drain();
  }
}

/** Removes the expired entries from `waiting`, and finds when the next one expires. */
export function sweepFifo(
  waiting: Fifo<OutboxEntry>,
  now: number,
): { readonly expired: readonly OutboxEntry[]; readonly next: number } {
  let next = Number.POSITIVE_INFINITY;
  const expired = waiting.takeWhere((entry) => {
    if (entry.hasExpired(now)) return true;
    next = Math.min(next, entry.expiry);
    return false;
  });
  return { expired, next };
}
