// Writes the changes of a disk queue. Changes during a write are combined into the next one. After a failure the store
// is opened again; until then no new entry is accepted, and accepted ones are kept.

import { MqttFlowsError } from '../../../core/errors/mqtt-flows-error';
import type { Clock } from '../../clock';
import type { OutboxEntry } from '../outbox-entry';
import type { OutboxChunk } from './outbox-chunk';
import type { OutboxStore, StoreContents } from './outbox-store';
import { WriteBatch } from './store-batch';
import type { StoreTime } from './store-time';

/** Told by a writer. */
interface StoreWriterOwner {
  opened(contents: StoreContents): void;
  /** The entries are on disk, together. */
  written(chunk: OutboxChunk, entries: readonly OutboxEntry[]): void;
  refused(entry: OutboxEntry, error: MqttFlowsError): void;
  /** The store cannot be used for now. Called once for each reason. */
  failed(error: MqttFlowsError): void;
  /** A write is over. */
  idle(): void;
}

/** The delay in ms before a failed store is opened again. */
const RETRY = 5000;

export class StoreWriter {
  readonly #store: OutboxStore;
  readonly #clock: Clock;
  readonly #time: StoreTime;
  readonly #owner: StoreWriterOwner;
  #next = new WriteBatch();
  #state: 'opening' | 'ready' | 'writing' | 'broken' | 'closed' = 'opening';
  #problem: MqttFlowsError | undefined;
  /** The code of the reported failure. */
  #told: string | undefined;
  /** The number of entries that wait for keep(). */
  #keeping = 0;
  /** The packet identifiers of exchanges whose publications are given up. */
  readonly #givenUp = new Set<number>();
  /** The number of the latest chunk. */
  #latest = 0;
  #work: Promise<void>;
  #cancelRetry: (() => void) | undefined;

  constructor(store: OutboxStore, clock: Clock, time: StoreTime, owner: StoreWriterOwner) {
    this.#store = store;
    this.#clock = clock;
    this.#time = time;
    this.#owner = owner;
    this.#work = this.#open();
  }

  /** Why nothing can be written at present. */
  get problem(): MqttFlowsError | undefined {
    return this.#problem;
  }

  put(entry: OutboxEntry): void {
    if (this.#problem) return this.#owner.refused(entry, this.#problem);
    this.#next.fresh.push(entry);
    this.#flush();
  }

  /** Calls `kept` when all earlier changes and the exchange of `entry` are on disk. */
  keep(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void {
    const { chunk, index, packetIdentifier, progress, publication } = entry;
    // At QoS 0 there is no exchange, but the order has to be kept.
    if (publication.qos === 0 && this.#keeping === 0) return kept(entry);
    const received = progress === 'received';
    this.#await(entry, kept);
    if (chunk && publication.qos > 0) {
      if (packetIdentifier === 0) chunk.endExchange(index);
      else chunk.keepExchange(index, { packetIdentifier, received });
      this.#next.changed.add(chunk);
    }
    this.#flush();
  }

  /** Forgets the exchange of the publication at `index`. */
  endExchange(chunk: OutboxChunk, index: number): void {
    chunk.endExchange(index);
    this.#next.changed.add(chunk);
    this.#flush();
  }

  /**
   * The publication of `entry` is settled, and its exchange is not. Calls `stored` when both are on disk, together:
   * otherwise the next process could send a publication again whose exchange has ended, or forget an exchange.
   */
  giveUp(entry: OutboxEntry, stored: (entry: OutboxEntry) => void): void {
    const { chunk, index, packetIdentifier } = entry;
    this.#await(entry, stored);
    this.#givenUp.add(packetIdentifier);
    this.#next.givenUp = this.#givenUp;
    if (chunk) this.remove(chunk, index);
    this.#flush();
  }

  /** The exchange of a publication that was given up has ended. */
  exchangeEnded(packetIdentifier: number): void {
    if (this.#givenUp.delete(packetIdentifier)) this.#writeGivenUp();
  }

  /** The session has ended, and the exchanges of publications that were given up with it. */
  forgetGivenUp(): void {
    if (this.#givenUp.size === 0) return;
    this.#givenUp.clear();
    this.#writeGivenUp();
  }

  /** The store has these packet identifiers from an earlier process. */
  restoreGivenUp(identifiers: readonly number[]): void {
    for (const identifier of identifiers) this.#givenUp.add(identifier);
  }

  /** The publication at `index` is settled. */
  remove(chunk: OutboxChunk, index: number): void {
    if (chunk.isThrough(index)) return;
    chunk.remove(index);
    this.discardIfEmpty(chunk);
    if (!chunk.isEmpty) this.#next.changed.add(chunk);
    this.#flush();
  }

  /** Removes a settled chunk from the store. */
  discardIfEmpty(chunk: OutboxChunk): void {
    if (!chunk.isEmpty) return;
    this.#next.gone.add(chunk.number);
    this.#flush();
  }

  /** A read has failed. */
  fail(error: unknown): void {
    if (this.#state === 'ready') this.#break(error);
  }

  /** Writes the remaining changes, and closes the store. */
  async close(): Promise<void> {
    if (this.#state === 'ready' && this.#time.news !== undefined) this.#writeNext();
    // Each write may be followed by another one.
    for (let work: Promise<void> | undefined; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
    this.#cancelRetry?.();
    this.#state = 'closed';
    await this.#store.close();
  }

  async #open(): Promise<void> {
    try {
      const contents = await this.#store.open();
      this.#problem = undefined;
      this.#told = undefined;
      this.#state = 'ready';
      this.#latest = Math.max(this.#latest, contents.last);
      this.#owner.opened(contents);
      this.#flush();
      this.#owner.idle();
    } catch (error) {
      this.#break(error);
    }
  }

  #flush(): void {
    if (this.#state === 'ready' && !this.#next.isEmpty) this.#writeNext();
  }

  #writeNext(): void {
    const batch = this.#next;
    this.#next = new WriteBatch();
    this.#state = 'writing';
    this.#work = this.#write(batch);
  }

  /** Calls `kept` when the next batch is on disk, in place of what an earlier call for the same entry and batch has asked for. */
  #await(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void {
    const { packetIdentifier, progress } = entry;
    if (!this.#next.effects.has(entry)) this.#keeping++;
    this.#next.onceWritten(entry, { packetIdentifier, received: progress === 'received', kept });
  }

  #writeGivenUp(): void {
    this.#next.givenUp = this.#givenUp;
    this.#flush();
  }

  async #write(batch: WriteBatch): Promise<void> {
    try {
      const { shift, news } = this.#time;
      const changes = batch.pack(this.#latest, { shift, news });
      this.#latest += batch.packed.length;
      await this.#store.write(changes);
      this.#time.written(news);
    } catch (error) {
      this.#next = batch.joined(this.#next);
      this.#keeping = this.#next.effects.size;
      return this.#break(error);
    }
    this.#state = 'ready';
    for (const { chunk, entries } of batch.packed) this.#owner.written(chunk, entries);
    for (const [entry, { packetIdentifier, received, kept }] of batch.effects) {
      this.#keeping--;
      entry.exchangeKept(packetIdentifier, received);
      kept(entry);
    }
    this.#owner.idle();
    this.#flush();
  }

  /** Rejects entries that are not on disk. All others wait until the store can be opened again. */
  #break(error: unknown): void {
    this.#state = 'broken';
    const problem = asProblem(error);
    this.#problem = problem;
    const refused = this.#next.withoutFresh();
    this.#cancelRetry = this.#clock.after(RETRY, () => {
      this.#work = this.#reopen();
    });
    const news = this.#told !== problem.code;
    this.#told = problem.code;
    if (news) this.#owner.failed(problem);
    for (const entry of refused) this.#owner.refused(entry, problem);
  }

  async #reopen(): Promise<void> {
    this.#state = 'opening';
    await this.#store.close();
    await this.#open();
  }
}

function asProblem(error: unknown): MqttFlowsError {
  if (error instanceof MqttFlowsError) return error;
  return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params: { detail: String(error) } });
}
