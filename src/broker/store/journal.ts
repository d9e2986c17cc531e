// The changes that are not in the store yet. The changes of one turn of the event loop are one write, and so are those
// made during a write. An entry that was added and removed before its write is never written.

import type { BrokerStore, StoreChange } from './broker-store';

/** Encodes the value at the time of the write. Most entries are removed before that. */
type Value = () => Buffer;
/** Called with true when the changes are stored, with false when they cannot be. */
export type Written = (kept: boolean) => void;

interface Batch {
  /** null: the entry must be deleted. */
  readonly changes: Map<string, Value | null>;
  readonly waiting: Written[];
}

export interface JournalOptions {
  /** Undefined: nothing is stored, and everything counts as written. */
  readonly store: BrokerStore | undefined;
  /** Runs `task` at the end of this turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** The store has refused a write, which is repeated with the next change. Called once until a write succeeds. */
  readonly failed: (error: unknown) => void;
}

export class Journal {
  readonly #store: BrokerStore | undefined;
  readonly #options: JournalOptions;
  #pending: Batch = emptyBatch();
  #writing: Batch | undefined;
  #scheduled = false;
  #fails = false;
  /** Counts changes, so that a publisher does not wait for writes that do not concern its publication. */
  #revision = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: JournalOptions) {
    this.#store = options.store;
    this.#options = options;
  }

  /** Whether there is a store. */
  get keeps(): boolean {
    return this.#store !== undefined;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Sets the value of `key`. */
  set(key: string, value: Value): void {
    if (!this.#store) return;
    this.#change(key, value);
  }

  /** Removes `key`. `once`: it was set at most once, so if it is not written yet, it need not be. */
  remove(key: string, once = false): void {
    if (!this.#store) return;
    if (once && this.#pending.changes.delete(key) && !this.#writing?.changes.has(key)) return;
    this.#change(key, null);
  }

  /** Calls `written` when all changes so far are stored; at once when there are none. Calls keep their order. */
  written(written: Written): void {
    if (!this.#store) return written(true);
    if (this.#pending.changes.size > 0 || this.#pending.waiting.length > 0) this.#pending.waiting.push(written);
    else if (this.#writing) this.#writing.waiting.push(written);
    else written(true);
  }

  /** Resolves when everything is written, or cannot be. */
  idle(): Promise<void> {
    if (!this.#writing && this.#pending.changes.size === 0) return Promise.resolve();
    // A refused write is tried once more.
    this.#schedule();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #change(key: string, value: Value | null): void {
    this.#revision++;
    this.#pending.changes.set(key, value);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    const store = this.#store;
    const batch = this.#pending;
    if (!store || this.#writing) return;
    this.#pending = emptyBatch();
    if (batch.changes.size > 0) {
      this.#writing = batch;
      const kept = await this.#attempt(store, batch);
      this.#writing = undefined;
      if (!kept) this.#takeBack(batch);
      for (const written of batch.waiting) written(kept);
      // After a refusal, the next change causes the next attempt.
      if (kept && this.#pending.changes.size > 0) return this.#schedule();
    } else {
      for (const written of batch.waiting) written(true);
    }
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #attempt(store: BrokerStore, { changes }: Batch): Promise<boolean> {
    try {
      const list: StoreChange[] = [];
      for (const [key, value] of changes) {
        list.push(value ? { kind: 'put', key, value: value() } : { kind: 'delete', key });
      }
      await store.write(list);
      this.#fails = false;
      return true;
    } catch (error) {
      if (!this.#fails) this.#options.failed(error);
      this.#fails = true;
      return false;
    }
  }

  /** Puts the changes that could not be written before the later ones. */
  #takeBack({ changes }: Batch): void {
    const since = this.#pending;
    this.#pending = { changes, waiting: since.waiting };
    for (const [key, value] of since.changes) changes.set(key, value);
    if (since.waiting.length > 0) this.#schedule();
  }
}

function emptyBatch(): Batch {
  return { changes: new Map(), waiting: [] };
}
