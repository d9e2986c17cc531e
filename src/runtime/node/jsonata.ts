// JSONata expressions of a node, compiled once and evaluated by Node-RED for each message.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { LateAnswers } from '../context/late-answers';
import { thrownDetail } from '../context/thrown-detail';

/** Evaluates an expression for a message. Rejects with what JSONata throws, or with `NoAnswer`. */
export type Evaluate = (message: NodeMessage) => Promise<unknown>;

/** Compiles `text` for `node`; the error of an invalid expression names `setting`. */
export function jsonata(
  RED: NodeAPI,
  node: Node,
  text: string,
  setting: string,
  clock: Clock = systemClock,
): Result<Evaluate> {
  try {
    return found(compiled(RED, node, text, clock));
  } catch (error) {
    const params = { property: setting, expression: text.slice(0, 200), detail: thrownDetail(error) };
    return failed(new MqttFlowsError('expression-invalid', { stage: 'config', params }));
  }
}

/** Compiles `text` for `node`. Throws what JSONata throws. */
export function compiled(RED: NodeAPI, node: Node, text: string, clock: Clock = systemClock): Evaluate {
  const expression = RED.util.prepareJSONataExpression(text, node);
  // An expression may ask a context store.
  const answers = new LateAnswers(clock);
  return (message) => answers.ask((answered) => RED.util.evaluateJSONataExpression(expression, message, answered));
}
