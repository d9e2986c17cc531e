// Publications that wait on disk, of which only the oldest are in memory as well. What is said to be in the outbox has
// been written; changes that come while others are being written go together with the next write.

import { Fifo } from '../core/fifo';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { decodeRecord, encodeRecord, recordedBytes } from '../core/publication-record';
import type { Clock } from './clock';
import { sweepFifo } from './memory-queue';
import type { OutboxEntry } from './outbox-entry';
import type { DiskQueueOwner, OutboxQueue } from './outbox-queue';
import type { OutboxStore, StoreContents, StoredExchange, StoredRecord } from './outbox-store';
import type { Settled } from './publish-options';
import { StoreWriter } from './store-writer';

/** How many are in memory at most, beside those in flight, and how many bytes. */
const HEAD_MESSAGES = 1000;
const HEAD_BYTES = 8 * 1024 * 1024;

export class DiskQueue implements OutboxQueue {
  readonly #store: OutboxStore;
  readonly #owner: DiskQueueOwner;
  readonly #writer: StoreWriter;
  /** The oldest of those that wait. */
  readonly #head = new Fifo<OutboxEntry>();
  #headBytes = 0;
  /** Who waits for the end of one that is on disk only, by sequence number. */
  readonly #waiters = new Map<number, Settled>();
  /** Of an earlier process, for those that have not been read yet. */
  readonly #exchanges = new Map<number, StoredExchange>();
  /** Those that came before the store was open. */
  #early: OutboxEntry[] | undefined = [];
  #sequence = 0;
  /** The youngest that is or was in memory, and the youngest that has been written. */
  #loadedUpTo = 0;
  #writtenUpTo = 0;
  /** How many are on disk only: those between the two. */
  #spilled = 0;
  #loading = false;

  constructor(store: OutboxStore, clock: Clock, owner: DiskQueueOwner) {
    this.#store = store;
    this.#owner = owner;
    this.#writer = new StoreWriter(store, clock, {
      opened: (contents) => this.#opened(contents),
      written: (entry) => this.#written(entry),
      refused: (entry, error) => owner.refused(entry, error),
      failed: (error) => this.#failed(error),
      idle: () => this.#idle(),
    });
  }

  get oldestAt(): number | undefined {
    return this.#head.first?.acceptedAt;
  }

  push(entry: OutboxEntry): void {
    if (this.#early) {
      if (this.#writer.problem) this.#owner.refused(entry, this.#writer.problem);
      else this.#early.push(entry);
      return;
    }
    entry.sequence = ++this.#sequence;
    this.#writer.put(entry, encodeRecord(entry));
  }

  shift(): OutboxEntry | undefined {
    const entry = this.#head.shift();
    if (entry) this.#headBytes -= entry.bytes;
    this.#refill();
    return entry;
  }

  unshift(entries: readonly OutboxEntry[]): void {
    this.#head.unshift(entries);
    for (const { bytes } of entries) this.#headBytes += bytes;
  }

  keep(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void {
    this.#writer.keep(entry, kept);
  }

  forgetExchanges(): void {
    for (const entry of this.#head) {
      if (entry.packetIdentifier === 0) continue;
      entry.packetIdentifier = 0;
      entry.progress = 'waiting';
      this.#writer.endExchange(entry.sequence);
    }
    for (const { sequence } of this.#exchanges.values()) this.#writer.endExchange(sequence);
    this.#exchanges.clear();
  }

  remove(entry: OutboxEntry): void {
    if (entry.sequence > 0) this.#writer.remove(entry.sequence);
  }

  sweep(now: number): { readonly expired: readonly OutboxEntry[]; readonly next: number } {
    const swept = sweepFifo(this.#head, now);
    for (const { bytes } of swept.expired) this.#headBytes -= bytes;
    this.#refill();
    return swept;
  }

  async close(): Promise<readonly Settled[]> {
    await this.#writer.close();
    const left = [...(this.#early ?? []), ...this.#head.drain()];
    const waiters = left.map(({ waiter }) => waiter).filter((waiter) => waiter !== undefined);
    return [...waiters, ...this.#waiters.values()];
  }

  #opened({ count, bytes, last, exchanges, damaged }: StoreContents): void {
    const early = this.#early;
    // Opened again after a failure, it holds what we know.
    if (!early) return;
    this.#early = undefined;
    this.#sequence = last;
    this.#writtenUpTo = last;
    this.#spilled = count;
    for (const exchange of exchanges) this.#exchanges.set(exchange.sequence, exchange);
    if (damaged !== undefined) {
      this.#owner.failed(new MqttFlowsError('outbox-damaged', { stage: 'outbox', params: { path: damaged } }));
    }
    this.#owner.restored(count, bytes, exchanges);
    for (const entry of early) this.push(entry);
    this.#refill();
  }

  #written(entry: OutboxEntry): void {
    this.#owner.accepted(entry);
    this.#writtenUpTo = entry.sequence;
    if (this.#spilled === 0 && this.#hasSpace()) return this.#place(entry);
    this.#spilled++;
    if (entry.waiter) this.#waiters.set(entry.sequence, entry.waiter);
  }

  #failed(error: MqttFlowsError): void {
    const early = this.#early;
    if (early) this.#early = [];
    for (const entry of early ?? []) this.#owner.refused(entry, error);
    this.#owner.failed(error);
  }

  #place(entry: OutboxEntry): void {
    this.#head.push(entry);
    this.#headBytes += entry.bytes;
    this.#loadedUpTo = entry.sequence;
  }

  #hasSpace(): boolean {
    return this.#head.length < HEAD_MESSAGES && this.#headBytes < HEAD_BYTES;
  }

  #idle(): void {
    this.#refill();
    this.#owner.available();
  }

  /** Reads on when half of what fits into memory has been taken out. */
  #refill(): void {
    if (this.#head.length > HEAD_MESSAGES / 2 || this.#headBytes > HEAD_BYTES / 2) return;
    if (this.#spilled > 0 && !this.#loading && !this.#writer.problem) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    const expected = this.#spilled;
    try {
      const range = { after: this.#loadedUpTo, last: this.#writtenUpTo, limit: HEAD_MESSAGES, bytes: HEAD_BYTES };
      const records = await this.#store.read(range);
      for (const record of records) this.#revive(record);
      // What the store has lost under us is not waited for.
      if (records.length === 0) {
        this.#loadedUpTo = range.last;
        this.#vanished(expected, 0);
      }
    } catch (error) {
      // Its writer opens it again, and is idle then.
      this.#writer.fail(error);
    }
    this.#loading = false;
    this.#owner.available();
  }

  #revive({ sequence, record }: StoredRecord): void {
    const recorded = decodeRecord(record);
    this.#loadedUpTo = sequence;
    if (!recorded) {
      this.#writer.remove(sequence);
      this.#waiters.delete(sequence);
      return this.#vanished(1, recordedBytes(record));
    }
    this.#spilled--;
    const entry = this.#owner.revive(recorded);
    entry.sequence = sequence;
    entry.waiter = this.#waiters.get(sequence);
    this.#waiters.delete(sequence);
    const exchange = this.#exchanges.get(sequence);
    if (exchange) {
      this.#exchanges.delete(sequence);
      entry.packetIdentifier = exchange.packetIdentifier;
      entry.progress = exchange.received ? 'received' : 'sent';
    }
    this.#place(entry);
  }

  #vanished(count: number, bytes: number): void {
    this.#spilled -= count;
    this.#owner.vanished(count, bytes);
    this.#owner.failed(new MqttFlowsError('outbox-unreadable', { stage: 'outbox', params: { count } }));
  }
}
