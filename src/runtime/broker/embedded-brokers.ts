// The embedded brokers of this Node-RED. One outlives the redeploy of its node, so that pressing Deploy neither loses
// retained messages nor disconnects devices.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { EmbeddedSettings } from '../../settings/broker.config';
import { EmbeddedBroker, type ListenOptions } from '../../transport/embedded/embedded-broker';
import { asMqttFlowsError } from '../../transport/streams/network-error';
import { evaluateCredential, savedCredentials } from '../client/client-identity';
import { flowsStarted } from '../deploy/deploy-events';
import { Handover } from '../deploy/handover';
import { sharedText } from '../node/localize';
import { reportError } from '../node/node-problem';

const handover = new Handover<EmbeddedBroker>();

/**
 * The broker that an earlier instance of the node left, or a new one. Devices reach it as `address` says; when they
 * cannot, that is reported and the in-process side works on.
 */
export function takeEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  address: EmbeddedSettings['listen'],
): EmbeddedBroker {
  const broker = handover.take(node) ?? new EmbeddedBroker();
  const started = flowsStarted(RED, node);
  let closed = false;
  node.on('close', () => {
    closed = true;
  });
  const listening = listenOptions(RED, node, definition, address).then(async (listen) => {
    // What a replaced node reads late must not undo what its successor has set.
    if (closed) return;
    await broker.listen(listen);
    if (broker.port === undefined || !listen) return;
    node.log(sharedText(RED, 'log.listening', { address: listen.bindAddress, port: broker.port }));
  });
  listening.catch(async (error: unknown) => {
    await started;
    reportError(RED, node, asMqttFlowsError(error, 'listen'), { server: sharedText(RED, 'log.embedded') });
  });
  return broker;
}

async function listenOptions(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  address: EmbeddedSettings['listen'],
): Promise<ListenOptions | undefined> {
  if (!address) return undefined;
  const credentials = savedCredentials(RED, definition);
  const username = await evaluateCredential(RED, node, credentials, 'embeddedUsername');
  const password = await evaluateCredential(RED, node, credentials, 'embeddedPassword');
  return { ...address, username, password };
}

/**
 * Closes `broker`, unless its node may come back: then it waits for that until the deploy is over. `closeClient` ends the
 * connection of the node itself, which may still have something to say.
 */
export async function leaveEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  broker: EmbeddedBroker,
  removed: boolean,
  closeClient: () => Promise<unknown>,
): Promise<void> {
  const end = async (): Promise<void> => {
    await closeClient();
    await broker.close();
  };
  if (removed) return end();
  // One that never started has nothing to close, and has been reported by whoever wanted to connect.
  handover.leave(RED, node, broker, () => void end().catch(() => {}));
}
