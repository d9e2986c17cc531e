// What has changed and is not in the store yet. The changes of one turn of the event loop, and those that come while others
// are being written, are one write; what was added and is needed no more by then is never written at all.

import type { BrokerStore, StoreChange } from './broker-store';

/** Makes the value when it is written: most are gone by then. */
type Value = () => Buffer;
/** Called with whether the changes are kept. */
export type Written = (kept: boolean) => void;

interface Batch {
  /** null for what is to be deleted. */
  readonly changes: Map<string, Value | null>;
  readonly waiting: Written[];
}

export interface JournalOptions {
  /** undefined: nothing is kept, and everything counts as written. */
  readonly store: BrokerStore | undefined;
  /** Runs `task` after what is under way in this turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** The store has refused a write; it is tried again with the next change. Told once until one succeeds. */
  readonly failed: (error: unknown) => void;
}

export class Journal {
  readonly #store: BrokerStore | undefined;
  readonly #options: JournalOptions;
  #pending: Batch = emptyBatch();
  #writing: Batch | undefined;
  #scheduled = false;
  #fails = false;
  /** Counts changes, so that a publisher need not wait for a write that its publication has no part in. */
  #revision = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: JournalOptions) {
    this.#store = options.store;
    this.#options = options;
  }

  /** Whether anything is kept at all. */
  get keeps(): boolean {
    return this.#store !== undefined;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Sets what `key` stands for. */
  set(key: string, value: Value): void {
    if (!this.#store) return;
    this.#change(key, value);
  }

  /** Removes `key`. `once` says that it has been set one time at most: one that is not written yet never will be. */
  remove(key: string, once = false): void {
    if (!this.#store) return;
    if (once && this.#pending.changes.delete(key) && !this.#writing?.changes.has(key)) return;
    this.#change(key, null);
  }

  /** Calls `written` when all changes so far are kept: at once when there are none. Calls come in their order. */
  written(written: Written): void {
    if (!this.#store) return written(true);
    if (this.#pending.changes.size > 0 || this.#pending.waiting.length > 0) this.#pending.waiting.push(written);
    else if (this.#writing) this.#writing.waiting.push(written);
    else written(true);
  }

  /** Resolves when all is written, or cannot be. */
  idle(): Promise<void> {
    if (!this.#writing && this.#pending.changes.size === 0) return Promise.resolve();
    // What the store has refused is tried once more.
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
      // A store that refuses is not asked again before there is a reason to.
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

  /** Puts what could not be written before what has come since. */
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
