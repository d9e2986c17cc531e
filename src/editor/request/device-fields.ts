// The fields for devices that answer under topics of their own: where, and what tells their replies from other messages.

import { parseTopicFilter } from '../../core/topics/topic-filter';
import { parseTemplate } from '../../core/values/template';
import { namesVariables } from '../../settings/environment-text';
import { MATCH_TYPES, type RequestConfig } from '../../settings/request.config';
import { addFieldNote } from '../fields/field-note';
import { sharedText } from '../fields/shared-text';
import { templateHint } from '../fields/topic-hint';
import { trimPasted } from '../fields/trim-pasted';
import { previewHint } from '../publish/template-preview';
import { prepareTypedField } from '../publish/typed-field';
import { typedValueProblem } from '../publish/typed-value-problem';

/** The error for a template that cannot make a topic filter, or undefined. A template with variables is checked by the runtime. */
export function responseTopicProblem(text: string): string | undefined {
  if (namesVariables(text)) return undefined;
  const parsed = parseTemplate(text.trim());
  if (!parsed.ok) return sharedText(`template.${parsed.problem}`, { at: parsed.at });
  const { constant } = parsed.template;
  const filter = constant === undefined ? undefined : parseTopicFilter(constant);
  if (!filter) return undefined;
  if (!filter.ok) return sharedText(`topicFilter.${filter.problem}`, { at: filter.at });
  return filter.filter.shareGroup === undefined ? undefined : sharedText('fields.noGroup');
}

/** Prepares the fields, and shows those that the chosen condition needs. */
export function prepareDeviceFields({ match }: Partial<Pick<RequestConfig, 'match'>>): void {
  const topic = $('#node-input-responseTopic');
  addFieldNote(topic.closest('.form-row'), topic, (text) => ({
    problem: text === '' ? sharedText('topicFilter.empty') : responseTopicProblem(text),
    hint: templateHint(text) ?? previewHint(text) ?? sharedText('fields.template'),
  }));
  trimPasted(topic);
  const rows = {
    property: $('#mqtt-flows-matchProperty-row, #mqtt-flows-matchValue-row'),
    jsonata: $('#mqtt-flows-matchExpression-row'),
  };
  prepareTypedField($('#mqtt-flows-matchProperty-row'), $('#node-input-matchProperty'), {
    types: ['msg'],
    note: (typed) => ({ problem: typedValueProblem(typed) }),
  });
  prepareTypedField($('#mqtt-flows-matchValue-row'), $('#node-input-matchValue'), {
    types: MATCH_TYPES,
    typeField: $('#node-input-matchValueType'),
    note: (typed) => ({ problem: typedValueProblem(typed) }),
  });
  prepareTypedField($('#mqtt-flows-matchExpression-row'), $('#node-input-matchExpression'), {
    types: ['jsonata'],
    note: (typed) => ({ problem: typedValueProblem(typed), hint: sharedText('fields.matchExpression') }),
  });
  const select = $('#node-input-match').val(match ?? '');
  const show = (): void => {
    rows.property.toggle(select.val() === 'property');
    rows.jsonata.toggle(select.val() === 'jsonata');
  };
  select.on('change', show);
  show();
}
