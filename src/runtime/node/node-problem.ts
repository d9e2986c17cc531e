// What a node does that cannot work: a red status that says why, and one error for a Catch node.

import type { Node, NodeAPI } from 'node-red';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { flowsStarted } from '../deploy/deploy-events';
import { localizedError, sharedKey } from './localize';

/** Shows `error` on `node`, and reports it once the Catch nodes of the deploy are there, unless another node does. */
export function showProblem(RED: NodeAPI, node: Node, error: MqttFlowsError, reported = false): void {
  node.status({ fill: 'red', shape: 'dot', text: sharedKey(`status.${error.code}`) });
  if (!reported) void flowsStarted(RED, node).then(() => reportError(RED, node, error));
}

/** Reports an error that belongs to no message; one that does goes to the message's `done`. */
export function reportError(
  RED: NodeAPI,
  node: Node,
  error: MqttFlowsError,
  values: Readonly<Record<string, string | number>> = {},
): void {
  // Only with a message does Node-RED route an error to Catch nodes.
  node.error(localizedError(RED, error, values), {});
}

/** What was thrown, as the error that `done` of a message takes. */
export function thrownError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Answers each message with `error`: a node that cannot work must not swallow what it is given. */
export function refuseMessages(RED: NodeAPI, node: Node, error: MqttFlowsError): void {
  node.on('input', (_message, _send, done) => done(localizedError(RED, error)));
}
