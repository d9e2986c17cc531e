// Tests the settings of a broker node that have not been deployed: connects as the node would, and tells each step.

import type { Node, NodeAPI } from 'node-red';
import { tryConnection } from '../../connection/attempts/try-connection';
import type { AttemptOptions, Endpoint } from '../../connection/connection-settings';
import { MqttFlowsError, reportOf } from '../../core/errors/mqtt-flows-error';
import type { TestEvent, TestedServer } from '../../core/reports/connection-test';
import { brokerDefaults, parseBrokerConfig, type ServerSettings } from '../../settings/broker.config';
import type { RawConfig } from '../../settings/saved-config';
import { mqttjsTransports } from '../../transport/mqttjs/mqttjs-transport';
import type { ServerInfo } from '../../transport/transport';
import { type EnteredCredential, identitySource, savedCredentials } from '../client/client-identity';
import { clientBeside } from '../client/companion-client';
import { preparePresence } from '../client/presence-messages';
import { prepareEndpoints } from '../client/server-endpoints';
import { readSettings } from '../node/read-settings';
import { withTimeLimit } from './time-limit';

/** ms for all servers together, and until the last of them is gone */
const TIME = 9000;

/** What the dialog holds when the button is pressed. */
export interface EnteredBroker {
  readonly id: string;
  /** The flow that the node is for; blank for all. */
  readonly z: string;
  readonly settings: RawConfig;
  readonly credentials: Readonly<Record<string, string>>;
}

/** What Node-RED shows instead of a password that it keeps. */
const KEPT = '__PWRD__';

/** Runs the test; `tell` hears of each step, of the end last. Never rejects. When `signal` aborts, it ends early. */
export async function testConnection(
  RED: NodeAPI,
  entered: EnteredBroker,
  tell: (event: TestEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const prepared = await prepare(RED, entered);
  if (prepared instanceof MqttFlowsError) {
    tell({ kind: 'unusable', error: reportOf(prepared) });
  } else {
    const { endpoints, options, protocolVersion } = prepared;
    tell({ kind: 'begin', servers: endpoints.map(({ name }) => name), clientId: options.clientId });
    await withTimeLimit(TIME, signal, (limited) =>
      Promise.all(
        endpoints.map((endpoint, index) => testServer({ endpoint, options, protocolVersion }, index, tell, limited)),
      ),
    );
  }
  tell({ kind: 'end' });
}

interface Prepared {
  readonly endpoints: readonly Endpoint[];
  readonly options: AttemptOptions;
  readonly protocolVersion: ServerSettings['protocolVersion'];
}

async function prepare(RED: NodeAPI, entered: EnteredBroker): Promise<Prepared | MqttFlowsError> {
  const node = nodeFor(RED, entered);
  const definition = { ...entered.settings, id: entered.id, type: 'mqtt-flows-broker', z: entered.z, name: '' };
  const read = readSettings(RED, node, definition, brokerDefaults, parseBrokerConfig);
  if (!read.ok) return read.error;
  const settings = read.config;
  // Nothing of it is on the way that could fail.
  if (settings.connectTo === 'embedded') return { endpoints: [], options: NOBODY, protocolVersion: 4 };
  const presence = preparePresence(settings);
  if (!presence.ok) return presence.error;
  const credential = enteredCredentials(RED, entered);
  const reach = prepareEndpoints(RED, node, credential, settings);
  if (!reach.ok) return reach.error;
  const clientId = typeof entered.settings.clientId === 'string' ? entered.settings.clientId.trim() : '';
  const identity = await identitySource(RED, node, { clientId, credential }, 'server')({});
  if (identity instanceof MqttFlowsError) return identity;
  const { keepalive, protocolVersion } = settings;
  const options = clientBeside('test', protocolVersion)({ ...identity, keepalive, ...presence.config.connect });
  return { endpoints: reach.config.endpoints(settings.servers), options, protocolVersion };
}

const NOBODY: AttemptOptions = { clientId: '', keepalive: 0, cleanStart: true };

/** A node by which Node-RED finds variables: the one that is tested, if it is deployed, or one of the same flow. */
function nodeFor(RED: NodeAPI, { id, z }: EnteredBroker): Node {
  const deployed: Node | null = RED.nodes.getNode(id);
  if (deployed) return deployed;
  let neighbour: Node | null = null;
  RED.nodes.eachNode((definition) => {
    if ((definition.z ?? '') === z) neighbour ??= RED.nodes.getNode(definition.id);
  });
  // Where there is none, the variables of the process are found by anything that is no part of a flow.
  return neighbour ?? ({ id } as Node);
}

/** The editor is not told a password that is kept, and names it by a placeholder. */
function enteredCredentials(RED: NodeAPI, { id, credentials }: EnteredBroker): EnteredCredential {
  const kept = savedCredentials(RED, { id, type: '', name: '', z: '' });
  return (name) => {
    const given = Object.hasOwn(credentials, name) ? (credentials[name] ?? '') : '';
    return given === KEPT ? kept(name) : given;
  };
}

async function testServer(
  trial: Omit<Parameters<typeof tryConnection>[0], 'openTransport'>,
  index: number,
  tell: (event: TestEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const at = (): number => Math.round(performance.now() - begun);
  const result = await tryConnection(
    { ...trial, openTransport: mqttjsTransports() },
    {
      attempt: (version) => tell({ kind: 'attempt', index, version, at: at() }),
      stage: (stage) => tell({ kind: 'stage', index, stage, at: at() }),
      learnt: (fact) => tell({ kind: 'fact', index, fact }),
      connected: (info) => tell({ kind: 'connected', index, server: testedServer(info), at: at() }),
    },
    signal,
  );
  if (!result.ok) tell({ kind: 'failed', index, error: reportOf(result.error), at: at() });
}

/** JSON has no word for infinity. */
function testedServer({ maximumPacketSize, ...info }: ServerInfo): TestedServer {
  const { assignedClientIdentifier: _assigned, sessionPresent: _present, ...limits } = info;
  return { ...limits, ...(Number.isFinite(maximumPacketSize) ? { maximumPacketSize } : {}) };
}
