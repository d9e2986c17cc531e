// The topic filter under which a device answers that knows nothing of response topics, made from a template.

import { filterInvalid, MqttFlowsError } from '../errors/mqtt-flows-error';
import { failed, found, type Result } from '../errors/result';
import { NOTHING_OUTSIDE, type NoteOutside, type OutsideFound } from '../values/outside-value';
import { fillTemplate, parseTemplate, placeholderAtFault, type Template } from '../values/template';
import { parseTopicFilter, type TopicFilter } from './topic-filter';

/** Reads the template; see parseTemplate() for `note`. Without placeholders it must be a topic filter, which may have wildcards, but no group. */
export function parseResponseFilter(text: string, note?: NoteOutside): Result<Template> {
  const parsed = parseTemplate(text, note);
  if (!parsed.ok) {
    const params = { template: text, at: parsed.at, problemKey: `template.${parsed.problem}` };
    return failed(new MqttFlowsError('template-invalid', { stage: 'config', params }));
  }
  const { constant } = parsed.template;
  const read = constant === undefined ? undefined : filterOf(constant);
  return read && !read.ok ? read : found(parsed.template);
}

/** The filter for `message`. A value must not bring a wildcard, which would let in what others are told. */
export function responseFilterFor(
  template: Template,
  message: object,
  outside: OutsideFound = NOTHING_OUTSIDE,
): Result<TopicFilter> {
  const filled = fillTemplate(template, message, outside);
  if (!filled.ok) {
    const params = { template: template.text, path: filled.at, problemKey: `templateValue.${filled.problem}` };
    return failed(new MqttFlowsError('topic-missing', { stage: 'request', params }));
  }
  const path = placeholderAtFault(template, message, outside, (text) => text.includes('+') || text.includes('#'));
  if (path !== undefined) {
    const params = { topic: filled.text.slice(0, 200), path, problemKey: 'templateValue.wildcard' };
    return failed(new MqttFlowsError('topic-invalid', { stage: 'request', params }));
  }
  return filterOf(filled.text);
}

function filterOf(text: string): Result<TopicFilter> {
  const result = parseTopicFilter(text);
  if (!result.ok) return failed(filterInvalid(text, result.problem, result.at));
  // Another member of the group would get the replies.
  if (result.filter.shareGroup !== undefined) return failed(filterInvalid(text, 'shareGroup', text));
  return found(result.filter);
}
