// Which topics have said nothing for too long. While nobody listens, because the connection is down or the process stood
// still, nobody is silent; afterwards, all have their whole time again.

import { DueQueue } from '../queues/due-queue';
import { Rhythm } from './rhythm';
import type { TopicRecord } from './topic-record';

/** How long a topic may say nothing: `after` ms, or `times` times its usual interval. */
export type SilenceRule =
  | { readonly kind: 'time'; readonly after: number }
  | { readonly kind: 'learnt'; readonly times: number };

/** ms; no topic falls silent sooner by a learnt rhythm, however often it speaks. */
const LEAST = 10_000;
/** Entries of topics that have left, before the queue is cleared of them. */
const MANY_GONE = 1000;

export class SilenceWatch {
  readonly #rules: readonly (SilenceRule | undefined)[];
  readonly #queue = new DueQueue<TopicRecord>();
  #listening = true;
  #listeningSince = Number.NEGATIVE_INFINITY;
  #silent = 0;
  #gone = 0;

  /** `rules` by their places, which the records hold. */
  constructor(rules: readonly (SilenceRule | undefined)[]) {
    this.#rules = rules;
  }

  /** Topics that are silent. */
  get silent(): number {
    return this.#silent;
  }

  /** Whether any topic is watched. */
  get watches(): boolean {
    return this.#rules.some((rule) => rule !== undefined);
  }

  /** When to look next; undefined when nothing can fall silent. */
  get nextAt(): number | undefined {
    return this.#listening ? this.#queue.nextAt : undefined;
  }

  /** From `now` on, silence means something. */
  listen(now: number): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#listeningSince = now;
  }

  /** Until listen(), silence means nothing. */
  pause(): void {
    this.#listening = false;
  }

  /** The process has not run for some time before `now`, so what was said may have been missed. */
  stoodStill(now: number): void {
    this.#listeningSince = now;
  }

  /** Watches a topic from now on, if a rule says so. */
  watch(record: TopicRecord): void {
    if (record.silent) return;
    const deadline = this.#deadline(record);
    if (deadline !== undefined && deadline < record.lookAt) this.#lookAt(record, deadline);
  }

  /** A topic that is known to be silent, and has been told so. */
  restoreSilent(record: TopicRecord): void {
    if (this.#rules[record.rule] === undefined) return;
    record.silent = true;
    this.#silent++;
  }

  /** Whether the topic is silent is to be seen anew. */
  release(record: TopicRecord): void {
    if (record.silent) this.#silent--;
    record.silent = false;
  }

  /** The topic has spoken. True when it was silent before. */
  heard(record: TopicRecord, now: number): boolean {
    const rule = this.#rules[record.rule];
    const wasSilent = record.silent;
    if (rule?.kind === 'learnt') this.#learn(record, now);
    record.heardAt = now;
    record.heard = true;
    if (wasSilent) {
      record.silent = false;
      this.#silent--;
    }
    if (rule) this.watch(record);
    return wasSilent;
  }

  /** The topic has left. */
  forget(record: TopicRecord): void {
    if (record.silent) this.#silent--;
    if (record.lookAt === Number.POSITIVE_INFINITY) return;
    // A topic may wait for days, and a million others may come and go meanwhile.
    if (++this.#gone <= MANY_GONE || this.#gone * 2 < this.#queue.length) return;
    this.#gone = 0;
    this.#queue.keepOnly((queued) => !queued.gone);
  }

  /**
   * The next topic that has fallen silent until `now`, after a look at no more than `most`; undefined when there was none.
   * When all of many topics have spoken, each is looked at and waits again.
   */
  nextSilent(now: number, most: number): TopicRecord | undefined {
    for (let looks = 0; looks < most && this.#listening; looks++) {
      const at = this.#queue.nextAt;
      const record = this.#queue.takeDue(now);
      if (!record) return undefined;
      // It has left, or has another place in the queue.
      if (record.gone || record.lookAt !== at) continue;
      record.lookAt = Number.POSITIVE_INFINITY;
      const deadline = this.#deadline(record);
      if (deadline === undefined) continue;
      if (deadline > now) {
        this.#lookAt(record, deadline);
        continue;
      }
      record.silent = true;
      this.#silent++;
      return record;
    }
    return undefined;
  }

  #lookAt(record: TopicRecord, at: number): void {
    record.lookAt = at;
    this.#queue.add(record, at);
  }

  /** When `record` falls silent if it says nothing; undefined while that is not known. */
  #deadline(record: TopicRecord): number | undefined {
    const allowed = this.#allowed(record);
    return allowed === undefined
      ? undefined
      : Math.max(record.heardAt, record.watchedSince, this.#listeningSince) + allowed;
  }

  #allowed({ rule, rhythm }: TopicRecord): number | undefined {
    const rules = this.#rules[rule];
    if (rules?.kind !== 'learnt') return rules?.after;
    const usual = rhythm?.usual;
    return usual === undefined ? undefined : Math.max(LEAST, rules.times * usual);
  }

  /** Intervals in which something may have been missed teach nothing. */
  #learn(record: TopicRecord, now: number): void {
    if (!record.heard || record.heardAt < this.#listeningSince) return;
    record.rhythm ??= new Rhythm();
    // A silence that has ended makes the usual interval longer step by step: the topic may have a new rhythm.
    const longest = this.#allowed(record) ?? Number.POSITIVE_INFINITY;
    record.rhythm.learn(Math.min(now - record.heardAt, longest));
  }
}
