// The broker node: holds the one connection that subscribe and publish nodes share.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Endpoint } from '../connection/connection-settings';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { serveBrokerDialog } from '../runtime/admin/broker-admin';
import { brokerConnection } from '../runtime/broker/broker-connection';
import type { BrokerNode } from '../runtime/broker/broker-node';
import { BrokerUsers } from '../runtime/broker/broker-users';
import { leaveEmbeddedBroker, takeEmbeddedBroker } from '../runtime/broker/embedded-brokers';
import type { BrokerParts } from '../runtime/broker/live-connection';
import { identitySource, savedCredentials, savedIdentity } from '../runtime/client/client-identity';
import { preparePresence } from '../runtime/client/presence-messages';
import { prepareEndpoints, warnOfReach } from '../runtime/client/server-endpoints';
import { onClose } from '../runtime/deploy/node-closing';
import { digest } from '../runtime/deploy/saved-nodes';
import { sharedText } from '../runtime/node/localize';
import { showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { warnOfLeftSessions } from '../runtime/storage/left-session';
import {
  type BrokerConfig,
  type BrokerCredentials,
  type BrokerSettings,
  brokerCredentials,
  brokerDefaults,
  type EmbeddedSettings,
  parseBrokerConfig,
} from '../settings/broker.config';
import type { ConfigResult } from '../settings/saved-config';

type Broker = BrokerNode & Node<BrokerCredentials>;
type Endpoints = readonly [Endpoint, ...Endpoint[]];
type WayThere = Pick<BrokerParts, 'endpoints' | 'server' | 'endpointsFor' | 'fingerprint'>;

export = function register(RED: NodeAPI): void {
  serveBrokerDialog(RED);

  function construct(this: Broker, definition: BrokerConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const users = new BrokerUsers();
    this.users = users.reporters;
    this.addUser = (user) => users.add(user);
    const result = readSettings(RED, this, definition, brokerDefaults, parseBrokerConfig);
    if (!result.ok) return refuse(this, result.error);
    const presence = preparePresence(result.config);
    if (!presence.ok) return refuse(this, presence.error);
    const settings = result.config;
    const way = wayThere(this, definition, settings);
    if (!way.ok) return refuse(this, way.error);
    const entered = savedIdentity(RED, definition);
    warnOfLeftSessions(RED, this, settings, entered.clientId);
    const identity = identitySource(RED, this, entered, settings.connectTo);
    const parts = { settings, ...way.config, identity, presence: presence.config };
    this.link = { ok: true, ...brokerConnection(RED, this, users, parts) };
  }

  function refuse(node: Broker, error: MqttFlowsError): void {
    node.link = { ok: false, error, reported: true };
    showProblem(RED, node, error);
  }

  function embedded(node: Broker, definition: NodeDef, settings: EmbeddedSettings): Endpoints {
    const running = takeEmbeddedBroker(RED, node, definition, settings);
    node.embedded = running.broker;
    node.listenerProblems = running.listenerProblems;
    const closeClient = async (): Promise<unknown> => node.link.ok && node.link.connection.close();
    const leave = (removed: boolean): Promise<void> => leaveEmbeddedBroker(RED, node, running, removed, closeClient);
    onClose(RED, node, (removed, done) => void leave(removed).then(done, done));
    return [{ name: sharedText(RED, 'log.embedded'), open: running.broker.open }];
  }

  /** The servers to try, and how a message can replace them. */
  function wayThere(node: Broker, definition: NodeDef, settings: BrokerSettings): ConfigResult<WayThere> {
    if (settings.connectTo === 'embedded') {
      return {
        ok: true,
        config: { endpoints: embedded(node, definition, settings), fingerprint: digest([settings]) },
      };
    }
    const prepared = prepareEndpoints(RED, node, savedCredentials(RED, definition), settings);
    if (!prepared.ok) return prepared;
    warnOfReach(RED, node, settings, prepared.config);
    const { servers } = settings;
    const { endpoints, certificates } = prepared.config;
    const fingerprint = digest([settings, certificates]);
    const endpointsFor: WayThere['endpointsFor'] = (other) => endpoints([other]);
    return { ok: true, config: { endpoints: endpoints(servers), server: servers[0], endpointsFor, fingerprint } };
  }

  RED.nodes.registerType<Broker, BrokerConfig & NodeDef, object, BrokerCredentials>('mqtt-flows-broker', construct, {
    credentials: brokerCredentials,
  });
};
