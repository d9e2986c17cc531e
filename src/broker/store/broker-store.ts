// Where a broker keeps what must outlive it: names and values, in the order of their names. The real one is a LevelDB in
// src/runtime/storage; tests bring theirs.

export type StoreChange =
  | { readonly kind: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly kind: 'delete'; readonly key: string };

/** What was put aside because it could not be read, and where it is now. */
export interface StoreAside {
  readonly path: string;
  readonly why: 'damaged' | 'other-version';
}

export interface BrokerStore {
  /** Opens it. Rejects when it cannot be used at all; a damaged one is put aside, and an empty one opened. */
  open(): Promise<{ readonly aside?: StoreAside }>;
  /** All entries in the order of their keys. Rejects when it is damaged. */
  entries(): AsyncIterable<readonly [key: string, value: Buffer]>;
  /** Resolves when all `changes` are kept, also if the process is killed then; rejects when none is. */
  write(changes: readonly StoreChange[]): Promise<void>;
  /** Puts all aside that is there, and begins anew: what it holds makes no sense. */
  putAside(): Promise<StoreAside>;
  close(): Promise<void>;
}
