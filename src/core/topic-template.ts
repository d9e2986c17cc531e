// Topic names made from templates: what publish sends to and what the router rewrites to.

import { type ErrorStage, MqttFlowsError } from './mqtt-flows-error';
import { fillTemplate, type Template } from './template';
import { topicNameProblem } from './topic-name';

export type TopicResult =
  | { readonly ok: true; readonly topic: string }
  | { readonly ok: false; readonly error: MqttFlowsError };

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
