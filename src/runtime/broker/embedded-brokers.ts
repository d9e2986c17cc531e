// The embedded brokers of this Node-RED. A broker outlives the redeploy of its node, so that a deploy neither loses
// what it remembers nor disconnects devices.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { EmbeddedSettings } from '../../settings/broker.config';
import { EmbeddedBroker, type ListenOptions } from '../../transport/embedded/embedded-broker';
import { asMqttFlowsError } from '../../transport/streams/network-error';
import { evaluateCredential, savedCredentials } from '../client/client-identity';
import { flowsStarted, isReplacing } from '../deploy/deploy-events';
import { Handover } from '../deploy/handover';
import { sharedText } from '../node/localize';
import { reportError } from '../node/node-problem';
import { brokerStore } from '../storage/broker-directory';
import { EmbeddedLog } from './embedded-log';

/** A broker, and who is told of it. */
export interface RunningBroker {
  readonly broker: EmbeddedBroker;
  readonly log: EmbeddedLog;
  readonly store: EmbeddedSettings['store'];
}

interface LeftBroker extends RunningBroker {
  /** Closes it; for one that no instance has taken, or that does not fit. */
  readonly end: () => Promise<void>;
}

const handover = new Handover<LeftBroker>();
/** By node id: brokers that are being closed. Only one at a time can have the folder of the node, and the port. */
const endings = new Map<string, Promise<void>>();

/**
 * The broker that an earlier instance of the node has left, or a new one. Devices reach it at `listen`. If they
 * cannot, that is reported and the in-process side keeps working.
 */
export function takeEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  { listen: address, store }: EmbeddedSettings,
): RunningBroker {
  const left = handover.take(node);
  const fits = left?.store === store;
  if (left && !fits) void ending(node, left.end);
  const running = left && fits ? left : start(RED, node, store);
  if (left && fits) left.log.serve(node);
  const { broker } = running;
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
  return running;
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

function start(RED: NodeAPI, node: Node, store: EmbeddedSettings['store']): RunningBroker {
  const log = new EmbeddedLog(RED, node);
  const kept = store === 'disk' ? brokerStore(RED, node) : undefined;
  const after = endings.get(node.id);
  const broker = new EmbeddedBroker({ listener: log, ...(kept ? { store: kept } : {}), ...(after ? { after } : {}) });
  return { broker, log, store };
}

/** Ends a broker of `node`, and lets its next one wait for that. Resolves in any case. */
function ending(node: Node, end: () => Promise<void>): Promise<void> {
  // A broker that never started has nothing to close. The failed connection has reported it.
  const ended: Promise<void> = end()
    .catch(() => {})
    .then(() => {
      if (endings.get(node.id) === ended) endings.delete(node.id);
    });
  endings.set(node.id, ended);
  return ended;
}

/**
 * Closes the broker, unless its node may come back: then the broker waits until the deploy is over. `closeClient` ends
 * the connection of the node itself, which may still send its close message.
 */
export async function leaveEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  running: RunningBroker,
  removed: boolean,
  closeClient: () => Promise<unknown>,
): Promise<void> {
  const end = async (): Promise<void> => {
    await closeClient();
    await running.broker.close();
  };
  if (removed) return ending(node, end);
  handover.leave(RED, node, { ...running, end }, () => void ending(node, end));
  // Node-RED may end before the flows have stopped and the broker with them: what has come so far must be on disk.
  if (!isReplacing(RED)) await running.broker.flush();
}
