// The saved configuration of a broker node: its properties, their defaults, and how the runtime reads them.

import { MqttFlowsError } from '../core/mqtt-flows-error';
import { type ConfigResult, type RawConfig, SavedConfig } from '../core/saved-config';
import { parseServerUrl, type ServerAddress } from '../core/server-url';

export interface BrokerConfig {
  name: string;
  connectTo: 'server' | 'embedded';
  /** Tried in their order. */
  servers: { url: string }[];
  protocolVersion: 'auto' | 5 | 4;
  /** Blank: made once from this Node-RED and this node, and the same ever after. */
  clientId: string;
  /** s */
  keepalive: number;
  /** ms */
  reconnect: { minDelay: number; maxDelay: number };
  /** `maxBytes` in bytes of topics and payloads */
  outbox: { maxMessages: number; maxBytes: number; overflow: 'reject' | 'dropOldest' };
  /** A blank port: reachable from this Node-RED only. */
  embedded: { port: number | ''; bindAddress: string; allowAnonymous: boolean };
}

/** Kept by Node-RED apart from the flow, encrypted. */
export interface BrokerCredentials {
  username: string;
  password: string;
  embeddedUsername: string;
  embeddedPassword: string;
}

export const brokerDefaults: BrokerConfig = {
  name: '',
  connectTo: 'server',
  servers: [{ url: 'mqtt://localhost:1883' }],
  protocolVersion: 'auto',
  clientId: '',
  keepalive: 60,
  reconnect: { minDelay: 1000, maxDelay: 60_000 },
  outbox: { maxMessages: 10_000, maxBytes: 64 * 1024 * 1024, overflow: 'reject' },
  embedded: { port: '', bindAddress: '127.0.0.1', allowAnonymous: false },
};

type SharedSettings = Pick<BrokerConfig, 'protocolVersion' | 'clientId' | 'keepalive' | 'reconnect' | 'outbox'>;

export interface ServerSettings extends SharedSettings {
  readonly connectTo: 'server';
  readonly servers: readonly [ServerAddress, ...ServerAddress[]];
}

export interface EmbeddedSettings extends SharedSettings {
  readonly connectTo: 'embedded';
  readonly listen:
    | { readonly port: number; readonly bindAddress: string; readonly allowAnonymous: boolean }
    | undefined;
}

/** What the runtime works with: every value of its type and in its range. */
export type BrokerSettings = ServerSettings | EmbeddedSettings;

/** Reads a saved configuration; the first value that does not fit is the error. */
export function parseBrokerConfig(raw: RawConfig): ConfigResult<BrokerSettings> {
  const saved = new SavedConfig(raw);
  const shared = readShared(saved);
  if (saved.choice('connectTo', ['server', 'embedded'], brokerDefaults.connectTo) === 'embedded') {
    // The embedded broker speaks 3.1.1 only.
    return saved.result<BrokerSettings>({
      ...shared,
      protocolVersion: 4,
      connectTo: 'embedded',
      listen: readListen(saved),
    });
  }
  return saved.result<BrokerSettings>({ ...shared, connectTo: 'server', servers: readServers(saved) });
}

const MAX_DELAY = 24 * 3600 * 1000;

function readShared(saved: SavedConfig): SharedSettings {
  const reconnect = saved.section('reconnect');
  const minDelay = reconnect.integer('minDelay', brokerDefaults.reconnect.minDelay, 1, MAX_DELAY);
  const outbox = saved.section('outbox');
  return {
    protocolVersion: saved.choice('protocolVersion', ['auto', 5, 4], brokerDefaults.protocolVersion),
    clientId: saved.text('clientId', brokerDefaults.clientId).trim(),
    keepalive: saved.integer('keepalive', brokerDefaults.keepalive, 0, 65_535),
    reconnect: {
      minDelay,
      maxDelay: reconnect.integer(
        'maxDelay',
        Math.max(minDelay, brokerDefaults.reconnect.maxDelay),
        minDelay,
        MAX_DELAY,
      ),
    },
    outbox: {
      maxMessages: outbox.integer('maxMessages', brokerDefaults.outbox.maxMessages, 1, 10_000_000),
      maxBytes: outbox.integer('maxBytes', brokerDefaults.outbox.maxBytes, 1, Number.MAX_SAFE_INTEGER),
      overflow: outbox.choice('overflow', ['reject', 'dropOldest'], brokerDefaults.outbox.overflow),
    },
  };
}

const DEFAULT_SERVER: ServerAddress = { host: 'localhost', port: 1883 };

function readServers(saved: SavedConfig): ServerSettings['servers'] {
  const addresses: ServerAddress[] = [];
  for (const entry of saved.list('servers')) {
    const url = entry.text('url', '');
    const result = parseServerUrl(url);
    if (result.ok) addresses.push(result.address);
    else saved.fail(invalidServer(url, result.problem));
  }
  const [first = DEFAULT_SERVER, ...others] = addresses;
  return [first, ...others];
}

function readListen(saved: SavedConfig): EmbeddedSettings['listen'] {
  const embedded = saved.section('embedded');
  const port = embedded.integer('port', undefined, 0, 65_535);
  if (port === undefined) return undefined;
  return {
    port,
    bindAddress: embedded.text('bindAddress', '').trim() || brokerDefaults.embedded.bindAddress,
    allowAnonymous: embedded.boolean('allowAnonymous', brokerDefaults.embedded.allowAnonymous),
  };
}

function invalidServer(url: string, problem: string): MqttFlowsError {
  // An address may have a password in it, which must not reach a log.
  const params = { url: url.replace(/^(.*:\/\/)?.*@/, '$1…@'), problemKey: `serverUrl.${problem}` };
  return new MqttFlowsError('server-url-invalid', { stage: 'config', params });
}
