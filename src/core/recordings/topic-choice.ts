// Which messages of a recording are replayed, and what their topics become.

import { filterLevels, matchesTopic } from '../topics/filter-relations';
import { matchedText, parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { topicNameProblem } from '../topics/topic-name';

export class TopicChoice {
  readonly #filters: readonly { readonly filter: TopicFilter; readonly levels: readonly string[] }[];

  /** Without filters, all topics are chosen. */
  constructor(filters: readonly TopicFilter[]) {
    this.#filters = filters.map((filter) => ({ filter, levels: filterLevels(matchedText(filter)) }));
  }

  /** The first filter that matches `topic`; `all` where there are no filters; undefined when it is not chosen. */
  of(topic: string): TopicFilter | 'all' | undefined {
    if (this.#filters.length === 0) return 'all';
    return this.#filters.find(({ levels }) => matchesTopic(levels, topic))?.filter;
  }
}

/** `texts` as filters; undefined when one is wrong or names a shared subscription. */
export function readBranches(texts: readonly string[]): readonly TopicFilter[] | undefined {
  const filters: TopicFilter[] = [];
  for (const text of texts) {
    const parsed = parseTopicFilter(text);
    if (!parsed.ok || parsed.filter.shareGroup !== undefined) return undefined;
    filters.push(parsed.filter);
  }
  return filters;
}

/** Whether `prefix` can stand before topics. */
export function isTopicPrefix(prefix: string): boolean {
  return prefix === '' || topicNameProblem(prefix) === undefined;
}
