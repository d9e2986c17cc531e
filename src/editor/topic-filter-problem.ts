// What a dialog says about a topic filter, by the parser that the runtime uses.

import { parseTopicFilter, type TopicFilterResult } from '../core/topic-filter';
import type { FieldNote } from './field-note';
import { sharedText } from './shared-text';

/** The sentence for a filter that is not valid, or undefined. */
export function topicFilterProblem(text: string): string | undefined {
  return problemOf(parseTopicFilter(text));
}

/** What is wrong with a filter, or which properties its named wildcards will set. */
export function topicFilterNote(text: string): FieldNote {
  const result = parseTopicFilter(text);
  if (!result.ok) return { problem: problemOf(result) };
  return { hint: result.filter.captures.map(({ name }) => `msg.params.${name}`).join('  ') };
}

function problemOf(result: TopicFilterResult): string | undefined {
  return result.ok ? undefined : sharedText(`topicFilter.${result.problem}`, { at: result.at });
}
