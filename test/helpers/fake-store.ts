// A disk of an outbox in memory: it survives the outbox, writes when the test says so, and fails when it shall.

import type {
  OutboxStore,
  StoreChange,
  StoreContents,
  StoredExchange,
  StoredRecord,
} from '#src/connection/outbox-store';
import { MqttFlowsError } from '#src/core/mqtt-flows-error';
import { recordedBytes } from '#src/core/publication-record';

export class FakeStore implements OutboxStore {
  readonly records = new Map<number, Buffer>();
  readonly exchanges = new Map<number, StoredExchange>();
  /** How many write() calls there were. */
  writes = 0;
  opens = 0;
  /** Highest number of records that a read() has returned. */
  largestRead = 0;
  /** Thrown by the next calls while it is set. */
  failure: MqttFlowsError | undefined;
  /** While it is set, writes wait for it. */
  gate: Promise<void> | undefined;
  damaged: string | undefined;

  async open(): Promise<StoreContents> {
    this.opens++;
    this.#check();
    const sequences = [...this.records.keys()].sort((a, b) => a - b);
    let bytes = 0;
    for (const record of this.records.values()) bytes += recordedBytes(record);
    const exchanges = [...this.exchanges.values()];
    const contents = { count: sequences.length, bytes, last: sequences.at(-1) ?? 0, exchanges };
    return this.damaged === undefined ? contents : { ...contents, damaged: this.damaged };
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.writes++;
    await this.gate;
    this.#check();
    for (const change of changes) this.#apply(change);
  }

  async read(range: { after: number; last: number; limit: number }): Promise<readonly StoredRecord[]> {
    this.#check();
    const wanted = [...this.records.keys()].filter((sequence) => sequence > range.after && sequence <= range.last);
    const records = wanted
      .sort((a, b) => a - b)
      .slice(0, range.limit)
      .map((sequence) => ({ sequence, record: this.records.get(sequence) ?? Buffer.alloc(0) }));
    this.largestRead = Math.max(this.largestRead, records.length);
    return records;
  }

  async close(): Promise<void> {}

  #apply(change: StoreChange): void {
    const { sequence } = change;
    if (change.kind === 'put') this.records.set(sequence, change.record);
    if (change.kind === 'remove') this.records.delete(sequence);
    if (change.kind === 'remove' || change.kind === 'endExchange') this.exchanges.delete(sequence);
    if (change.kind === 'exchange') {
      const { packetIdentifier, received } = change;
      this.exchanges.set(sequence, { sequence, packetIdentifier, received });
    }
  }

  #check(): void {
    if (this.failure) throw this.failure;
  }
}

export function diskFull(): MqttFlowsError {
  return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params: { path: 'x', detail: 'ENOSPC' } });
}
