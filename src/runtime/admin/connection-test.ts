// Tests settings of a broker node that are not deployed: connects as the node would, and reports each step.

import type { Node, NodeAPI } from 'node-red';
import { tryConnection } from '../../connection/attempts/try-connection';
import { systemClock } from '../../connection/clock';
import type { AttemptOptions, Endpoint } from '../../connection/connection-settings';
import { reportOf } from '../../core/errors/mqtt-flows-error';
import { found, type Result } from '../../core/errors/result';
import type { TestEvent, TestedServer } from '../../core/reports/connection-test';
import { brokerDefaults, parseBrokerConfig } from '../../settings/broker.config';
import type { RawConfig } from '../../settings/saved-config';
import { mqttjsTransports } from '../../transport/mqttjs/mqttjs-transport';
import type { ServerInfo } from '../../transport/transport';
import { type EnteredCredential, identitySource, savedCredentials } from '../client/client-identity';
import { clientBeside } from '../client/companion-client';
import { preparePresence } from '../client/presence-messages';
import { prepareEndpoints } from '../client/server-endpoints';
import { readSettings } from '../node/read-settings';

/** The content of the dialog when the button is pressed. */
export interface EnteredBroker {
  readonly id: string;
  /** The flow of the node; blank for a global node. */
  readonly z: string;
  readonly settings: RawConfig;
  readonly credentials: Readonly<Record<string, string>>;
}

/** Node-RED's placeholder for a stored password. */
const KEPT = '__PWRD__';

/**
 * Runs the test. `tell` is called for each step, and last for the end. Never rejects. Ends early when `signal` aborts.
 */
export async function testConnection(
  RED: NodeAPI,
  entered: EnteredBroker,
  tell: (event: TestEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const prepared = await prepare(RED, entered);
  if (!prepared.ok) {
    tell({ kind: 'unusable', error: reportOf(prepared.error) });
  } else {
    const { endpoints, ...trial } = prepared.value;
    tell({ kind: 'begin', servers: endpoints.map(({ name }) => name), clientId: trial.options.clientId });
    await Promise.all(endpoints.map((endpoint, index) => testServer(trialOf(endpoint, trial), index, tell, signal)));
  }
  tell({ kind: 'end' });
}

type Tried = Parameters<typeof tryConnection>[0];

interface Prepared extends Pick<Tried, 'options' | 'protocolVersion' | 'connectTimeout'> {
  readonly endpoints: readonly Endpoint[];
}

/** User name and password of an address win over those of the node. */
function trialOf(endpoint: Endpoint, trial: Omit<Prepared, 'endpoints'>): Omit<Tried, 'openTransport' | 'clock'> {
  return { ...trial, endpoint, options: { ...trial.options, ...endpoint.credentials } };
}

async function prepare(RED: NodeAPI, entered: EnteredBroker): Promise<Result<Prepared>> {
  const node = nodeFor(RED, entered);
  const definition = { ...entered.settings, id: entered.id, type: 'mqtt-flows-broker', z: entered.z, name: '' };
  const read = readSettings(RED, node, definition, brokerDefaults, parseBrokerConfig);
  if (!read.ok) return read;
  const settings = read.config;
  // There is nothing on the way to the embedded broker that could fail.
  if (settings.connectTo === 'embedded') {
    return found({ endpoints: [], options: NOBODY, protocolVersion: 4, connectTimeout: 0 });
  }
  const presence = preparePresence(settings);
  if (!presence.ok) return presence;
  const credential = enteredCredentials(RED, entered);
  const reach = prepareEndpoints(RED, node, credential, settings);
  if (!reach.ok) return reach;
  const clientId = typeof entered.settings.clientId === 'string' ? entered.settings.clientId.trim() : '';
  const identity = await identitySource(RED, node, { clientId, credential }, 'server')({});
  if (!identity.ok) return identity;
  const { keepalive, protocolVersion, connectTimeout } = settings;
  const options = clientBeside('test', protocolVersion)({ ...identity.value, keepalive, ...presence.config.connect });
  return found({ endpoints: reach.config.endpoints(settings.servers), options, protocolVersion, connectTimeout });
}

const NOBODY: AttemptOptions = { clientId: '', keepalive: 0, cleanStart: true };

/** A node from which Node-RED finds variables: the tested node if it is deployed, or one of the same flow. */
function nodeFor(RED: NodeAPI, { id, z }: EnteredBroker): Node {
  const deployed: Node | null = RED.nodes.getNode(id);
  if (deployed) return deployed;
  let neighbour: Node | null = null;
  RED.nodes.eachNode((definition) => {
    if ((definition.z ?? '') === z) neighbour ??= RED.nodes.getNode(definition.id);
  });
  // Without one, Node-RED finds the variables of the process from any object outside a flow.
  return neighbour ?? ({ id } as Node);
}

/** The editor does not know a stored password, and sends a placeholder for it. */
function enteredCredentials(RED: NodeAPI, { id, credentials }: EnteredBroker): EnteredCredential {
  const kept = savedCredentials(RED, { id, type: '', name: '', z: '' });
  return (name) => {
    const given = Object.hasOwn(credentials, name) ? (credentials[name] ?? '') : '';
    return given === KEPT ? kept(name) : given;
  };
}

async function testServer(
  trial: Omit<Tried, 'openTransport' | 'clock'>,
  index: number,
  tell: (event: TestEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const at = (): number => Math.round(performance.now() - begun);
  const result = await tryConnection(
    { ...trial, openTransport: mqttjsTransports(), clock: systemClock },
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

/** JSON cannot express infinity. */
function testedServer({ maximumPacketSize, ...info }: ServerInfo): TestedServer {
  const {
    assignedClientIdentifier: _assigned,
    responseInformation: _response,
    sessionPresent: _present,
    ...limits
  } = info;
  return { ...limits, ...(Number.isFinite(maximumPacketSize) ? { maximumPacketSize } : {}) };
}
