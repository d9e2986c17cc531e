// What is known of many topics: the last value of each, what has changed, and who is silent. Times are in ms of a clock
// that the caller reads; it never goes back.

import { DueQueue } from '../queues/due-queue';
import type { TopicFilter } from '../topics/topic-filter';
import { type Deadband, differs } from './change';
import { Rhythm } from './rhythm';
import { type SilenceRule, SilenceWatch } from './silence-watch';
import type { TopicRecord, TopicValue } from './topic-record';
import { type StateLimits, TopicRecords } from './topic-records';

export interface StateSettings {
  readonly limits: StateLimits;
  /** How far numbers have to be apart to count as a change. */
  readonly deadband?: Deadband | undefined;
  /** Whether the first value of a topic counts as a change; and if it was retained. */
  readonly first: boolean;
  readonly firstRetained: boolean;
  /** ms between two changes of one topic; 0 for any */
  readonly pace: number;
  readonly rules: readonly (SilenceRule | undefined)[];
}

export interface StateListener {
  /** The place among the rules of silence for a topic that was not known; -1 for none. */
  ruleOf(topic: string): number;
  /** A change that has waited for its turn. */
  changed(change: Change): void;
  fellSilent(record: TopicRecord): void;
  /** A topic that was silent since `since` speaks again. */
  spoke(record: TopicRecord, since: number): void;
}

export interface Arrival {
  readonly topic: string;
  readonly value: TopicValue;
  /** What is compared with that of the value before. */
  readonly compared: unknown;
  /** A retained message that the server sends because of a SUBSCRIBE: no sign of life. */
  readonly replayed: boolean;
}

export interface Change {
  readonly topic: string;
  readonly value: TopicValue;
  /** What was compared of the last change; absent for the first value. */
  readonly before?: { readonly value: unknown; readonly at: number };
  readonly removed?: true;
}

/** A topic as another instance knew it. */
export interface RestoredTopic {
  readonly topic: string;
  readonly value: TopicValue;
  readonly at: number;
  readonly heardAt: number;
  /** When it was last received or asked for; now if that is not known. */
  readonly usedAt?: number;
  readonly reference?: { readonly value: unknown; readonly at: number };
  /** What is compared of a change that waits for its turn. */
  readonly waiting?: { readonly value: unknown };
  readonly rhythm?: Rhythm['kept'];
  readonly silent?: boolean;
}

/** How many topics one tick() handles, so that a mass silence does not hold up the flows. */
const MOST_AT_ONCE = 500;
/** ms that a tick may come too late before the process counts as having stood still. */
const LATE = 5000;

export class TopicStates {
  readonly records: TopicRecords;
  readonly silence: SilenceWatch;
  readonly #settings: StateSettings;
  readonly #listener: StateListener;
  /** Those with a change that waits for its turn. */
  readonly #paced = new DueQueue<TopicRecord>();

  constructor(settings: StateSettings, listener: StateListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.silence = new SilenceWatch(settings.rules);
    this.records = new TopicRecords(settings.limits, (record) => this.#left(record));
  }

  /** Takes a value. Returns the change that has to be sent now, if it is one. */
  take(arrival: Arrival, now: number): Change | undefined {
    const { topic, value } = arrival;
    const known = this.records.find(topic);
    const record = known ?? this.records.add(topic, value, now);
    const change = this.#received(record, arrival, known !== undefined, now);
    // A new one was weighed with its value alone.
    if (known || record.reference !== value.payload) this.records.weigh(record);
    return change;
  }

  #received(record: TopicRecord, arrival: Arrival, known: boolean, now: number): Change | undefined {
    const { topic, value, compared, replayed } = arrival;
    if (known) this.records.replace(record, value, now);
    else this.#begin(record, now);
    if (!replayed) {
      const since = record.heardAt;
      if (this.silence.heard(record, now)) this.#listener.spoke(record, since);
    }
    if (record.compared) return this.#compare(record, compared, now);
    record.compared = true;
    record.reference = compared;
    record.referenceAt = now;
    if (!(replayed ? this.#settings.firstRetained : this.#settings.first)) return undefined;
    record.sentAt = now;
    return { topic, value };
  }

  /** The value of `topic` has been removed, by `value`. Returns the change, if the topic was known. */
  remove(topic: string, value: TopicValue): Change | undefined {
    const record = this.records.find(topic);
    if (!record) return undefined;
    this.records.remove(record);
    const { compared, reference, referenceAt } = record;
    if (!compared) return { topic, value, removed: true };
    return { topic, value, before: { value: reference, at: referenceAt }, removed: true };
  }

  /** Adds a topic that was known before. It is no change and no sign of life. */
  restore(topic: RestoredTopic, now: number): void {
    if (this.records.find(topic.topic)) return;
    const record = this.records.add(topic.topic, topic.value, now);
    const { usedAt, reference, waiting, rhythm, silent } = topic;
    record.at = Math.min(topic.at, now);
    record.heardAt = Math.min(topic.heardAt, now);
    if (usedAt !== undefined) record.usedAt = Math.min(usedAt, now);
    if (reference) {
      record.compared = true;
      record.reference = reference.value;
      record.referenceAt = Math.min(reference.at, now);
      this.records.weigh(record);
      // When the last one was sent is not known.
      if (waiting) this.#postpone(record, waiting.value, now + this.#settings.pace);
    }
    if (rhythm) record.rhythm = Rhythm.from(rhythm);
    this.#begin(record, now, silent);
  }

  /** The rule for the topic of `record` may be another one from `now` on. */
  watchAnew(record: TopicRecord, now: number): void {
    this.silence.release(record);
    this.#begin(record, now);
  }

  /** The records of the topics that `filter` matches, which count as used. */
  ask(filter: TopicFilter, now: number): TopicRecord[] {
    const found = this.records.match(filter);
    for (const record of found) this.records.use(record, now);
    return found;
  }

  /** When tick() has to be called; Infinity when nothing is due in the future. */
  get nextAt(): number {
    const { nextExpiry } = this.records;
    return Math.min(this.#paced.nextAt ?? nextExpiry, this.silence.nextAt ?? nextExpiry, nextExpiry);
  }

  /**
   * Does what is due, at most so much that the caller can go on; nextAt says when to call again. `expectedAt` is when the
   * caller meant to call: much later means that the process stood still, and may have missed what was said.
   */
  tick(now: number, expectedAt: number): void {
    if (now - expectedAt > LATE) this.silence.stoodStill(now);
    this.records.expire(now, MOST_AT_ONCE);
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const record = this.#paced.takeDue(now);
      if (!record) break;
      this.#sendWaiting(record, now);
    }
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const record = this.silence.nextSilent(now, MOST_AT_ONCE);
      if (!record) break;
      this.#listener.fellSilent(record);
    }
  }

  #left(record: TopicRecord): void {
    this.silence.forget(record);
    // Many topics may come and go while their changes wait.
    if (this.#paced.length > 2 * this.records.size + MOST_AT_ONCE) this.#paced.keepOnly(({ gone }) => !gone);
  }

  #begin(record: TopicRecord, now: number, silent = false): void {
    record.rule = this.#listener.ruleOf(record.topic);
    record.watchedSince = now;
    if (silent) this.silence.restoreSilent(record);
    this.silence.watch(record);
  }

  #compare(record: TopicRecord, compared: unknown, now: number): Change | undefined {
    const { deadband, pace } = this.#settings;
    if (!differs(record.reference, compared, deadband)) {
      // It is again what the flow has seen last. An equal one need not be kept beside it.
      record.isWaiting = false;
      record.waiting = undefined;
      if (!deadband) record.reference = compared;
      return undefined;
    }
    record.waiting = compared;
    if (pace === 0 || now - record.sentAt >= pace) return this.#changeOf(record, now);
    this.#postpone(record, compared, record.sentAt + pace);
    return undefined;
  }

  /** The change of `record`, in which `compared` is compared, is sent at `due`. */
  #postpone(record: TopicRecord, compared: unknown, due: number): void {
    record.waiting = compared;
    record.isWaiting = true;
    if (record.isQueued) return;
    record.isQueued = true;
    this.#paced.add(record, due);
  }

  #sendWaiting(record: TopicRecord, now: number): void {
    record.isQueued = false;
    if (record.isWaiting && !record.gone) this.#listener.changed(this.#changeOf(record, now));
  }

  #changeOf(record: TopicRecord, now: number): Change {
    const { topic, value, reference, referenceAt, waiting } = record;
    record.reference = waiting;
    record.referenceAt = record.at;
    record.sentAt = now;
    record.waiting = undefined;
    record.isWaiting = false;
    return { topic, value, before: { value: reference, at: referenceAt } };
  }
}
