// A connection that outlives the instances of its broker node: which instance it serves, and how it ends.

import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../connection/clock';
import { Connection } from '../../connection/connection';
import type { AttemptOptions, Endpoint } from '../../connection/connection-settings';
import type { Report } from '../../connection/report';
import { found, type Result } from '../../core/errors/result';
import type { BrokerSettings } from '../../settings/broker.config';
import { mqttjsTransports } from '../../transport/mqttjs/mqttjs-transport';
import type { Admits } from '../../transport/mqttjs/packet-cutter';
import type { ClientIdentity, IdentitySource } from '../client/client-identity';
import type { PreparedPresence } from '../client/presence-messages';
import { usesResponseTopics } from '../request/node-requests';
import { outboxStore } from '../storage/outbox-directory';
import { sessionFile } from '../storage/session-file';
import { ConnectionControl, type ControlledTarget } from './connection-actions';
import { closeConnection, connectionFailures, connectionReport } from './connection-log';
import { observingConnection } from './observing-connection';

/** What a broker node has read from its settings. */
export interface BrokerParts extends Pick<ControlledTarget, 'endpoints' | 'server' | 'endpointsFor'> {
  readonly settings: BrokerSettings;
  readonly identity: IdentitySource;
  readonly presence: PreparedPresence;
  /** Equal for two instances of a node with the same settings, variables and certificates. */
  readonly fingerprint: string;
}

export class LiveConnection {
  readonly connection: Connection;
  readonly control: ConnectionControl;
  readonly #RED: NodeAPI;
  readonly #session: ReturnType<typeof sessionFile>;
  #node: Node;
  #parts: BrokerParts;
  /** User name and password of the latest attempt, and the server that it was for. */
  #shown: { readonly secrets: string; readonly server: Endpoint } | undefined;

  /**
   * No attempt is made before `predecessor` resolves: two connections with one client identifier would disconnect each
   * other.
   */
  constructor(RED: NodeAPI, node: Node, parts: BrokerParts, predecessor?: Promise<void>) {
    this.#RED = RED;
    this.#node = node;
    this.#parts = parts;
    const { settings, presence } = parts;
    const { fsync, store } = settings.outbox;
    const onDisk = store === 'disk';
    const targeted = this.#target();
    this.#session = presence.connect.cleanStart ? undefined : sessionFile(RED, node);
    this.connection = new Connection(
      {
        protocolVersion: settings.protocolVersion,
        reconnect: settings.reconnect,
        outbox: settings.outbox,
        ...(onDisk ? { outboxStore: outboxStore(RED, node, fsync, predecessor) } : {}),
        endpoints: targeted.endpoints,
        connectTimeout: settings.connectTimeout,
        connectOptions: (server) => this.#nextAttempt(server, predecessor),
        messages: presence.messages,
        ...(this.#session ? { session: this.#session } : {}),
      },
      {
        openTransport: mqttjsTransports(),
        clock: systemClock,
        random: Math.random,
        report: connectionFailures(RED, () => this.#node),
      },
    );
    this.control = new ConnectionControl(this.connection, targeted, settings.autoConnect);
    this.connection.watch(connectionReport(RED, () => this.#node));
  }

  /** Whether a node with these `parts` would make the same connection. */
  fits({ fingerprint }: BrokerParts): boolean {
    return fingerprint === this.#parts.fingerprint;
  }

  /** Serves `node` from now on, an instance with fitting `parts`. */
  adopt(node: Node, parts: BrokerParts): void {
    this.#node = node;
    this.#parts = parts;
    this.control.adopt(this.#target(), parts.settings.autoConnect);
  }

  /** Reconnects if user name or password differ from those of the latest attempt. */
  async refresh(): Promise<void> {
    if (this.connection.state.kind !== 'connected' || !this.#shown) return;
    const { secrets, server } = this.#shown;
    const client = await this.#identity(server);
    if (!client.ok || secretsOf(client.value) === secrets) return;
    await this.control.renew();
  }

  /**
   * Another connection to the same server, for a viewer. It receives what `admits` admits, and reads every `rest` ms. The
   * caller closes it.
   */
  observe(report: Report, admits: Admits, rest?: number): Connection {
    const { reconnect, connectTimeout } = this.#parts.settings;
    const connectOptions = async (server: Endpoint): Promise<Result<AttemptOptions>> => {
      const client = await this.#identity(server);
      return client.ok ? found(this.#attemptOptions(client.value)) : client;
    };
    const { endpoints, protocolVersion } = this.control.aim();
    const settings = { endpoints, protocolVersion, reconnect, connectTimeout, connectOptions };
    return observingConnection(settings, report, admits, rest);
  }

  /** Ends the connection for good. `removed` means that no instance of its node follows. */
  async end(removed: boolean): Promise<void> {
    await closeConnection(this.#RED, this.#node, this.connection, removed);
    await (removed ? this.#session?.forget() : this.#session?.written());
  }

  #identity({ credentials }: Endpoint): Promise<Result<ClientIdentity>> {
    const { overrides } = this.control;
    // The saved credentials are for the saved server. They must not go to a server that a message names.
    const stranger = overrides.server === undefined ? {} : { username: '', password: '' };
    return this.#parts.identity({ ...stranger, ...credentials, ...overrides });
  }

  async #nextAttempt(server: Endpoint, predecessor: Promise<void> | undefined): Promise<Result<AttemptOptions>> {
    await predecessor;
    const client = await this.#identity(server);
    if (!client.ok) return client;
    this.#shown = { secrets: secretsOf(client.value), server };
    const options = this.#attemptOptions(client.value);
    return found(usesResponseTopics(this.connection) ? askingForResponseTopics(options) : options);
  }

  #attemptOptions(client: ClientIdentity): AttemptOptions {
    const { overrides, connectOptions } = this.control;
    const { settings } = this.#parts;
    // A session belongs to one client at one server. A server or client that a message names has no part in it, unless
    // the message says so.
    const other = overrides.server !== undefined || overrides.clientId !== undefined;
    return {
      ...client,
      keepalive: overrides.keepalive ?? settings.keepalive,
      ...connectOptions,
      ...(other && overrides.cleanStart === undefined ? { cleanStart: true } : {}),
    };
  }

  /** Evaluated at each attempt, so that neither a closed instance nor its certificates are kept. */
  #target(): ControlledTarget {
    const { endpoints, server, endpointsFor, presence, settings } = this.#parts;
    const lasting = (endpoint: Endpoint, index: number): Endpoint => ({
      ...endpoint,
      open: (report, signal) => (this.#parts.endpoints[index] ?? this.#parts.endpoints[0]).open(report, signal),
    });
    const [first, ...others] = endpoints;
    return {
      endpoints: [lasting(first, 0), ...others.map((endpoint, index) => lasting(endpoint, index + 1))],
      protocolVersion: settings.protocolVersion,
      presence,
      ...(server === undefined ? {} : { server }),
      ...(endpointsFor === undefined ? {} : { endpointsFor }),
    };
  }
}

/** The server may want to have response topics at a certain place (MQTT 5, section 3.1.2.11.6). */
function askingForResponseTopics(options: AttemptOptions): AttemptOptions {
  return { ...options, properties: { ...options.properties, requestResponseInformation: true } };
}

function secretsOf({ username, password }: ClientIdentity): string {
  return JSON.stringify([username, password]);
}
