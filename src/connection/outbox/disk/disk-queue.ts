// Publications that wait on disk. Only the oldest are in memory as well. A publication counts as accepted once it is
// written. Changes during a write are combined into the next one.

import { MqttFlowsError } from '../../../core/errors/mqtt-flows-error';
import { decodeRecord, recordedBytes } from '../../../core/outbox/publication-record';
import { recordsOf } from '../../../core/outbox/record-chunk';
import type { Settled } from '../../../core/publications/publish-options';
import { Fifo } from '../../../core/queues/fifo';
import type { Clock } from '../../clock';
import { sweepFifo } from '../memory-queue';
import type { OutboxEntry } from '../outbox-entry';
import type { DiskQueueOwner, OutboxQueue } from '../outbox-queue';
import { OutboxChunk } from './outbox-chunk';
import type { OutboxStore, StoreContents, StoredChunk } from './outbox-store';
import { StoreTime } from './store-time';
import { StoreWriter } from './store-writer';

/** The most publications in memory beside those in flight, and the most bytes. */
const HEAD_MESSAGES = 1000;
const HEAD_BYTES = 8 * 1024 * 1024;

export class DiskQueue implements OutboxQueue {
  readonly #store: OutboxStore;
  readonly #owner: DiskQueueOwner;
  readonly #writer: StoreWriter;
  readonly #time: StoreTime;
  /** The oldest waiting publications. */
  readonly #head = new Fifo<OutboxEntry>();
  #headBytes = 0;
  /** The callbacks for publications that are on disk only, by chunk and place in it. */
  readonly #waiters = new Map<number, readonly (Settled | undefined)[]>();
  /** Chunks of an earlier process that are not read yet and have marks. */
  readonly #restored = new Map<number, OutboxChunk>();
  /** Publications that arrived before the store was open. */
  #early: OutboxEntry[] | undefined = [];
  /** The youngest chunk that is or was in memory, and the youngest one written. */
  #loadedUpTo = 0;
  #writtenUpTo = 0;
  /** The youngest chunk of an earlier process. */
  #earlierUpTo = 0;
  /** The number and the bytes of publications that are on disk only: those between the two. */
  #spilled = 0;
  #spilledBytes = 0;
  #loading = false;

  constructor(store: OutboxStore, clock: Clock, owner: DiskQueueOwner) {
    this.#store = store;
    this.#owner = owner;
    this.#time = new StoreTime(clock);
    this.#writer = new StoreWriter(store, clock, this.#time, {
      opened: (contents) => this.#opened(contents),
      written: (chunk, entries) => this.#written(chunk, entries),
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
    this.#writer.put(entry);
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
      if (entry.packetIdentifier === 0 || !entry.chunk) continue;
      entry.forgetExchange();
      this.#writer.endExchange(entry.chunk, entry.index);
    }
    for (const chunk of this.#restored.values()) {
      for (let index = 0; index < chunk.count; index++) {
        if (chunk.exchangeOf(index)) this.#writer.endExchange(chunk, index);
      }
    }
    this.#writer.forgetGivenUp();
  }

  remove({ chunk, index }: OutboxEntry): void {
    if (chunk) this.#writer.remove(chunk, index);
  }

  giveUp(entry: OutboxEntry, stored: (entry: OutboxEntry) => void): void {
    this.#writer.giveUp(entry, stored);
  }

  exchangeEnded(packetIdentifier: number): void {
    this.#writer.exchangeEnded(packetIdentifier);
  }

  sweep(now: number): { readonly expired: readonly OutboxEntry[]; readonly next: number } {
    const swept = sweepFifo(this.#head, now);
    for (const { bytes } of swept.expired) this.#headBytes -= bytes;
    this.#refill();
    return swept;
  }

  async close(): Promise<readonly Settled[]> {
    await this.#writer.close();
    const left = [...(this.#early ?? []), ...this.#head.drain()].map(({ waiter }) => waiter);
    return [...left, ...[...this.#waiters.values()].flat()].filter((waiter) => waiter !== undefined);
  }

  #opened({ count, bytes, last, marks, clockSet, givenUp, aside }: StoreContents): void {
    const early = this.#early;
    // When the store is opened again after a failure, its contents are known.
    if (!early) return;
    this.#early = undefined;
    this.#writtenUpTo = last;
    this.#earlierUpTo = last;
    this.#time.opened(clockSet);
    this.#spilled = count;
    this.#spilledBytes = bytes;
    for (const [number, known] of marks) this.#restored.set(number, OutboxChunk.of(number, known));
    if (aside) {
      const code = aside.why === 'damaged' ? 'outbox-damaged' : 'outbox-other-version';
      this.#owner.failed(new MqttFlowsError(code, { stage: 'outbox', params: { path: aside.path } }));
    }
    this.#writer.restoreGivenUp(givenUp);
    const waiting = [...this.#restored.values()].flatMap(identifiersOf);
    this.#owner.restored(count, bytes, { waiting, givenUp });
    for (const entry of early) this.push(entry);
    this.#refill();
  }

  /** Either all publications of a chunk stay in memory, or none. */
  #written(chunk: OutboxChunk, entries: readonly OutboxEntry[]): void {
    for (const entry of entries) this.#owner.accepted(entry);
    this.#writtenUpTo = chunk.number;
    if (this.#spilled === 0 && this.#hasSpace()) {
      for (const entry of entries) this.#place(entry);
      this.#loadedUpTo = chunk.number;
      return;
    }
    this.#spilled += entries.length;
    for (const { bytes } of entries) this.#spilledBytes += bytes;
    const waiters = entries.map(({ waiter }) => waiter);
    if (waiters.some((waiter) => waiter !== undefined)) this.#waiters.set(chunk.number, waiters);
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
  }

  #hasSpace(): boolean {
    return this.#head.length < HEAD_MESSAGES && this.#headBytes < HEAD_BYTES;
  }

  #idle(): void {
    this.#refill();
    this.#owner.available();
  }

  /** Reads more when half of the memory limit has been taken out. */
  #refill(): void {
    if (this.#head.length > HEAD_MESSAGES / 2 || this.#headBytes > HEAD_BYTES / 2) return;
    if (this.#spilled > 0 && !this.#loading && !this.#writer.problem) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    try {
      const range = { after: this.#loadedUpTo, last: this.#writtenUpTo, limit: HEAD_MESSAGES, bytes: HEAD_BYTES };
      const [spilled, spilledBytes] = [this.#spilled, this.#spilledBytes];
      const chunks = await this.#store.read(range);
      for (const chunk of chunks) this.#revive(chunk);
      // Publications that the store has lost are given up.
      if (chunks.length === 0) {
        this.#loadedUpTo = range.last;
        const numbers = [...this.#waiters.keys()].filter((number) => number <= range.last);
        this.#vanished(
          spilled,
          spilledBytes,
          numbers.flatMap((number) => this.#takeWaiters(number)),
        );
      }
    } catch (error) {
      // The writer opens the store again, and is idle then.
      this.#writer.fail(error);
    }
    this.#loading = false;
    this.#owner.available();
  }

  #revive({ number, records: value }: StoredChunk): void {
    const records = recordsOf(value);
    const chunk = this.#restored.get(number) ?? new OutboxChunk(number, records.length);
    const waiters = this.#takeWaiters(number);
    this.#restored.delete(number);
    this.#loadedUpTo = number;
    for (let index = 0; index < Math.max(chunk.count, records.length); index++) {
      if (!chunk.isThrough(index)) this.#reviveRecord(chunk, index, records[index], waiters[index]);
    }
    this.#writer.discardIfEmpty(chunk);
  }

  #reviveRecord(chunk: OutboxChunk, index: number, record: Buffer | undefined, waiter: Settled | undefined): void {
    const recorded = record && decodeRecord(record);
    if (!recorded) {
      this.#writer.remove(chunk, index);
      return this.#vanished(1, record ? recordedBytes(record) : 0, waiter ? [waiter] : []);
    }
    this.#leaveDisk(1, recorded.bytes);
    const entry = this.#owner.revive(this.#time.revived(recorded, chunk.number <= this.#earlierUpTo));
    entry.readBack(chunk, index, waiter);
    this.#place(entry);
  }

  #takeWaiters(number: number): readonly (Settled | undefined)[] {
    const waiters = this.#waiters.get(number) ?? [];
    this.#waiters.delete(number);
    return waiters;
  }

  #leaveDisk(count: number, bytes: number): void {
    this.#spilled -= count;
    this.#spilledBytes -= bytes;
  }

  #vanished(count: number, bytes: number, waiters: readonly (Settled | undefined)[]): void {
    this.#leaveDisk(count, bytes);
    this.#owner.vanished(
      count,
      bytes,
      waiters.filter((waiter) => waiter !== undefined),
    );
  }
}

function identifiersOf(chunk: OutboxChunk): number[] {
  const identifiers: number[] = [];
  for (let index = 0; index < chunk.count; index++) {
    const exchange = chunk.exchangeOf(index);
    if (exchange) identifiers.push(exchange.packetIdentifier);
  }
  return identifiers;
}
