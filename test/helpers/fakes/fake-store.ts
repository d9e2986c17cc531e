// An outbox store in memory. It outlives the outbox, and writes and fails as the test says.

import { type KeptExchange, OutboxChunk } from '#src/connection/outbox/disk/outbox-chunk';
import type { OutboxStore, StoreChange, StoreContents, StoredChunk } from '#src/connection/outbox/disk/outbox-store';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { recordedBytes } from '#src/core/outbox/publication-record';
import { recordsOf } from '#src/core/outbox/record-chunk';

export class FakeStore implements OutboxStore {
  readonly chunks = new Map<number, Buffer>();
  readonly marks = new Map<number, Buffer>();
  /** The number of write() calls. */
  writes = 0;
  opens = 0;
  /** The highest number of records that a read() has returned. */
  largestRead = 0;
  /** While set, calls throw it. */
  failure: MqttFlowsError | undefined;
  /** While set, writes wait for it. */
  gate: Promise<void> | undefined;
  aside: StoreContents['aside'];
  clockSet = 0;
  givenUp: readonly number[] = [];

  /** The waiting records, in order. */
  get records(): readonly Buffer[] {
    return this.#numbers().flatMap((number) => {
      const chunk = this.#chunk(number);
      return recordsOf(this.chunks.get(number) ?? Buffer.alloc(0)).filter((_, index) => !chunk?.isThrough(index));
    });
  }

  /** The exchanges, in the order of the publications. */
  get exchanges(): readonly KeptExchange[] {
    return this.#numbers().flatMap((number) => {
      const chunk = this.#chunk(number);
      const all = Array.from({ length: chunk?.count ?? 0 }, (_, index) => chunk?.exchangeOf(index));
      return all.filter((exchange) => exchange !== undefined);
    });
  }

  async open(): Promise<StoreContents> {
    this.opens++;
    this.#check();
    const { records, marks, aside, clockSet, givenUp } = this;
    const bytes = records.reduce((sum, record) => sum + recordedBytes(record), 0);
    const last = this.#numbers().at(-1) ?? 0;
    const contents = { count: records.length, bytes, last, marks: new Map(marks), clockSet, givenUp };
    return aside === undefined ? contents : { ...contents, aside };
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.writes++;
    const taken = changes.map(copied);
    await this.gate;
    this.#check();
    for (const change of taken) this.#apply(change);
  }

  async read(range: { after: number; last: number; limit: number; bytes: number }): Promise<readonly StoredChunk[]> {
    this.#check();
    const found: StoredChunk[] = [];
    let count = 0;
    for (const number of this.#numbers()) {
      if (number <= range.after || number > range.last || count >= range.limit) continue;
      const records = this.chunks.get(number) ?? Buffer.alloc(0);
      count += recordsOf(records).length;
      found.push({ number, records });
    }
    this.largestRead = Math.max(this.largestRead, count);
    return found;
  }

  async close(): Promise<void> {}

  #numbers(): number[] {
    return [...this.chunks.keys()].sort((a, b) => a - b);
  }

  #chunk(number: number): OutboxChunk | undefined {
    const marks = this.marks.get(number);
    return marks && OutboxChunk.of(number, marks);
  }

  #apply(change: StoreChange): void {
    if (change.kind === 'clock') {
      this.clockSet = change.clockSet;
      return;
    }
    if (change.kind === 'givenUp') {
      this.givenUp = change.identifiers;
      return;
    }
    const { number } = change;
    if (change.kind === 'chunk') this.chunks.set(number, change.records);
    if (change.kind === 'marks') this.marks.set(number, change.marks);
    if (change.kind !== 'remove') return;
    this.chunks.delete(number);
    this.marks.delete(number);
  }

  #check(): void {
    if (this.failure) throw this.failure;
  }
}

function copied(change: StoreChange): StoreChange {
  if (change.kind === 'chunk') return { ...change, records: Buffer.from(change.records) };
  return change.kind === 'marks' ? { ...change, marks: Buffer.from(change.marks) } : change;
}

export function diskFull(): MqttFlowsError {
  return new MqttFlowsError('outbox-unavailable', { stage: 'outbox', params: { path: 'x', detail: 'ENOSPC' } });
}
