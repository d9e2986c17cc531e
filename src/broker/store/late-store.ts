// Stands in for a store that cannot be opened yet: keeps the entries in memory, and writes all of them once the store is
// there.

import type { Buffer } from 'node:buffer';
import type { BrokerStore, StoreAside, StoreChange } from './broker-store';

export class LateStore implements BrokerStore {
  /** What the store will hold; empty once it does. */
  readonly #entries = new Map<string, Buffer>();
  #store: BrokerStore | undefined;
  /** The keys of what the store held when it was opened, until that has been replaced. */
  #replaced: readonly string[] | undefined;

  /** Writes to `store`, which is open, from now on. The next write replaces all that it holds. */
  async arrived(store: BrokerStore): Promise<void> {
    const keys: string[] = [];
    for await (const [key] of store.entries()) keys.push(key);
    this.#store = store;
    this.#replaced = keys;
  }

  async open(): Promise<Record<string, never>> {
    return {};
  }

  async *entries(): AsyncGenerator<readonly [key: string, value: Buffer]> {
    yield* this.#entries;
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    const replaced = this.#replaced;
    const store = this.#store;
    if (!store) return change(this.#entries, changes);
    if (!replaced) return store.write(changes);
    // The changes of a write that fails come again, as they are then.
    const entries = new Map(this.#entries);
    change(entries, changes);
    const all: StoreChange[] = replaced.filter((key) => !entries.has(key)).map((key) => ({ kind: 'delete', key }));
    for (const [key, value] of entries) all.push({ kind: 'put', key, value });
    await store.write(all);
    this.#replaced = undefined;
    this.#entries.clear();
  }

  async putAside(): Promise<StoreAside> {
    throw new Error('nothing was read');
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }
}

function change(entries: Map<string, Buffer>, changes: readonly StoreChange[]): void {
  for (const each of changes) {
    if (each.kind === 'put') entries.set(each.key, each.value);
    else entries.delete(each.key);
  }
}
