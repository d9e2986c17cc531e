// Topic names made from templates: topics to publish to, and topics that the router rewrites.

import { type ErrorParams, type ErrorStage, MqttFlowsError } from '../errors/mqtt-flows-error';
import { NOTHING_OUTSIDE, type NoteOutside, type OutsideFound } from '../values/outside-value';
import {
  type FillProblem,
  fillProblem,
  fillTemplate,
  parseTemplate,
  placeholderAtFault,
  type Template,
} from '../values/template';
import { type TopicNameProblem, topicNameProblem } from './topic-name';

export type TopicResult =
  | { readonly ok: true; readonly topic: string }
  | { readonly ok: false; readonly error: MqttFlowsError };

type TopicTemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly error: MqttFlowsError };

/**
 * Reads the template of a topic; see parseTemplate() for `note`. Without placeholders it must be a topic name. `place` is
 * added to the error.
 */
export function parseTopicTemplate(text: string, place: ErrorParams = {}, note?: NoteOutside): TopicTemplateResult {
  const result = parseTemplate(text, note);
  if (!result.ok) {
    const params = { ...place, template: text, at: result.at, problemKey: `template.${result.problem}` };
    return { ok: false, error: new MqttFlowsError('template-invalid', { stage: 'config', params }) };
  }
  const { constant } = result.template;
  const problem = constant === undefined ? undefined : topicNameProblem(constant);
  return problem ? { ok: false, error: topicInvalid(text, problem, place) } : result;
}

/**
 * The topic name that `template` gives for `message`. It is an error when a value is missing or makes the name invalid,
 * for example with a wildcard.
 */
export function fillTopic(
  template: Template,
  message: object,
  stage: ErrorStage,
  outside: OutsideFound = NOTHING_OUTSIDE,
): TopicResult {
  const filled = fillTemplate(template, message, outside);
  if (!filled.ok) return missing(template.text, filled.at, filled.problem, stage);
  const result = checkedTopic(filled.text, stage);
  // For a template that is a single value, the error names the resulting topic.
  if (result.ok || template.segments.length === 1) return result;
  const path = placeholderAtFault(template, message, outside, (text) => topicNameProblem(text) === 'wildcard');
  if (path === undefined) return result;
  const params = { topic: filled.text.slice(0, 200), path, problemKey: 'templateValue.wildcard' };
  return { ok: false, error: new MqttFlowsError('topic-invalid', { stage, params }) };
}

/** `value` as a topic name. `from` is the source of the value, as a user has written it. */
export function topicFromValue(value: unknown, from: string, stage: ErrorStage): TopicResult {
  const problem = fillProblem(value);
  return problem ? missing(from, from, problem, stage) : checkedTopic(String(value), stage);
}

function checkedTopic(topic: string, stage: ErrorStage): TopicResult {
  const problem = topicNameProblem(topic);
  if (!problem) return { ok: true, topic };
  const params = { topic: topic.slice(0, 200), problemKey: `topicName.${problem}` };
  return { ok: false, error: new MqttFlowsError('topic-invalid', { stage, params }) };
}

/** The error for a setting that is not a topic name. `place` is added to it. */
export function topicInvalid(topic: string, problem: TopicNameProblem, place: ErrorParams = {}): MqttFlowsError {
  const params = { ...place, topic: topic.slice(0, 200), problemKey: `topicName.${problem}` };
  return new MqttFlowsError('topic-invalid', { stage: 'config', params });
}

function missing(template: string, path: string, problem: FillProblem, stage: ErrorStage): TopicResult {
  const params = { template, path, problemKey: `templateValue.${problem}` };
  return { ok: false, error: new MqttFlowsError('topic-missing', { stage, params }) };
}
