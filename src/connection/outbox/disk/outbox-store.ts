// What a disk queue needs of a disk. runtime/storage/level-store.ts is the real one; tests bring others.

/** One change; those of one write() are made together or not at all. */
export type StoreChange =
  /** Publications that wait from now on: see core/record-chunk.ts. */
  | { readonly kind: 'chunk'; readonly number: number; readonly records: Buffer }
  /** How far those of a chunk have come: see outbox-chunk.ts. */
  | { readonly kind: 'marks'; readonly number: number; readonly marks: Buffer }
  /** All of a chunk are through: it goes, and its marks with it. */
  | { readonly kind: 'remove'; readonly number: number };

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
  /** By the number of the chunk, where there are any. */
  readonly marks: ReadonlyMap<number, Buffer>;
  /** Where an earlier store was moved to, and why: it was damaged, or of another version of this package. */
  readonly aside?: { readonly path: string; readonly why: 'damaged' | 'other-version' };
}

/** Every failure is an MqttFlowsError that names the place and what the system said. */
export interface OutboxStore {
  /** Opens it, for the first time or after a failure; nobody else can open it then. */
  open(): Promise<StoreContents>;
  /** What `changes` hold is taken over before it returns, and is on disk when the promise resolves. */
  write(changes: readonly StoreChange[]): Promise<void>;
  /**
   * Chunks with numbers above `after` and up to `last`, in order: as many as are needed for `limit` publications or
   * `bytes`, and not more.
   */
  read(range: { after: number; last: number; limit: number; bytes: number }): Promise<readonly StoredChunk[]>;
  /** Lets others open it. */
  close(): Promise<void>;
}
