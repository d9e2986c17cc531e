// Checks topic filters in dialogs with the parser of the runtime.

import { parseTopicFilter, type TopicFilterResult } from '../../core/topics/topic-filter';
import { isVariable, namesVariables } from '../../settings/environment-text';
import type { FieldNote } from './field-note';
import { sharedText } from './shared-text';
import { filterHint } from './topic-hint';

/**
 * The error for an invalid filter, or undefined. A filter with variables is checked by the runtime; one that is `literal`
 * has none, unless it is nothing else.
 */
export function topicFilterProblem(text: string, literal = false): string | undefined {
  return hasVariables(text, literal) ? undefined : problemOf(parseTopicFilter(text));
}

function hasVariables(text: string, literal: boolean): boolean {
  return literal ? isVariable(text) : namesVariables(text);
}

/** The error for a filter, or the properties that its named wildcards set. */
export function topicFilterNote(text: string, literal = false): FieldNote {
  if (hasVariables(text, literal)) return { hint: sharedText('fields.variables') };
  const result = parseTopicFilter(text.trim());
  if (!result.ok) return { problem: problemOf(result) };
  const odd = filterHint(text);
  if (odd) return { hint: odd };
  return { hint: result.filter.captures.map(({ name }) => `msg.params.${name}`).join('  ') };
}

function problemOf(result: TopicFilterResult): string | undefined {
  return result.ok ? undefined : sharedText(`topicFilter.${result.problem}`, { at: result.at });
}
