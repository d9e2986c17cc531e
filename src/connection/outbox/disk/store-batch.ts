// The changes of one write to the store of an outbox, and the callbacks that wait for it.

import { type PreparedRecord, prepareRecord } from '../../../core/outbox/publication-record';
import { encodeChunk } from '../../../core/outbox/record-chunk';
import type { OutboxEntry } from '../outbox-entry';
import { OutboxChunk } from './outbox-chunk';
import type { StoreChange } from './outbox-store';
import type { StoreTime } from './store-time';

/** The most publications that are written as one value, and about how many bytes. */
const CHUNK_MESSAGES = 100;
const CHUNK_BYTES = 64 * 1024;

/** Entries that are written as one value. */
interface Packed {
  readonly chunk: OutboxChunk;
  readonly entries: readonly OutboxEntry[];
}

/** Called when the batch is on disk, with the entry. */
interface Effect {
  /** Its exchange as the batch writes it. */
  readonly packetIdentifier: number;
  readonly received: boolean;
  readonly kept: (entry: OutboxEntry) => void;
}

export class WriteBatch {
  /** Entries that are not on disk yet, in order. */
  fresh: OutboxEntry[] = [];
  /** One for each entry: while a disk is full, many connections may be lost. */
  readonly effects = new Map<OutboxEntry, Effect>();
  /** Chunks whose marks differ from those on disk. */
  readonly changed = new Set<OutboxChunk>();
  /** Numbers of chunks that are settled. */
  readonly gone = new Set<number>();
  /** The packet identifiers of all publications that were given up, when they differ from those on disk. */
  givenUp: ReadonlySet<number> | undefined;
  /** The chunks of the fresh entries, once pack() was called. */
  readonly packed: Packed[] = [];

  get isEmpty(): boolean {
    const { fresh, effects, changed, gone, givenUp } = this;
    return fresh.length === 0 && effects.size === 0 && changed.size === 0 && gone.size === 0 && !givenUp;
  }

  /** `effect` replaces an earlier one of `entry`. Unless it is the same, it takes its turn after all others. */
  onceWritten(entry: OutboxEntry, effect: Effect): void {
    const { packetIdentifier, received, kept } = this.effects.get(entry) ?? {};
    if (packetIdentifier === effect.packetIdentifier && received === effect.received && kept === effect.kept) return;
    this.effects.delete(entry);
    this.effects.set(entry, effect);
  }

  /** The changes to write, with times of the store. New chunks get the numbers after `latest`. */
  pack(latest: number, { shift, news }: Pick<StoreTime, 'shift' | 'news'>): StoreChange[] {
    const changes: StoreChange[] = [];
    for (let start = 0; start < this.fresh.length; ) {
      const records = chunkFrom(this.fresh, start, shift);
      const entries = this.fresh.slice(start, start + records.length);
      const chunk = new OutboxChunk(latest + this.packed.length + 1, entries.length);
      this.packed.push({ chunk, entries });
      for (const [index, entry] of entries.entries()) entry.written(chunk, index);
      changes.push({ kind: 'chunk', number: chunk.number, records: encodeChunk(records) });
      start += records.length;
    }
    for (const chunk of this.changed) {
      if (!chunk.isEmpty) changes.push({ kind: 'marks', number: chunk.number, marks: chunk.marks });
    }
    for (const number of this.gone) changes.push({ kind: 'remove', number });
    if (this.givenUp) changes.push({ kind: 'givenUp', identifiers: [...this.givenUp] });
    if (news !== undefined) changes.push({ kind: 'clock', clockSet: news });
    return changes;
  }

  /** This batch, which could not be written, combined with `later`. */
  joined(later: WriteBatch): WriteBatch {
    const both = new WriteBatch();
    both.fresh = [...this.fresh, ...later.fresh];
    for (const [entry, effect] of [...this.effects, ...later.effects]) both.onceWritten(entry, effect);
    for (const chunk of [...this.changed, ...later.changed]) both.changed.add(chunk);
    for (const number of [...this.gone, ...later.gone]) both.gone.add(number);
    both.givenUp = later.givenUp ?? this.givenUp;
    // A failed write may have been partial.
    for (const { chunk } of this.packed) both.gone.add(chunk.number);
    return both;
  }

  /** Removes the entries that are not on disk, and returns them. */
  withoutFresh(): readonly OutboxEntry[] {
    const { fresh } = this;
    this.fresh = [];
    for (const entry of fresh) entry.unwritten();
    return fresh;
  }
}

/** As many of `entries`, from `start`, as fit into one chunk, with times that are `shift` ms later. */
function chunkFrom(entries: readonly OutboxEntry[], start: number, shift: number): PreparedRecord[] {
  const records: PreparedRecord[] = [];
  let bytes = 0;
  for (let at = start; at < entries.length && records.length < CHUNK_MESSAGES && bytes < CHUNK_BYTES; at++) {
    const entry = entries[at];
    if (!entry) break;
    const record = prepareRecord(entry, shift);
    records.push(record);
    bytes += record.length;
  }
  return records;
}
