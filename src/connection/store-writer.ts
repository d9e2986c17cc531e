// Writes the changes of a disk queue: those that come while others are being written go together with the next write.
// A store that fails is opened again; until then nothing new is taken, and what has been taken is not forgotten.

import { MqttFlowsError } from '../core/mqtt-flows-error';
import type { Clock } from './clock';
import type { OutboxEntry } from './outbox-entry';
import type { OutboxStore, StoreChange, StoreContents } from './outbox-store';

/** Told by a writer. */
export interface StoreWriterOwner {
  opened(contents: StoreContents): void;
  /** The entry is on disk. */
  written(entry: OutboxEntry): void;
  refused(entry: OutboxEntry, error: MqttFlowsError): void;
  /** The store cannot be used for now; told once for each reason. */
  failed(error: MqttFlowsError): void;
  /** A write is over. */
  idle(): void;
}

/** How long a store that failed is left alone, in ms. */
const RETRY = 5000;

/** What follows a write, in the order of asking. */
type Effect =
  | { readonly entry: OutboxEntry; readonly kept?: undefined }
  | { readonly entry: OutboxEntry; readonly kept: (entry: OutboxEntry) => void };

interface Batch {
  readonly changes: StoreChange[];
  readonly effects: Effect[];
}

export class StoreWriter {
  readonly #store: OutboxStore;
  readonly #clock: Clock;
  readonly #owner: StoreWriterOwner;
  #next: Batch = { changes: [], effects: [] };
  #state: 'opening' | 'ready' | 'writing' | 'broken' | 'closed' = 'opening';
  #problem: MqttFlowsError | undefined;
  /** The code of the failure that has been told. */
  #told: string | undefined;
  /** How many wait for keep(). */
  #keeping = 0;
  #work: Promise<void>;
  #cancelRetry: (() => void) | undefined;

  constructor(store: OutboxStore, clock: Clock, owner: StoreWriterOwner) {
    this.#store = store;
    this.#clock = clock;
    this.#owner = owner;
    this.#work = this.#open();
  }

  /** Why nothing can be written at the moment. */
  get problem(): MqttFlowsError | undefined {
    return this.#problem;
  }

  put(entry: OutboxEntry, record: Buffer): void {
    if (this.#problem) return this.#owner.refused(entry, this.#problem);
    this.#next.effects.push({ entry });
    this.#change({ kind: 'put', sequence: entry.sequence, record });
  }

  /** Calls `kept` when all that was asked before and the exchange of `entry` is on disk. */
  keep(entry: OutboxEntry, kept: (entry: OutboxEntry) => void): void {
    const { sequence, packetIdentifier, progress, publication } = entry;
    // At QoS 0 there is no exchange, only an order.
    if (publication.qos === 0 && this.#keeping === 0) return kept(entry);
    this.#keeping++;
    this.#next.effects.push({ entry, kept });
    if (publication.qos === 0) this.#flush();
    else if (packetIdentifier === 0) this.#change({ kind: 'endExchange', sequence });
    else this.#change({ kind: 'exchange', sequence, packetIdentifier, received: progress === 'received' });
  }

  endExchange(sequence: number): void {
    this.#change({ kind: 'endExchange', sequence });
  }

  remove(sequence: number): void {
    this.#change({ kind: 'remove', sequence });
  }

  /** A read has failed. */
  fail(error: unknown): void {
    if (this.#state === 'ready') this.#break(error);
  }

  /** Writes what is left, and lets others open the store. */
  async close(): Promise<void> {
    // Each write may be followed by another one.
    for (let work: Promise<void> | undefined; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
    this.#cancelRetry?.();
    this.#state = 'closed';
    await this.#store.close();
  }

  #change(change: StoreChange): void {
    this.#next.changes.push(change);
    this.#flush();
  }

  async #open(): Promise<void> {
    try {
      const contents = await this.#store.open();
      this.#problem = undefined;
      this.#told = undefined;
      this.#state = 'ready';
      this.#owner.opened(contents);
      this.#flush();
      this.#owner.idle();
    } catch (error) {
      this.#break(error);
    }
  }

  #flush(): void {
    if (this.#state !== 'ready') return;
    const { changes, effects } = this.#next;
    if (changes.length === 0 && effects.length === 0) return;
    const batch = this.#next;
    this.#next = { changes: [], effects: [] };
    this.#state = 'writing';
    this.#work = this.#write(batch);
  }

  async #write(batch: Batch): Promise<void> {
    try {
      await this.#store.write(batch.changes);
    } catch (error) {
      this.#next = joined(batch, this.#next);
      return this.#break(error);
    }
    this.#state = 'ready';
    for (const { entry, kept } of batch.effects) {
      if (kept) {
        this.#keeping--;
        kept(entry);
      } else this.#owner.written(entry);
    }
    this.#owner.idle();
    this.#flush();
  }

  /** What is not on disk is refused; all else waits until the store can be opened again. */
  #break(error: unknown): void {
    this.#state = 'broken';
    const problem = asProblem(error);
    this.#problem = problem;
    const refused = this.#next.effects.filter(({ kept }) => !kept);
    this.#next = {
      // A write that failed may have left some of it behind.
      changes: this.#next.changes.map((change) =>
        change.kind === 'put' ? { kind: 'remove', sequence: change.sequence } : change,
      ),
      effects: this.#next.effects.filter(({ kept }) => kept),
    };
    this.#cancelRetry = this.#clock.after(RETRY, () => {
      this.#work = this.#reopen();
    });
    const news = this.#told !== problem.code;
    this.#told = problem.code;
    if (news) this.#owner.failed(problem);
    for (const { entry } of refused) this.#owner.refused(entry, problem);
  }

  async #reopen(): Promise<void> {
    this.#state = 'opening';
    await this.#store.close();
    await this.#open();
  }
}

function joined(first: Batch, second: Batch): Batch {
  return { changes: [...first.changes, ...second.changes], effects: [...first.effects, ...second.effects] };
}

function asProblem(error: unknown): MqttFlowsError {
  if (error instanceof MqttFlowsError) return error;
  return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params: { detail: String(error) } });
}
