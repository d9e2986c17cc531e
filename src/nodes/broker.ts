// The broker node: holds the one connection that subscribe and publish nodes share.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemClock } from '../connection/clock';
import { Connection, type Endpoint } from '../connection/connection';
import type { BrokerNode } from '../runtime/broker-node';
import { BrokerUsers } from '../runtime/broker-users';
import { clientIdentifier } from '../runtime/client-identifier';
import { closeConnection, connectionReport } from '../runtime/connection-report';
import { followDeploys } from '../runtime/deploys';
import { leaveEmbeddedBroker, takeEmbeddedBroker } from '../runtime/embedded-brokers';
import { sharedText } from '../runtime/localize';
import { showProblem } from '../runtime/node-problem';
import { openMqttjsTransport } from '../transport/mqttjs-transport';
import { tcpStream } from '../transport/tcp-stream';
import type { ConnectOptions } from '../transport/transport';
import {
  type BrokerConfig,
  type BrokerCredentials,
  type BrokerSettings,
  type EmbeddedSettings,
  parseBrokerConfig,
  type ServerSettings,
} from './broker.config';

/** ms until CONNACK */
const CONNECT_TIMEOUT = 15_000;

type Broker = BrokerNode & Node<BrokerCredentials>;
type Endpoints = readonly [Endpoint, ...Endpoint[]];

export = function register(RED: NodeAPI): void {
  function construct(this: Broker, definition: BrokerConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const users = new BrokerUsers();
    this.users = users.reporters;
    this.addUser = (user) => users.add(user);
    const result = parseBrokerConfig({ ...definition });
    if (!result.ok) {
      this.link = { ok: false, error: result.error, reported: true };
      return showProblem(RED, this, result.error);
    }
    const settings = result.config;
    const endpoints = settings.connectTo === 'embedded' ? embedded(this, settings) : servers(settings);
    this.link = { ok: true, connection: open(this, settings, users, endpoints) };
  }

  function open(node: Broker, settings: BrokerSettings, users: BrokerUsers, endpoints: Endpoints): Connection {
    const connection = new Connection(
      { ...settings, endpoints, connectTimeout: CONNECT_TIMEOUT, connectOptions: () => connectOptions(node, settings) },
      { openTransport: openMqttjsTransport, clock: systemClock, random: Math.random },
    );
    followDeploys(RED, node, connection, users);
    connection.watch(connectionReport(RED, node));
    node.on('close', (done: () => void) => void closeConnection(RED, node, connection).then(done, done));
    return connection;
  }

  function embedded(node: Broker, { listen }: EmbeddedSettings): Endpoints {
    const { embeddedUsername: username, embeddedPassword: password } = credentials(node);
    const broker = takeEmbeddedBroker(RED, node, listen && { ...listen, username, password });
    node.on(
      'close',
      (removed: boolean, done: () => void) => void leaveEmbeddedBroker(RED, node, broker, removed).then(done, done),
    );
    return [{ name: sharedText(RED, 'log.embedded'), open: broker.open }];
  }

  function servers({ servers: [first, ...others] }: ServerSettings): Endpoints {
    const endpoint = ({ host, port }: typeof first): Endpoint => ({
      name: `${host}:${port}`,
      open: tcpStream(host, port),
    });
    return [endpoint(first), ...others.map(endpoint)];
  }

  function connectOptions(node: Broker, settings: BrokerSettings): Omit<ConnectOptions, 'protocolVersion'> {
    const { username, password } = settings.connectTo === 'server' ? credentials(node) : NO_CREDENTIALS;
    return {
      clientId: settings.clientId || clientIdentifier(RED, node.id),
      keepalive: settings.keepalive,
      cleanStart: true,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
    };
  }

  RED.nodes.registerType<Broker, BrokerConfig & NodeDef, object, BrokerCredentials>('mqtt-flows-broker', construct, {
    credentials: {
      username: { type: 'text' },
      password: { type: 'password' },
      embeddedUsername: { type: 'text' },
      embeddedPassword: { type: 'password' },
    },
  });
};

const NO_CREDENTIALS: BrokerCredentials = { username: '', password: '', embeddedUsername: '', embeddedPassword: '' };

/** Node-RED leaves out what the user has left blank. */
function credentials(node: Broker): BrokerCredentials {
  return { ...NO_CREDENTIALS, ...node.credentials };
}
