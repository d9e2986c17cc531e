// What a dialog says about a topic filter, by the parser that the runtime uses.

import { parseTopicFilter, type TopicFilterResult } from '../../core/topics/topic-filter';
import { namesVariables } from '../../settings/environment-text';
import type { FieldNote } from './field-note';
import { sharedText } from './shared-text';

/** The sentence for a filter that is not valid, or undefined. One with variables is judged where they are known. */
export function topicFilterProblem(text: string): string | undefined {
  return namesVariables(text) ? undefined : problemOf(parseTopicFilter(text));
}

/** What is wrong with a filter, or which properties its named wildcards will set. */
export function topicFilterNote(text: string): FieldNote {
  if (namesVariables(text)) return { hint: sharedText('fields.variables') };
  const result = parseTopicFilter(text);
  if (!result.ok) return { problem: problemOf(result) };
  return { hint: result.filter.captures.map(({ name }) => `msg.params.${name}`).join('  ') };
}

function problemOf(result: TopicFilterResult): string | undefined {
  return result.ok ? undefined : sharedText(`topicFilter.${result.problem}`, { at: result.at });
}
