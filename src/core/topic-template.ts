// Topic names made from templates: what publish sends to and what the router rewrites to.

import { type ErrorParams, type ErrorStage, MqttFlowsError } from './mqtt-flows-error';
import { fillTemplate, parseTemplate, type Template } from './template';
import { topicNameProblem } from './topic-name';

export type TopicResult =
  | { readonly ok: true; readonly topic: string }
  | { readonly ok: false; readonly error: MqttFlowsError };

export type TopicTemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly error: MqttFlowsError };

/** Reads the template of a topic; one without placeholders must be a topic name. `place` goes with the error. */
export function parseTopicTemplate(text: string, place: ErrorParams = {}): TopicTemplateResult {
  const result = parseTemplate(text);
  if (!result.ok) {
    const params = { ...place, template: text, at: result.at, problemKey: `template.${result.problem}` };
    return { ok: false, error: new MqttFlowsError('template-invalid', { stage: 'config', params }) };
  }
  const { constant } = result.template;
  const problem = constant === undefined ? undefined : topicNameProblem(constant);
  if (!problem) return result;
  const params = { ...place, topic: text, problemKey: `topicName.${problem}` };
  return { ok: false, error: new MqttFlowsError('topic-invalid', { stage: 'config', params }) };
}

/**
 * The topic name that `template` gives for `message`. A missing value, or a value that makes the name invalid, such as
 * one with a wildcard, is an error and never a strange topic.
 */
export function fillTopic(template: Template, message: object, stage: ErrorStage): TopicResult {
  const filled = fillTemplate(template, message);
  if (!filled.ok) {
    const params = { template: template.text, path: filled.at, problemKey: `templateValue.${filled.problem}` };
    return { ok: false, error: new MqttFlowsError('topic-missing', { stage, params }) };
  }
  const problem = topicNameProblem(filled.text);
  if (!problem) return { ok: true, topic: filled.text };
  const params = { topic: filled.text.slice(0, 200), problemKey: `topicName.${problem}` };
  return { ok: false, error: new MqttFlowsError('topic-invalid', { stage, params }) };
}
