// A row in the list of a router's rules: the filter, the new topic, and a collapsed part for the rest.

import { namesVariables } from '../../settings/environment-text';
import { parseRule, type RuleConfig, ruleDefaults } from '../../settings/router.config';
import { addFieldNote } from '../fields/field-note';
import { keepReader } from '../fields/list-rows';
import { sharedText } from '../fields/shared-text';
import { topicTemplateProblem } from '../fields/template-problem';
import { offerTopics } from '../fields/topic-completion';
import { topicFilterNote, topicFilterProblem } from '../fields/topic-filter-problem';
import { templateHint } from '../fields/topic-hint';
import { trimPasted } from '../fields/trim-pasted';
import { nameTypedInput } from '../fields/typed-input-name';
import { typedValueProblem } from '../publish/typed-value-problem';

/** A rule, with the output that it had when the dialog opened. */
export interface RuleRow extends Partial<RuleConfig> {
  readonly output?: number;
}

export interface RuleValue extends RuleConfig {
  readonly output: number | undefined;
}

/** The place of a rule when it was deployed, attached to the line that shows its count. */
export interface SavedRule {
  readonly output: number | undefined;
  readonly filter: string;
}

/** The error for a rule, or undefined. Values with variables are checked by the runtime. */
export function ruleProblem(rule: Partial<RuleConfig>): string | undefined {
  const { filter, topic, data, dataType, condition } = { ...ruleDefaults, ...rule };
  const problem = topicFilterProblem(filter) ?? (topic === '' ? undefined : topicTemplateProblem(topic));
  return problem ?? dataProblem(data, dataType) ?? conditionProblem(condition);
}

/** Builds the content of a row. `changed` is called when its value changes. */
export function addRuleRow(container: JQuery, row: RuleRow, changed: () => void): void {
  const saved: RuleConfig = { ...ruleDefaults, ...savedPart(row) };
  const filterLine = $('<div>').appendTo(container);
  const filter = textInput(sharedText('fields.filter'), sharedText('fields.filterExample'), saved.filter);
  const flex = $('<div>').css({ display: 'flex', gap: '8px', alignItems: 'baseline' }).appendTo(filterLine);
  // The style sheet of the dialog counts the rows.
  $('<span>', { class: 'mqtt-flows-rule-output', text: sharedText('rule.output') }).appendTo(flex.append(filter));
  // Nothing is wrong with a row in which nothing was typed yet.
  let typed = saved.filter !== '';
  filter.on('input', () => {
    typed = true;
  });
  addFieldNote(filterLine, filter, (text) => (typed ? topicFilterNote(text) : {}));
  trimPasted(filter);
  offerTopics(filter);
  const topicLine = $('<div>').css({ marginTop: '4px' }).appendTo(container);
  const topic = textInput(sharedText('rule.topic'), sharedText('rule.topic'), saved.topic).appendTo(topicLine);
  addFieldNote(topicLine, topic, (text) => ({
    problem: text.trim() === '' ? undefined : topicTemplateProblem(text.trim()),
    hint: templateHint(text),
  }));
  trimPasted(topic);
  const readMore = addMore(container, saved);
  $('<div>', { class: 'mqtt-flows-rule-taken' })
    .css({ fontSize: '12px', color: 'var(--red-ui-secondary-text-color)' })
    .data('rule', { output: row.output, filter: saved.filter } satisfies SavedRule)
    .appendTo(container);
  keepReader<RuleValue>(container, () => ({
    ...saved,
    filter: String(filter.val()).trim(),
    topic: String(topic.val()).trim(),
    ...readMore(),
    output: row.output,
  }));
  container.on('input change', changed);
}

function savedPart({ output: _output, ...rule }: RuleRow): Partial<RuleConfig> {
  return rule;
}

function textInput(label: string, placeholder: string, value: string): JQuery {
  return $('<input>', { type: 'text', placeholder, 'aria-label': label, spellcheck: false })
    .css({ width: '100%' })
    .val(value);
}

type More = Pick<RuleConfig, 'data' | 'dataType' | 'retained' | 'qos' | 'condition'>;

/** Builds the collapsed part when it is opened: typed inputs are slow, and few rules need them. */
function addMore(container: JQuery, saved: RuleConfig): () => Partial<More> {
  const used = saved.data !== '' || saved.retained !== 'any' || saved.qos !== '' || saved.condition !== '';
  const fold = $('<details>').css({ marginTop: '4px' }).appendTo(container);
  $('<summary>').text(sharedText('rule.more')).css({ cursor: 'pointer', fontSize: '12px' }).appendTo(fold);
  let read: (() => More) | undefined;
  const build = (): void => {
    read ??= buildMore($('<div>').css({ paddingTop: '4px' }).appendTo(fold), saved);
  };
  fold.on('toggle', build);
  if (used) {
    fold.prop('open', true);
    build();
  }
  return () => read?.() ?? {};
}

function buildMore(container: JQuery, saved: RuleConfig): () => More {
  const flags = $('<div>').css({ display: 'flex', gap: '6px', flexWrap: 'wrap' }).appendTo(container);
  const retained = select(sharedText('rule.retained'), saved.retained, [
    ['any', sharedText('rule.retainedAny')],
    ['retained', sharedText('rule.retainedOnly')],
    ['live', sharedText('rule.retainedNot')],
  ]).appendTo(flags);
  const qos = select('QoS', String(saved.qos), [
    ['', sharedText('rule.qosAny')],
    ['0', 'QoS 0'],
    ['1', 'QoS 1'],
    ['2', 'QoS 2'],
  ]).appendTo(flags);
  const always = { value: ALWAYS, label: sharedText('rule.always'), hasValue: false };
  const conditionType = saved.condition === '' ? ALWAYS : 'jsonata';
  const types = [always, 'jsonata'];
  const condition = typedRow(container, sharedText('rule.condition'), saved.condition, types, conditionType);
  const readCondition = (): string =>
    condition.input.typedInput('type') === ALWAYS ? '' : condition.input.typedInput('value').trim();
  addFieldNote(condition.line, condition.input, () => ({ problem: conditionProblem(readCondition()) }));
  const data = typedRow(container, sharedText('rule.data'), saved.data, DATA_TYPES, saved.dataType);
  addFieldNote(data.line, data.input, (text) => ({ problem: dataProblem(text, dataTypeOf(data.input)) }));
  return () => ({
    // The values of the two selects are limited to their options.
    retained: String(retained.val()) as RuleConfig['retained'],
    qos: qos.val() === '' ? '' : (Number(qos.val()) as RuleConfig['qos']),
    condition: readCondition(),
    data: data.input.typedInput('value'),
    dataType: dataTypeOf(data.input),
  });
}

/** Node-RED marks a blank expression as an error, so "no condition" is a type of its own. */
const ALWAYS = 'always';
const DATA_TYPES = ['str', 'num', 'bool', 'json'] as const satisfies readonly RuleConfig['dataType'][];

function dataTypeOf(input: JQuery): RuleConfig['dataType'] {
  const type = input.typedInput('type');
  return DATA_TYPES.find((known) => known === type) ?? ruleDefaults.dataType;
}

function select(label: string, value: string, options: readonly (readonly [value: string, text: string])[]): JQuery {
  const list = $('<select>', { 'aria-label': label, title: label }).css({ flex: '1 1 90px', width: 'auto' });
  for (const [option, text] of options) list.append($('<option>', { value: option }).text(text));
  return list.val(value);
}

function typedRow(
  container: JQuery,
  label: string,
  value: string,
  types: readonly (string | TypedInputType)[],
  type: string,
): { readonly line: JQuery; readonly input: JQuery } {
  const line = $('<div>').css({ marginTop: '4px' }).appendTo(container);
  $('<div>').text(label).css({ fontSize: '12px' }).appendTo(line);
  const input = $('<input>', { type: 'text', 'aria-label': label }).css({ width: '100%' }).val(value).appendTo(line);
  input.typedInput({ types, default: type });
  input.typedInput('type', type);
  input.typedInput('value', value);
  // The typed input's own method measures the width, which is impossible before the dialog is shown.
  line.find('.red-ui-typedInput-container').css('width', '100%');
  nameTypedInput(line, input, label);
  return { line, input };
}

function dataProblem(data: string, dataType: RuleConfig['dataType']): string | undefined {
  if (data === '' || namesVariables(data) || parseRule({ ...ruleDefaults, filter: '#', data, dataType }).ok) return;
  return dataType === 'json' ? sharedText('rule.noJson') : sharedText('rule.noNumber');
}

function conditionProblem(condition: string): string | undefined {
  return condition.trim() === '' ? undefined : typedValueProblem({ value: condition, type: 'jsonata' });
}
