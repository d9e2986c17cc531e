// Topics from the longest unused to the last used, as a list through the records themselves: a message moves its topic
// to the end without looking at others.

import type { TopicRecord } from './topic-record';

export class UseOrder {
  #oldest: TopicRecord | undefined;
  #newest: TopicRecord | undefined;

  /** The longest unused. */
  get oldest(): TopicRecord | undefined {
    return this.#oldest;
  }

  /** Puts `record`, which is not in the list, at the end. */
  add(record: TopicRecord): void {
    record.older = this.#newest;
    record.newer = undefined;
    if (this.#newest) this.#newest.newer = record;
    else this.#oldest = record;
    this.#newest = record;
  }

  remove(record: TopicRecord): void {
    const { older, newer } = record;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    record.older = undefined;
    record.newer = undefined;
  }

  /** Moves `record`, which is in the list, to the end. */
  touch(record: TopicRecord): void {
    if (record === this.#newest) return;
    this.remove(record);
    this.add(record);
  }
}
