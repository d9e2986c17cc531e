// The store for the state that must outlive the broker: keys and values, sorted by key. Tests bring their own.

export type StoreChange =
  | { readonly kind: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly kind: 'delete'; readonly key: string };

/** What was set aside because it could not be read, and where it is now. */
export interface StoreAside {
  readonly path: string;
  readonly why: 'damaged' | 'other-version';
}

export interface BrokerStore {
  /** Opens it. Sets a damaged store aside, and opens an empty one. Rejects when it cannot be used at all. */
  open(): Promise<{ readonly aside?: StoreAside }>;
  /** All entries, sorted by key. Rejects when the store is damaged. */
  entries(): AsyncIterable<readonly [key: string, value: Buffer]>;
  /** Resolves when all `changes` are stored and survive a kill of the process. Rejects when none is stored. */
  write(changes: readonly StoreChange[]): Promise<void>;
  /** Sets all contents aside, because they make no sense, and begins with an empty store. */
  putAside(): Promise<StoreAside>;
  close(): Promise<void>;
}
