// What a node does when its settings cannot work: it shows a red status with the reason, and reports one error to a
// Catch node.

import type { Node, NodeAPI } from 'node-red';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { flowsStarted } from '../deploy/deploy-events';
import { localizedError, sharedKey } from './localize';

/** Shows `error` on `node`. Reports it once the Catch nodes of the deploy exist, unless another node reports it. */
export function showProblem(RED: NodeAPI, node: Node, error: MqttFlowsError, reported = false): void {
  node.status({ fill: 'red', shape: 'dot', text: sharedKey(`status.${error.code}`) });
  // Node-RED keeps a status over deploys, and the next instance may have none to show.
  node.on('close', () => node.status({}));
  if (!reported) void flowsStarted(RED, node).then(() => reportError(RED, node, error));
}

/** Reports an error that does not belong to a message. An error of a message goes to its `done`. */
export function reportError(
  RED: NodeAPI,
  node: Node,
  error: MqttFlowsError,
  values: Readonly<Record<string, string | number>> = {},
): void {
  // Node-RED routes an error to Catch nodes only if it has a message.
  node.error(localizedError(RED, error, values), {});
}

/** Answers each message with `error`: a node that cannot work must not discard messages silently. */
export function refuseMessages(RED: NodeAPI, node: Node, error: MqttFlowsError): void {
  node.on('input', (_message, _send, done) => done(localizedError(RED, error)));
}
