// JSONata expressions of a node, compiled once and evaluated by Node-RED for each message.

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';

/** Evaluates an expression for a message. Rejects with what JSONata throws. */
export type Evaluate = (message: NodeMessage) => Promise<unknown>;

/** Compiles `text` for `node`; the error of an invalid expression names `setting`. */
export function jsonata(RED: NodeAPI, node: Node, text: string, setting: string): Result<Evaluate> {
  let expression: ReturnType<typeof RED.util.prepareJSONataExpression>;
  try {
    expression = RED.util.prepareJSONataExpression(text, node);
  } catch (error) {
    const params = { property: setting, expression: text.slice(0, 200), detail: thrownDetail(error) };
    return failed(new MqttFlowsError('expression-invalid', { stage: 'config', params }));
  }
  return found(
    (message) =>
      new Promise((resolve, reject) => {
        RED.util.evaluateJSONataExpression(expression, message, (error, value) =>
          error ? reject(error) : resolve(value),
        );
      }),
  );
}

/** What was thrown, as an error shows it: JSONata throws objects that are not errors. */
export function thrownDetail(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).slice(0, 200);
}
