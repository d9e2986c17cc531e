// The embedded brokers of this Node-RED. A broker outlives the redeploy of its node, so that a deploy neither loses
// what it remembers nor disconnects devices.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { EmbeddedSettings } from '../../settings/broker.config';
import { EmbeddedBroker } from '../../transport/embedded/embedded-broker';
import { isReplacing } from '../deploy/deploy-events';
import { Handover } from '../deploy/handover';
import { brokerStore } from '../storage/broker-directory';
import { listenForDevices } from './device-side';
import { EmbeddedLog } from './embedded-log';

/** A broker, and who is told of it. */
interface RunningBroker {
  readonly broker: EmbeddedBroker;
  readonly log: EmbeddedLog;
  readonly store: EmbeddedSettings['store'];
}

interface TakenBroker extends RunningBroker {
  /** As in BrokerNode. */
  readonly listenerProblems: () => readonly MqttFlowsError[];
}

interface LeftBroker extends RunningBroker {
  /** Closes it; for one that no instance has taken, or that does not fit. */
  readonly end: () => Promise<void>;
}

const handover = new Handover<LeftBroker>();
/** By node id: brokers that are being closed. Only one at a time can have the folder of the node, and the port. */
const endings = new Map<string, Promise<void>>();

/**
 * The broker that an earlier instance of the node has left, or a new one. If devices cannot
 * reach it as `settings` say, that is reported and the in-process side keeps working.
 */
export function takeEmbeddedBroker(
  RED: NodeAPI,
  node: Node,
  definition: NodeDef,
  settings: EmbeddedSettings,
): TakenBroker {
  const { store } = settings;
  const left = handover.take(node);
  const fits = left?.store === store;
  if (left && !fits) void ending(node, left.end);
  const running = left && fits ? left : start(RED, node, store);
  if (left && fits) left.log.serve(node);
  const listenerProblems = listenForDevices(RED, node, definition, settings, running.broker);
  return { ...running, listenerProblems };
}

function start(RED: NodeAPI, node: Node, store: EmbeddedSettings['store']): RunningBroker {
  const log = new EmbeddedLog(RED, node);
  const kept = store === 'disk' ? brokerStore(RED, node) : undefined;
  const after = endings.get(node.id);
  const { version }: { readonly version: string } = require('#package.json');
  const broker = new EmbeddedBroker({
    listener: log,
    // Shown at $SYS/broker/version, in the form of mosquitto's.
    settings: { version: `MQTT Flows version ${version}` },
    ...(kept && { store: kept }),
    ...(after && { after }),
  });
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
