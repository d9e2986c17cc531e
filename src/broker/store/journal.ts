// The changes that are not in the store yet. The changes of one turn of the event loop are one write, and so are those
// made during a write. An entry that was added and removed before its write is never written.

import type { BrokerStore, StoreChange } from './broker-store';

/** Encodes the value at the time of the write. Most entries are removed before that. */
type Value = () => Buffer;
/** Called with true when the changes are stored, with false when they cannot be. */
export type Written = (kept: boolean) => void;

interface Change {
  /** Undefined: the entry must be deleted. */
  readonly value: Value | undefined;
  /** The store has no entry with this key. If it is removed before the write, nothing needs to be written. */
  readonly fresh: boolean;
}

interface Batch {
  readonly changes: Map<string, Change>;
  readonly waiting: Written[];
}

/** Delay in ms before a write that was refused is repeated. */
const RETRY = 1000;

interface JournalOptions {
  /** Undefined: nothing is stored, and everything counts as written. */
  readonly store: BrokerStore | undefined;
  /** Runs `task` at the end of this turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** Calls `task` once after `delay` ms. */
  readonly after: (delay: number, task: () => void) => void;
  /** The store has refused a write. Called once until a write succeeds. */
  readonly failed: (error: unknown) => void;
  /** A write has succeeded after a refusal. */
  readonly works: () => void;
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
  #whenEnded: (() => void)[] = [];
  #ended = false;

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

  /** Sets the value of `key`. `fresh`: the store has no entry with this key. */
  set(key: string, value: Value, fresh = false): void {
    if (!this.#store) return;
    const before = this.#pending.changes.get(key);
    const unknown = before ? before.fresh : fresh && !this.#writing?.changes.has(key);
    this.#change(key, { value, fresh: unknown });
  }

  /** Removes `key`. An entry that is not written yet is never written. */
  remove(key: string): void {
    if (!this.#store) return;
    if (this.#pending.changes.get(key)?.fresh) this.#pending.changes.delete(key);
    else this.#change(key, DELETED);
  }

  /** Calls `written` when all changes so far are stored; at once when there are none. Calls keep their order. */
  written(written: Written): void {
    if (!this.#store) return written(true);
    if (this.#hasMore) this.#pending.waiting.push(written);
    else if (this.#writing) this.#writing.waiting.push(written);
    else written(true);
  }

  /** Writes the remaining changes, and stops. A refused write is repeated once. Resolves when that is done. */
  end(): Promise<void> {
    this.#ended = true;
    this.#scheduled = false;
    if (!this.#writing && !this.#hasMore) return Promise.resolve();
    if (!this.#writing) void this.#write();
    return new Promise((resolve) => this.#whenEnded.push(resolve));
  }

  get #hasMore(): boolean {
    return this.#pending.changes.size > 0 || this.#pending.waiting.length > 0;
  }

  #change(key: string, change: Change): void {
    this.#revision++;
    this.#pending.changes.set(key, change);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    const write = (): void => {
      if (!this.#scheduled) return;
      this.#scheduled = false;
      void this.#write();
    };
    // Each attempt encodes all pending changes. An attempt in every turn would leave no time for anything else.
    if (this.#fails && !this.#ended) this.#options.after(RETRY, write);
    else this.#options.defer(write);
  }

  async #write(): Promise<void> {
    const store = this.#store;
    const batch = this.#pending;
    if (!store || this.#writing) return;
    this.#pending = emptyBatch();
    let kept = true;
    if (batch.changes.size > 0) {
      this.#writing = batch;
      kept = await this.#attempt(store, batch);
      this.#writing = undefined;
      if (!kept) this.#takeBack(batch);
    }
    for (const written of batch.waiting) written(kept);
    if (this.#hasMore && (kept || !this.#ended)) this.#schedule();
    else for (const resolve of this.#whenEnded.splice(0)) resolve();
  }

  async #attempt(store: BrokerStore, { changes }: Batch): Promise<boolean> {
    try {
      const list: StoreChange[] = [];
      for (const [key, { value }] of changes) {
        list.push(value ? { kind: 'put', key, value: value() } : { kind: 'delete', key });
      }
      await store.write(list);
      if (this.#fails) this.#options.works();
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
    const { changes: since, waiting } = this.#pending;
    this.#pending = { changes, waiting };
    for (const [key, change] of since) {
      const fresh = changes.get(key)?.fresh ?? change.fresh;
      if (fresh && !change.value) changes.delete(key);
      else changes.set(key, { value: change.value, fresh });
    }
  }
}

const DELETED: Change = { value: undefined, fresh: false };

function emptyBatch(): Batch {
  return { changes: new Map(), waiting: [] };
}
