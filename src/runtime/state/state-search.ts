// What dialogs search for among the topics of one state. A walk through many topics takes time from the flows, so what it
// has found stands for a while in proportion to that.

import type { Clock } from '../../connection/clock';
import { compareNames } from '../../core/sidebar/name-order';
import { inTopics } from '../../core/sidebar/topic-search';
import type { TopicRecord } from '../../core/state/topic-record';
import type { TopicRecords } from '../../core/state/topic-records';
import { parseTopicFilter } from '../../core/topics/topic-filter';
import { topicNameProblem } from '../../core/topics/topic-name';

/** How many times as long as the walk took its result stands, for all who search for the same. */
const REST = 20;
/** Searches whose results are held at a time. */
const MOST_HELD = 4;
/** Topics that are put in order. With more, the order is that of their levels. */
const MOST_SORTED = 5000;

export class StateSearch {
  readonly #records: Pick<TopicRecords, 'all' | 'match'>;
  readonly #clock: Clock;
  readonly #held = new Map<string, readonly TopicRecord[]>();

  constructor(records: Pick<TopicRecords, 'all' | 'match'>, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /**
   * The topics that a filter with wildcards matches, or those that contain all words of a text, as in the sidebar; all for a
   * blank text. Some may have left since.
   */
  find(text: string): readonly TopicRecord[] {
    const held = this.#held.get(text);
    if (held) return held;
    const begun = this.#clock.now();
    const found = this.#walk(text);
    if (found.length <= MOST_SORTED) found.sort((a, b) => compareNames(a.topic, b.topic));
    if (this.#held.size < MOST_HELD) {
      this.#held.set(text, found);
      this.#clock.after(REST * (this.#clock.now() - begun), () => this.#held.delete(text));
    }
    return found;
  }

  #walk(text: string): TopicRecord[] {
    if (text === '') return this.#records.all();
    const parsed = parseTopicFilter(text);
    if (parsed.ok && topicNameProblem(text) === 'wildcard') return this.#records.match(parsed.filter);
    const matches = inTopics(text);
    return this.#records.all().filter(({ topic }) => matches(topic));
  }
}
