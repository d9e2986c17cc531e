// What a disk queue needs of a disk. runtime/level-store.ts is the real one; tests bring others.

/** One change; those of one write() are made together or not at all, in their order. */
export type StoreChange =
  | { readonly kind: 'put'; readonly sequence: number; readonly record: Buffer }
  /** The publication is through: it goes, and its exchange with it. */
  | { readonly kind: 'remove'; readonly sequence: number }
  | ({ readonly kind: 'exchange' } & StoredExchange)
  | { readonly kind: 'endExchange'; readonly sequence: number };

/** How far the exchange of a publication with the server had come. */
export interface StoredExchange {
  readonly sequence: number;
  readonly packetIdentifier: number;
  /** The server has received it (PUBREC). */
  readonly received: boolean;
}

export interface StoredRecord {
  readonly sequence: number;
  readonly record: Buffer;
}

export interface StoreContents {
  readonly count: number;
  /** bytes of topics, payloads and properties */
  readonly bytes: number;
  /** The highest sequence number; 0 when it is empty. */
  readonly last: number;
  readonly exchanges: readonly StoredExchange[];
  /** Where an earlier store was moved to because it was damaged. */
  readonly damaged?: string;
}

/** Every failure is an MqttFlowsError that names the place and what the system said. */
export interface OutboxStore {
  /** Opens it, for the first time or after a failure; nobody else can open it then. */
  open(): Promise<StoreContents>;
  write(changes: readonly StoreChange[]): Promise<void>;
  /** Records with sequence numbers above `after` and up to `last`, in order: at most `limit`, and not many more `bytes`. */
  read(range: { after: number; last: number; limit: number; bytes: number }): Promise<readonly StoredRecord[]>;
  /** Lets others open it. */
  close(): Promise<void>;
}
