// Checks the filter of a row: text, text in which {{…}} is filled in, or a JSONata expression.

import { errorSentence } from '../../core/errors/error-sentence';
import { reportOf } from '../../core/errors/mqtt-flows-error';
import { type FilterType, readFilterSource } from '../../core/topics/filter-source';
import { isVariable, namesVariables } from '../../settings/environment-text';
import type { FieldNote } from '../fields/field-note';
import { sharedText } from '../fields/shared-text';
import { topicFilterNote, topicFilterProblem } from '../fields/topic-filter-problem';
import { typedValueProblem } from '../publish/typed-value-problem';

/** A filter as a row has it. */
interface RowFilter {
  readonly filter: string;
  readonly filterType?: Exclude<FilterType, 'text'>;
  readonly literal?: boolean;
}

/** The error for the filter of a row, or undefined. What has variables is checked by the runtime. */
export function rowFilterProblem({ filter = '', filterType, literal = false }: Partial<RowFilter>): string | undefined {
  if (filterType === 'jsonata') return typedValueProblem({ value: filter, type: 'jsonata' });
  return filterType === 'template' ? templateProblem(filter, literal) : topicFilterProblem(filter, literal);
}

function templateProblem(text: string, literal: boolean): string | undefined {
  if (literal ? isVariable(text) : namesVariables(text)) return undefined;
  const source = readFilterSource(text, 'template');
  return source.ok ? undefined : errorSentence(reportOf(source.error), {}, sharedText);
}

/** The note of a filter that is text. Placeholders are filled in unless it is `literal`. */
export function rowFilterNote(text: string, literal: boolean): FieldNote {
  if (literal || !text.includes('{{')) return topicFilterNote(text, literal);
  return { problem: templateProblem(text, literal), hint: hintOfRefresh(sharedText('fields.filterTemplate')) };
}

/** The box that gives a subscribe node its input. */
export const TAKES_MESSAGES = '#mqtt-flows-subscribe-control';

/** `hint`, with what a message that refreshes filters needs, where the node has no input yet. */
export function hintOfRefresh(hint: string): string {
  const box = $(TAKES_MESSAGES);
  if (box.length === 0 || box.prop('checked') === true) return hint;
  return `${hint} ${sharedText('fields.filterNeedsInput')}`;
}
