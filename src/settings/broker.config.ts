// The saved configuration of a broker node: its properties, their defaults, and how the runtime reads them.

import { type DeviceSettings, type DevicesConfig, devicesDefaults, readDevices } from './broker.devices.config';
import { type OutboxConfig, type OutboxSettings, outboxDefaults, readOutbox } from './broker.outbox.config';
import { readServerReach, type ServerConfig, type ServerReach, serverDefaults } from './broker.server.config';
import { readSession, type SessionConfig, type SessionSettings, sessionDefaults } from './broker.session.config';
import type { SavedNumber } from './environment-text';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';

export interface BrokerConfig extends ServerConfig, SessionConfig {
  name: string;
  connectTo: 'server' | 'embedded';
  protocolVersion: 'auto' | 5 | 4 | 3;
  /** Blank: derived from this Node-RED and this node, and the same after each restart. */
  clientId: string;
  /** s */
  keepalive: SavedNumber;
  /** s until the server has accepted, at each attempt; blank: 30 */
  connectTimeout: SavedNumber;
  /** False: the connection waits for a message with the action connect. */
  autoConnect: boolean;
  /** ms */
  reconnect: { minDelay: SavedNumber; maxDelay: SavedNumber };
  outbox: OutboxConfig;
  /** With a blank port, the broker is reachable from this Node-RED only. `store`: where it keeps what it remembers. */
  embedded: {
    port: SavedNumber;
    bindAddress: string;
    allowAnonymous: boolean;
    store: 'disk' | 'memory';
  } & DevicesConfig;
  /** The id of the tls-config node with the certificate of the listeners with TLS. */
  listenerTls: string;
}

/** Node-RED stores these apart from the flow, encrypted. */
export interface BrokerCredentials {
  username: string;
  password: string;
  proxyUsername: string;
  proxyPassword: string;
  embeddedUsername: string;
  embeddedPassword: string;
  /** What the core node calls the user name: a node that was one has it until its dialog is saved. */
  user: string;
  /** The salted hashes of the users' passwords by their keys, as JSON. Written by the runtime alone. */
  embeddedPasswords: string;
}

/** How Node-RED keeps each of them: it sends a `text` to the editor, and a `password` never. */
export const brokerCredentials = {
  username: { type: 'text' },
  password: { type: 'password' },
  proxyUsername: { type: 'text' },
  proxyPassword: { type: 'password' },
  embeddedUsername: { type: 'text' },
  embeddedPassword: { type: 'password' },
  embeddedPasswords: { type: 'password' },
  user: { type: 'text' },
} as const satisfies Record<keyof BrokerCredentials, { type: 'text' | 'password' }>;

export const brokerDefaults = {
  name: '',
  connectTo: 'server',
  ...serverDefaults,
  protocolVersion: 'auto',
  clientId: '',
  keepalive: 60,
  connectTimeout: 30,
  autoConnect: true,
  ...sessionDefaults,
  reconnect: { minDelay: 1000, maxDelay: 60_000 },
  outbox: { ...outboxDefaults },
  embedded: { port: '', bindAddress: '127.0.0.1', allowAnonymous: false, store: 'disk', ...devicesDefaults },
  listenerTls: '',
} satisfies BrokerConfig;

interface SharedSettings extends SessionSettings, Pick<BrokerConfig, 'protocolVersion' | 'clientId' | 'autoConnect'> {
  /** s */
  readonly keepalive: number;
  /** ms */
  readonly reconnect: { readonly minDelay: number; readonly maxDelay: number };
  /** ms */
  readonly connectTimeout: number;
  readonly outbox: OutboxSettings;
}

interface ServerSettings extends SharedSettings, ServerReach {
  readonly connectTo: 'server';
}

export interface EmbeddedSettings extends SharedSettings {
  readonly connectTo: 'embedded';
  readonly listen:
    | { readonly port: number; readonly bindAddress: string; readonly allowAnonymous: boolean }
    | undefined;
  readonly store: 'disk' | 'memory';
  readonly devices: DeviceSettings;
  /** The id of a tls-config node; blank for none. */
  readonly listenerTls: string;
}

/** The settings as the runtime uses them: every value has its type and is in its range. */
export type BrokerSettings = ServerSettings | EmbeddedSettings;

/** Reads a saved configuration. The first invalid value is the error. */
export function parseBrokerConfig(raw: RawConfig): ConfigResult<BrokerSettings> {
  const saved = new SavedConfig(raw);
  const shared = readShared(saved);
  if (saved.choice('connectTo', ['server', 'embedded'], brokerDefaults.connectTo) === 'embedded') {
    return saved.result<BrokerSettings>({
      ...shared,
      // The embedded broker supports each version, and the newest tells most.
      protocolVersion: 5,
      connectTo: 'embedded',
      listen: readListen(saved),
      store: saved.section('embedded').choice('store', ['disk', 'memory'], brokerDefaults.embedded.store),
      devices: readDevices(saved.section('embedded')),
      listenerTls: saved.text('listenerTls', ''),
    });
  }
  return saved.result<BrokerSettings>({ ...shared, connectTo: 'server', ...readServerReach(saved) });
}

const MAX_DELAY = 24 * 3600 * 1000;

/** The ranges of the whole numbers, both ends included. */
export const BROKER_RANGES = {
  keepalive: [0, 65_535],
  /** s */
  connectTimeout: [1, 600],
  minDelay: [1, MAX_DELAY],
  maxDelay: [1, MAX_DELAY],
  port: [1, 65_535],
} as const satisfies Record<string, readonly [number, number]>;

function readShared(saved: SavedConfig): SharedSettings {
  const reconnect = saved.section('reconnect');
  const timeout = saved.integer('connectTimeout', brokerDefaults.connectTimeout, ...BROKER_RANGES.connectTimeout);
  const minDelay = reconnect.integer('minDelay', brokerDefaults.reconnect.minDelay, ...BROKER_RANGES.minDelay);
  return {
    protocolVersion: saved.choice('protocolVersion', ['auto', 5, 4, 3], brokerDefaults.protocolVersion),
    clientId: saved.text('clientId', brokerDefaults.clientId).trim(),
    keepalive: saved.integer('keepalive', brokerDefaults.keepalive, ...BROKER_RANGES.keepalive),
    connectTimeout: timeout * 1000,
    autoConnect: saved.boolean('autoConnect', brokerDefaults.autoConnect),
    ...readSession(saved),
    reconnect: {
      minDelay,
      maxDelay: reconnect.integer(
        'maxDelay',
        Math.max(minDelay, brokerDefaults.reconnect.maxDelay),
        minDelay,
        MAX_DELAY,
      ),
    },
    outbox: readOutbox(saved.section('outbox')),
  };
}

function readListen(saved: SavedConfig): EmbeddedSettings['listen'] {
  const embedded = saved.section('embedded');
  const port = embedded.integer('port', undefined, ...BROKER_RANGES.port);
  if (port === undefined) return undefined;
  return {
    port,
    bindAddress: embedded.text('bindAddress', '').trim() || brokerDefaults.embedded.bindAddress,
    allowAnonymous: embedded.boolean('allowAnonymous', brokerDefaults.embedded.allowAnonymous),
  };
}
