// Which replies of a device belong to a request: by a property that must equal, or by a JSONata expression.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { AcceptsReply } from '../../connection/requests/pending-request';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import type { OutsideFound } from '../../core/values/outside-value';
import { fillProblem, readPath } from '../../core/values/template';
import { valueFor } from '../../core/values/value-source';
import type { MatchSettings } from '../../settings/request.config';
import { answerDetail } from '../context/late-answers';
import { jsonata } from '../node/jsonata';
import type { ReadReplies } from './reply-reader';

/** Makes the condition for the replies to `message`; undefined when any reply will do. */
type ConditionFor = (message: NodeMessage, outside: OutsideFound) => Result<AcceptsReply | undefined>;

const NONE = found(undefined);

/** An invalid expression is the error. */
export function replyConditions(
  RED: NodeAPI,
  node: Node,
  match: MatchSettings,
  read: ReadReplies,
): Result<ConditionFor> {
  switch (match.kind) {
    case 'any':
      return found(() => NONE);
    case 'property':
      return found((message, outside) => propertyCondition(match, read, message, outside));
    case 'jsonata':
      return byExpression(RED, node, match.expression, read);
  }
}

function propertyCondition(
  { path, expected }: Extract<MatchSettings, { readonly kind: 'property' }>,
  read: ReadReplies,
  message: NodeMessage,
  outside: OutsideFound,
): Result<AcceptsReply> {
  const wanted = valueFor(expected, message, outside, 'matchValue');
  if (!wanted.ok) return wanted;
  const problem = fillProblem(wanted.value);
  if (problem) {
    const text = expected.kind === 'fixed' || expected.kind === 'template' ? '' : expected.text;
    const params = { property: 'matchValue', template: text, path: text, problemKey: `templateValue.${problem}` };
    return failed(new MqttFlowsError('property-missing', { stage: 'request', params }));
  }
  // A number in JSON may be text in a template.
  const text = String(wanted.value);
  return found((reply) => {
    const value = readPath(read(reply).message, path);
    return found(fillProblem(value) === undefined && String(value) === text);
  });
}

function byExpression(RED: NodeAPI, node: Node, text: string, read: ReadReplies): Result<ConditionFor> {
  const evaluate = jsonata(RED, node, text, 'matchExpression');
  if (!evaluate.ok) return evaluate;
  const invalid = (thrown: unknown): MqttFlowsError => {
    const params = { condition: text.slice(0, 200), ...answerDetail(thrown) };
    return new MqttFlowsError('request-condition-failed', { stage: 'request', params });
  };
  const conditionFor: ConditionFor = (request) => {
    const accepts: AcceptsReply = (reply) =>
      evaluate
        .value({ ...read(reply).message, request } as NodeMessage)
        .then((value) => found(Boolean(value)))
        .catch((thrown: unknown) => failed(invalid(thrown)));
    return found(accepts);
  };
  return found(conditionFor);
}
