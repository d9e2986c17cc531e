// Where the topic filter of a subscription comes from: fixed, a template that names values of contexts, or an expression.
// Runs in the editor too.

import { filterInvalid, MqttFlowsError } from '../errors/mqtt-flows-error';
import { plainText } from '../errors/plain-text';
import { failed, found, type Result } from '../errors/result';
import { noteIn, type OutsideFound, type OutsideValue } from '../values/outside-value';
import { type FillProblem, fillProblem, parseTemplate, placeholderValue, type Template } from '../values/template';
import { parseTopicFilter, type TopicFilter } from './topic-filter';

/** `outside` are the values that the runtime has to find. */
export type FilterSource =
  | { readonly kind: 'fixed'; readonly filter: TopicFilter }
  | { readonly kind: 'template'; readonly template: Template; readonly outside: readonly OutsideValue[] }
  | { readonly kind: 'expression'; readonly text: string; readonly outside: readonly OutsideValue[] };

/** How a filter is written. `text`: as it is, whatever braces are in it. */
export type FilterType = 'text' | 'template' | 'jsonata';

/** What no level of a filter from values may have: servers end the connection over it (MQTT 5, section 1.5.4). */
const CONTROL = /\p{Cc}/u;

/** A level that any value could make, as errors show it. As a name of a wildcard it is invalid, which it has to be. */
const ANY_VALUE = '{{…}}';

const SHARE = '$share/';

/** Reads a filter as it is saved. Of a template, everything is checked that does not depend on the values. */
export function readFilterSource(text: string, type: FilterType): Result<FilterSource> {
  if (type === 'template') return readTemplate(text);
  if (type === 'text') return readFixed(text);
  if (text.trim() === '') return failed(filterInvalid('', 'empty', ''));
  return found({ kind: 'expression', text, outside: [{ type: 'jsonata', text, setting: 'filter' }] });
}

function readFixed(text: string): Result<FilterSource> {
  const parsed = parseTopicFilter(text);
  if (!parsed.ok) return failed(filterInvalid(text, parsed.problem, parsed.at));
  return found({ kind: 'fixed', filter: parsed.filter });
}

function readTemplate(text: string): Result<FilterSource> {
  const outside: OutsideValue[] = [];
  const result = parseTemplate(text, noteIn(outside, 'filter'));
  if (!result.ok) return failed(templateInvalid(text, result.problem, result.at));
  const { template } = result;
  if (template.constant !== undefined) return readFixed(text);
  let shape = '';
  for (const segment of template.segments) {
    // Filters are filled in when the node starts, without a message.
    if (segment.kind === 'value' && segment.outside === undefined) {
      return failed(templateInvalid(text, 'noMessage', segment.text));
    }
    shape += segment.kind === 'text' ? segment.text : ANY_VALUE;
  }
  const parsed = parseTopicFilter(shape);
  if (!parsed.ok) return failed(filterInvalid(text, parsed.problem, parsed.at));
  return found({ kind: 'template', template, outside });
}

function templateInvalid(template: string, problem: string, at: string): MqttFlowsError {
  const params = { template, at, problemKey: `template.${problem}` };
  return new MqttFlowsError('template-invalid', { stage: 'config', params });
}

/** The filter that `source` gives with the values that the runtime has found. */
export function filterFrom(source: FilterSource, outside: OutsideFound): Result<TopicFilter> {
  switch (source.kind) {
    case 'fixed':
      return found(source.filter);
    case 'template':
      return filledFilter(source.template, outside);
    case 'expression':
      return expressionFilter(source.text, outside[0]);
  }
}

/** How the filter is written, for people. */
export function filterText(source: FilterSource): string {
  if (source.kind === 'fixed') return source.filter.text;
  return source.kind === 'template' ? source.template.text : source.text;
}

/**
 * A value stands for text of the filter and may have slashes. It may not make the filter match what its author did not
 * write: no wildcards, and no group of a shared subscription, which would take messages away from others.
 */
function filledFilter({ text, segments }: Template, outside: OutsideFound): Result<TopicFilter> {
  let filled = '';
  let slashes = 0;
  const isShared = text.startsWith(SHARE);
  for (const segment of segments) {
    if (segment.kind === 'text') {
      filled += segment.text;
      slashes += segment.text.split('/').length - 1;
      continue;
    }
    const value = placeholderValue(segment, {}, outside);
    const problem = fillProblem(value);
    if (problem) return failed(missing(text, segment.text, problem));
    const written = String(value);
    const fault = valueFault(written, isShared && slashes < 2);
    if (fault) return failed(faulty(filled + written, segment.text, fault));
    filled += written;
  }
  if (!isShared && filled.startsWith(SHARE)) return failed(faulty(filled, text, 'shared'));
  return parsed(filled);
}

function expressionFilter(text: string, value: unknown): Result<TopicFilter> {
  if (value === undefined || value === null || value === '') return failed(missing(text, text, 'missing'));
  if (typeof value === 'number' && Number.isFinite(value)) return parsed(String(value));
  if (typeof value !== 'string') return failed(missing(text, text, 'notText'));
  return CONTROL.test(value) ? failed(faulty(value, text, 'control')) : parsed(value);
}

/** Why a value may not be part of a filter. Each has a sentence in the locales under `templateValue.`. */
export type ValueFault = 'wildcard' | 'control' | 'shared';

function valueFault(value: string, isGroup: boolean): ValueFault | undefined {
  if (value.includes('+') || value.includes('#')) return 'wildcard';
  if (CONTROL.test(value)) return 'control';
  return isGroup && value.includes('/') ? 'shared' : undefined;
}

function parsed(filter: string): Result<TopicFilter> {
  const result = parseTopicFilter(filter);
  if (result.ok) return found(result.filter);
  const { code, params } = filterInvalid(plainText(filter), result.problem, plainText(result.at));
  return failed(new MqttFlowsError(code, { stage: 'subscribe', params }));
}

function missing(template: string, path: string, problem: FillProblem): MqttFlowsError {
  const params = {
    template: template.slice(0, 200),
    path: path.slice(0, 200),
    problemKey: `templateValue.${problem}`,
  };
  return new MqttFlowsError('filter-missing', { stage: 'subscribe', params });
}

function faulty(filter: string, path: string, fault: ValueFault): MqttFlowsError {
  const params = { filter: plainText(filter), path: path.slice(0, 200), problemKey: `templateValue.${fault}` };
  return new MqttFlowsError('filter-invalid', { stage: 'subscribe', params });
}
