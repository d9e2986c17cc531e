// Reads the values of named wildcards out of a topic name that the filter is known to match.

import type { TopicFilter } from './topic-filter';

/** What the named wildcards of a filter took from a topic: `msg.params`. */
export type TopicParams = Record<string, string>;

/**
 * The captures of `filter` in `topic`, or undefined when the filter names no wildcard. The filter must match the topic.
 * `#rest` on its parent level captures the empty string.
 */
export function readCaptures(filter: TopicFilter, topic: string): TopicParams | undefined {
  const { captures } = filter;
  if (captures.length === 0) return undefined;
  const params: TopicParams = {};
  let level = 0;
  let start = 0;
  for (const capture of captures) {
    while (level < capture.level && start <= topic.length) {
      start = endOfLevel(topic, start) + 1;
      level++;
    }
    params[capture.name] = topic.slice(start, capture.rest ? topic.length : endOfLevel(topic, start));
  }
  return params;
}

function endOfLevel(topic: string, start: number): number {
  const slash = topic.indexOf('/', start);
  return slash === -1 ? topic.length : slash;
}
