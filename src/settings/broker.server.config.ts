// The part of a broker node's saved configuration about its servers and how to reach them.

import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { addressOfVariables } from '../core/servers/core-address';
import { parseProxyUrl } from '../core/servers/proxy-url';
import { parseServerUrl, type ServerAddress, withoutSecrets } from '../core/servers/server-url';
import { shownLiteral } from '../core/values/plain-value';
import type { SavedConfig } from './saved-config';

export interface ProxyConfig {
  /** `environment` reads https_proxy, http_proxy, all_proxy and no_proxy. */
  use: 'environment' | 'none' | 'url';
  /** For `url` only. The credentials are stored separately. */
  url: string;
}

export interface WebSocketConfig {
  /** Sent with the upgrade request. */
  headers: { name: string; value: string }[];
  /** Blank: `mqtt`. */
  subprotocol: string;
}

export interface ServerConfig {
  /** Tried in this order. */
  servers: { url: string }[];
  /**
   * The id of a tls-config node, for mqtts and wss. Blank: the certificate authorities of Node.js and of the
   * system, and no client certificate.
   */
  tls: string;
  proxy: ProxyConfig;
  webSocket: WebSocketConfig;
}

export const serverDefaults: ServerConfig = {
  servers: [{ url: 'mqtt://localhost:1883' }],
  tls: '',
  proxy: { use: 'environment', url: '' },
  webSocket: { headers: [], subprotocol: '' },
};

export interface ServerReach {
  readonly servers: readonly [ServerAddress, ...ServerAddress[]];
  readonly tls: string;
  readonly proxy: ProxyConfig;
  readonly webSocket: { readonly headers: Readonly<Record<string, string>>; readonly subprotocol: string };
}

export function readServerReach(saved: SavedConfig): ServerReach {
  return {
    servers: readServers(saved),
    tls: saved.text('tls', serverDefaults.tls).trim(),
    proxy: readProxy(saved),
    webSocket: readWebSocket(saved.section('webSocket')),
  };
}

const DEFAULT_SERVER: ServerAddress = { scheme: 'mqtt', secure: false, host: 'localhost', port: 1883, path: '' };

function readServers(saved: SavedConfig): ServerReach['servers'] {
  const addresses: ServerAddress[] = [];
  for (const entry of saved.list('servers')) {
    const url = entry.text('url', '');
    const result = parseServerUrl(addressOfVariables(url));
    if (result.ok) addresses.push(result.address);
    else saved.fail(invalidServer(url, result.problem));
  }
  const [first = DEFAULT_SERVER, ...others] = addresses;
  return [first, ...others];
}

function invalidServer(url: string, problem: string): MqttFlowsError {
  const params = { url: withoutSecrets(url), problemKey: `serverUrl.${problem}` };
  return new MqttFlowsError('server-url-invalid', { stage: 'config', params });
}

function readProxy(saved: SavedConfig): ProxyConfig {
  const proxy = saved.section('proxy');
  const use = proxy.choice('use', ['environment', 'none', 'url'], serverDefaults.proxy.use);
  const url = proxy.text('url', serverDefaults.proxy.url).trim();
  if (use === 'url' && !isProxyUrl(url)) {
    const params = {
      property: 'proxy.url',
      value: shownLiteral(withoutSecrets(url)),
      expectedKey: 'expected.proxyUrl',
    };
    saved.fail(new MqttFlowsError('config-invalid', { stage: 'config', params }));
  }
  return { use, url };
}

/** Whether `url` is the address of a proxy without credentials, which have fields of their own. */
export function isProxyUrl(url: string): boolean {
  const address = parseProxyUrl(url);
  return address !== undefined && address.username === '' && address.password === '';
}

/** RFC 9110, section 5.6.2: the syntax of header and subprotocol names. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether HTTP can carry this header. */
export function isHeader(name: string, value: string): boolean {
  return TOKEN.test(name) && HEADER_VALUE.test(value);
}

/** Whether `name` is a valid subprotocol. Blank stands for `mqtt`. */
export function isSubprotocol(name: string): boolean {
  return name === '' || TOKEN.test(name);
}

function readWebSocket(saved: SavedConfig): ServerReach['webSocket'] {
  const headers: Record<string, string> = {};
  for (const entry of saved.list('headers')) {
    const name = entry.text('name', '').trim();
    const value = entry.text('value', '');
    if (name === '' && value === '') continue;
    if (isHeader(name, value)) headers[name] = value;
    // The value may be a secret.
    else entry.invalid('name', 'expected.header');
  }
  const subprotocol = saved.text('subprotocol', serverDefaults.webSocket.subprotocol).trim();
  if (!isSubprotocol(subprotocol)) saved.invalid('subprotocol', 'expected.text');
  return { headers, subprotocol: subprotocol || 'mqtt' };
}
