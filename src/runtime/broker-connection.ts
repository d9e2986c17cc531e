// The connection of a broker node, tied to the life of the node.

import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../connection/clock';
import { Connection } from '../connection/connection';
import type { AttemptOptions, ConnectionSettings } from '../connection/connection-settings';
import type { ConnectOverrides } from '../core/connect-action';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { mqttjsTransports } from '../transport/mqttjs-transport';
import type { BrokerUsers } from './broker-users';
import type { IdentitySource } from './client-identity';
import { ConnectionControl, type ControlledTarget } from './connection-control';
import { closeConnection, connectionFailures, connectionReport } from './connection-report';
import { followDeploys } from './deploys';
import type { PreparedPresence } from './presence-messages';
import { sessionFile } from './session-file';

/** ms until CONNACK */
const CONNECT_TIMEOUT = 15_000;

/** What a broker node has read from its settings. */
export interface BrokerParts extends Pick<ControlledTarget, 'endpoints' | 'server' | 'endpointsFor'> {
  readonly settings: Pick<ConnectionSettings, 'protocolVersion' | 'reconnect' | 'outbox'> & {
    readonly keepalive: number;
    readonly clientId: string;
    readonly autoConnect: boolean;
  };
  readonly identity: IdentitySource;
  readonly presence: PreparedPresence;
}

export interface ControlledConnection {
  readonly connection: Connection;
  readonly control: ConnectionControl;
}

/** Makes the connection; `users` and messages decide when it is opened, and the end of `node` is its end. */
export function brokerConnection(
  RED: NodeAPI,
  node: Node,
  users: BrokerUsers,
  parts: BrokerParts,
): ControlledConnection {
  const { settings, endpoints, presence } = parts;
  // A session belongs to one client at one server.
  const owner = JSON.stringify([settings.clientId, endpoints.map(({ name }) => name)]);
  const session = presence.connect.cleanStart ? undefined : sessionFile(RED, node, owner);
  const connection = new Connection(
    {
      protocolVersion: settings.protocolVersion,
      reconnect: settings.reconnect,
      outbox: settings.outbox,
      endpoints,
      connectTimeout: CONNECT_TIMEOUT,
      connectOptions: () => attemptOptions(parts, control.overrides),
      messages: presence.messages,
      ...(session ? { session } : {}),
    },
    {
      openTransport: mqttjsTransports(),
      clock: systemClock,
      random: Math.random,
      report: connectionFailures(RED, node),
    },
  );
  const control = new ConnectionControl(
    connection,
    { ...parts, protocolVersion: settings.protocolVersion },
    settings.autoConnect,
  );
  followDeploys(RED, node, connection, users, control);
  connection.watch(connectionReport(RED, node));
  const close = async (removed: boolean): Promise<void> => {
    await closeConnection(RED, node, connection);
    await (removed ? session?.forget() : session?.written());
  };
  node.on('close', (removed: boolean, done: () => void) => void close(removed).then(done, done));
  return { connection, control };
}

async function attemptOptions(
  { identity, settings, presence }: BrokerParts,
  overrides: ConnectOverrides,
): Promise<AttemptOptions | MqttFlowsError> {
  // The saved credentials are for the saved server: a message that names another one must not send them there.
  const stranger = overrides.server === undefined ? {} : { username: '', password: '' };
  const client = await identity({ ...stranger, ...overrides });
  if (client instanceof MqttFlowsError) return client;
  // A session belongs to one client at one server, and not to another that a message has named.
  const other = overrides.server !== undefined || overrides.clientId !== undefined;
  return {
    ...client,
    keepalive: overrides.keepalive ?? settings.keepalive,
    ...presence.connect,
    ...(other ? { cleanStart: true } : {}),
  };
}
