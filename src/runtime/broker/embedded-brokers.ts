// The embedded brokers of this Node-RED. A broker outlives the redeploy of its node, so that a deploy neither loses
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
 * The broker that an earlier instance of the node has left, or a new one. Devices reach it at `address`. If they
 * cannot, that is reported and the in-process side keeps working.
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
    // Settings that a replaced node reads late must not override those of its successor.
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
 * Closes `broker`, unless its node may come back: then the broker waits until the deploy is over. `closeClient` ends
 * the connection of the node itself, which may still send its close message.
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
  // A broker that never started has nothing to close. The failed connection has reported it.
  handover.leave(RED, node, broker, () => void end().catch(() => {}));
}
