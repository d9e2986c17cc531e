// The embedded brokers of this Node-RED. One outlives the redeploy of its node, so that pressing Deploy neither loses
// retained messages nor disconnects devices.

import type { Node, NodeAPI } from 'node-red';
import { EmbeddedBroker, type ListenOptions } from '../transport/embedded-broker';
import { asMqttFlowsError } from '../transport/network-error';
import { evaluateCredential } from './client-identity';
import { onDeploy } from './deploy-events';
import { flowsStarted } from './deploys';
import { sharedText } from './localize';
import { reportError } from './node-problem';
import type { Definition } from './setting-value';

/** Where devices reach a broker; what they must know comes from the credentials of the node. */
type ListenAddress = Omit<ListenOptions, 'username' | 'password'>;

/** How long a broker waits for its node to come back when no deploy ends, in ms. */
const HANDOVER = 5000;

const waiting = new Map<string, { readonly broker: EmbeddedBroker; readonly timer: NodeJS.Timeout }>();

/**
 * The broker that an earlier instance of the node left, or a new one. Devices reach it as `address` says; when they
 * cannot, that is reported and the in-process side works on.
 */
export function takeEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  definition: Definition,
  address: ListenAddress | undefined,
): EmbeddedBroker {
  const left = waiting.get(node.id);
  if (left) clearTimeout(left.timer);
  waiting.delete(node.id);
  const broker = left?.broker ?? new EmbeddedBroker();
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
  definition: Definition,
  address: ListenAddress | undefined,
): Promise<ListenOptions | undefined> {
  if (!address) return undefined;
  const username = await evaluateCredential(RED, node, definition, 'embeddedUsername');
  const password = await evaluateCredential(RED, node, definition, 'embeddedPassword');
  return { ...address, username, password };
}

/** Closes `broker`, unless its node may come back: then it waits for that until the deploy is over. */
export async function leaveEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  broker: EmbeddedBroker,
  removed: boolean,
): Promise<void> {
  // In a subflow a node has another id after each deploy, so nobody could take the broker over.
  if (removed || isInSubflow(node)) return broker.close();
  const giveUp = (): void => {
    stopWaiting();
    if (waiting.get(node.id)?.broker !== broker) return;
    waiting.delete(node.id);
    // One that never started has nothing to close, and has been reported by whoever wanted to connect.
    broker.close().catch(() => {});
  };
  const stopWaiting = onDeploy(RED, 'flows:started', giveUp);
  waiting.set(node.id, { broker, timer: setTimeout(giveUp, HANDOVER).unref() });
}

/** Node-RED keeps the id that a node has in its subflow's template in `_alias`. */
function isInSubflow(node: Node): boolean {
  return '_alias' in node && node._alias !== undefined;
}
