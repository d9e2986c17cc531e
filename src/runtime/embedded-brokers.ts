// The embedded brokers of this Node-RED. One outlives the redeploy of its node, so that pressing Deploy neither loses
// retained messages nor disconnects devices.

import type { Node, NodeAPI } from 'node-red';
import { EmbeddedBroker, type ListenOptions } from '../transport/embedded-broker';
import { asMqttFlowsError } from '../transport/network-error';
import { flowsStarted } from './deploys';
import { sharedText } from './localize';
import { reportError } from './node-problem';

/** How long a broker waits for its node to come back, in ms. A deploy that takes longer starts a new one. */
const HANDOVER = 5000;

const waiting = new Map<string, { readonly broker: EmbeddedBroker; readonly timer: NodeJS.Timeout }>();

/**
 * The broker that an earlier instance of the node left, or a new one. Devices reach it as `listen` says; when they
 * cannot, that is reported and the in-process side works on.
 */
export function takeEmbeddedBroker(RED: NodeAPI, node: Node, listen: ListenOptions | undefined): EmbeddedBroker {
  const left = waiting.get(node.id);
  if (left) clearTimeout(left.timer);
  waiting.delete(node.id);
  const broker = left?.broker ?? new EmbeddedBroker();
  const started = flowsStarted(RED, node);
  broker.listen(listen).catch(async (error: unknown) => {
    await started;
    reportError(RED, node, asMqttFlowsError(error, 'listen'), { server: sharedText(RED, 'log.embedded') });
  });
  return broker;
}

/** Closes `broker`, unless its node may come back: then it waits for it a moment. */
export async function leaveEmbeddedBroker(node: Node, broker: EmbeddedBroker, removed: boolean): Promise<void> {
  if (removed) return broker.close();
  const timer = setTimeout(() => {
    waiting.delete(node.id);
    void broker.close();
  }, HANDOVER);
  waiting.set(node.id, { broker, timer: timer.unref() });
}
