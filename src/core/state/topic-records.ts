// The records of topics within bounds. What exceeds them leaves, the longest unused first: neither received nor asked
// for.

import type { TopicFilter } from '../topics/topic-filter';
import { TopicIndex } from '../topics/topic-index';
import { TopicRecord, type TopicValue } from './topic-record';
import { UseOrder } from './use-order';
import { valueSize } from './value-size';

export interface StateLimits {
  readonly topics: number;
  /** Bytes of all values and topics. */
  readonly bytes: number;
  /** ms after which an unused topic is forgotten; 0 for never */
  readonly unused: number;
}

/** Beside value and topic: the record, its place in the indices and in queues. Measured; see docs/performance.md. */
const OVERHEAD = 500;
/** The levels of a topic that OVERHEAD has counted, and what a further one takes in the index: measured, 224 bytes. */
const LEVELS = 8;
const LEVEL = 224;

export class TopicRecords {
  readonly #limits: StateLimits;
  readonly #byTopic = new Map<string, TopicRecord>();
  readonly #index = new TopicIndex<TopicRecord>();
  readonly #order = new UseOrder();
  readonly #left: (record: TopicRecord) => void;
  #bytes = 0;
  #crowdedOut = 0;

  /** `left` is called for each topic that has left, whatever the cause. */
  constructor(limits: StateLimits, left: (record: TopicRecord) => void) {
    this.#limits = limits;
    this.#left = left;
  }

  get size(): number {
    return this.#byTopic.size;
  }

  /** Bytes of all records, as far as that can be told. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Topics that had to leave because there were too many, or too many bytes. */
  get crowdedOut(): number {
    return this.#crowdedOut;
  }

  find(topic: string): TopicRecord | undefined {
    return this.#byTopic.get(topic);
  }

  /** The records of the topics that `filter` matches, in any order. */
  match(filter: TopicFilter): TopicRecord[] {
    return this.#index.match(filter);
  }

  /** All records. Topics below the same level are together. */
  all(): TopicRecord[] {
    return this.#index.all();
  }

  /** All records, the longest unused first. */
  *inOrderOfUse(): Generator<TopicRecord> {
    for (let record = this.#order.oldest; record; record = record.newer) yield record;
  }

  /** Adds the record of a topic that has none. Others may leave for it. */
  add(topic: string, value: TopicValue, now: number): TopicRecord {
    const record = new TopicRecord(topic, value, now);
    this.#byTopic.set(topic, record);
    this.#index.set(topic, record);
    this.#order.add(record);
    this.weigh(record);
    return record;
  }

  /** Replaces the value. Call weigh() when it has been compared. */
  replace(record: TopicRecord, value: TopicValue, now: number): void {
    record.value = value;
    record.at = now;
    this.use(record, now);
  }

  /** Counts what `record` holds now. Others may leave for it. */
  weigh(record: TopicRecord): void {
    const { topic, value, compared, reference } = record;
    const before = compared && reference !== value.payload ? valueSize(reference) : 0;
    this.#bytes -= record.bytes;
    record.bytes = OVERHEAD + 2 * topic.length + levelBytes(topic) + valueSize(value) + before;
    this.#bytes += record.bytes;
    this.#makeRoom(record);
  }

  /** The topic was asked for. */
  use(record: TopicRecord, now: number): void {
    record.usedAt = now;
    this.#order.touch(record);
  }

  remove(record: TopicRecord): void {
    this.#byTopic.delete(record.topic);
    this.#index.delete(record.topic);
    this.#order.remove(record);
    this.#bytes -= record.bytes;
    record.gone = true;
    this.#left(record);
  }

  /** Forgets topics that nobody has used for too long, at most `most`. */
  expire(now: number, most: number): void {
    const { unused } = this.#limits;
    if (unused === 0) return;
    for (let count = 0; count < most; count++) {
      const { oldest } = this.#order;
      if (!oldest || now - oldest.usedAt < unused) return;
      this.remove(oldest);
    }
  }

  /** When a topic has to be forgotten; Infinity when none ever has. */
  get nextExpiry(): number {
    const { oldest } = this.#order;
    return this.#limits.unused === 0 || !oldest ? Number.POSITIVE_INFINITY : oldest.usedAt + this.#limits.unused;
  }

  /** The record of now stays, however large: its message has been received. */
  #makeRoom(now: TopicRecord): void {
    while (this.size > this.#limits.topics || this.#bytes > this.#limits.bytes) {
      const { oldest } = this.#order;
      if (!oldest || oldest === now) return;
      this.#crowdedOut++;
      this.remove(oldest);
    }
  }
}

function levelBytes(topic: string): number {
  let levels = 1;
  for (let at = topic.indexOf('/'); at !== -1; at = topic.indexOf('/', at + 1)) levels++;
  return LEVEL * Math.max(0, levels - LEVELS);
}
