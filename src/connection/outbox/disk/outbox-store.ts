// The store of a disk queue. runtime/storage/level-store.ts implements it; tests use others.

/** One change. The changes of one write() are made together or not at all. */
export type StoreChange =
  /** New publications: see core/outbox/record-chunk.ts. */
  | { readonly kind: 'chunk'; readonly number: number; readonly records: Buffer }
  /** The progress of the publications of a chunk: see outbox-chunk.ts. */
  | { readonly kind: 'marks'; readonly number: number; readonly marks: Buffer }
  /** All publications of a chunk are settled: it is removed with its marks. */
  | { readonly kind: 'remove'; readonly number: number }
  /** The packet identifiers of exchanges that the session still has, and whose publications are given up: all of them. */
  | { readonly kind: 'givenUp'; readonly identifiers: readonly number[] }
  /** By how many ms the clock of the machine was set while the store was open, in total: see store-time.ts. */
  | { readonly kind: 'clock'; readonly clockSet: number };

export interface StoredChunk {
  readonly number: number;
  readonly records: Buffer;
}

export interface StoreContents {
  /** publications that wait */
  readonly count: number;
  /** bytes of their topics, payloads and properties */
  readonly bytes: number;
  /** The highest number of a chunk; 0 when it is empty. */
  readonly last: number;
  /** By the number of the chunk, for chunks with marks. */
  readonly marks: ReadonlyMap<number, Buffer>;
  /** What the latest change of the kind `clock` says; 0 without one. */
  readonly clockSet: number;
  /** What the latest change of the kind `givenUp` says; empty without one. */
  readonly givenUp: readonly number[];
  /** Where an earlier store was moved to, and why: it was damaged, or of another version of this package. */
  readonly aside?: { readonly path: string; readonly why: 'damaged' | 'other-version' };
}

/** Every failure is an MqttFlowsError that names the place and what the system said. */
export interface OutboxStore {
  /** Opens the store, for the first time or after a failure. Nobody else can open it then. */
  open(): Promise<StoreContents>;
  /** Copies the data of `changes` before it returns. Resolves when they are on disk. */
  write(changes: readonly StoreChange[]): Promise<void>;
  /**
   * Chunks with numbers above `after` and up to `last`, in order: no more than are needed for `limit` publications or
   * `bytes`.
   */
  read(range: { after: number; last: number; limit: number; bytes: number }): Promise<readonly StoredChunk[]>;
  /** Closes the store, so that others can open it. */
  close(): Promise<void>;
}
