// The address of a server, as users write it. Runs in the editor too.

import { lacksSlashes, strayCharacter } from './address-slip';
import { takeZone } from './ipv6-zone';

export type NetworkScheme = 'mqtt' | 'mqtts' | 'ws' | 'wss';

export interface NetworkAddress {
  readonly scheme: NetworkScheme;
  /** Over TLS. */
  readonly secure: boolean;
  /** An IPv6 address stands without brackets, and with its zone: fe80::1%eth0. */
  readonly host: string;
  readonly port: number;
  /** For ws and wss: path and query, beginning with a slash. Blank otherwise. */
  readonly path: string;
  /** Those that the address contains. They are secret, and no part of its name. */
  readonly credentials?: AddressCredentials;
}

/** User name and password in an address; a part that is left out has to come from elsewhere. */
export interface AddressCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** A Unix domain socket on this machine. */
interface SocketAddress {
  readonly scheme: 'mqtt+unix';
  readonly secure: false;
  /** The absolute path of the socket. */
  readonly path: string;
}

export type ServerAddress = NetworkAddress | SocketAddress;
export type ServerScheme = ServerAddress['scheme'];

/** Why a string is not a server address. Each value has a sentence in the locales under `serverUrl.`. */
export type ServerUrlProblem =
  | 'empty'
  | 'malformed'
  | 'brackets'
  | 'port'
  | 'scheme'
  | 'path'
  | 'socketPath'
  | 'blank'
  | 'comma'
  | 'slashes';

type ServerUrlResult =
  | { readonly ok: true; readonly address: ServerAddress }
  | { readonly ok: false; readonly problem: ServerUrlProblem };

/** Scheme names that mqtt.js and the core MQTT nodes accept as well. */
export const NETWORK_SCHEMES: Readonly<Record<string, NetworkScheme>> = {
  'mqtt:': 'mqtt',
  'tcp:': 'mqtt',
  'mqtts:': 'mqtts',
  'ssl:': 'mqtts',
  'tls:': 'mqtts',
  'ws:': 'ws',
  'wss:': 'wss',
};
export const DEFAULT_PORTS: Readonly<Record<NetworkScheme, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };
/** `unix://` is what mosquitto's own tools and other clients write. */
const SOCKET = /^(?:mqtt\+)?unix:\/\/(.*)$/is;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** URL would read the first part of the path as the host of a ws:// address. */
const NO_HOST = /^[^/]*:\/\/[/\\]/;

/**
 * Reads `scheme://host:port/path`. Without a scheme, `mqtt://` is assumed; without a port, that of the scheme: 1883,
 * 8883 (mqtts), 80 (ws) or 443 (wss). User name and password may stand before the host. `mqtt+unix:///path` is a socket of
 * this machine. Never throws.
 */
export function parseServerUrl(text: string): ServerUrlResult {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, problem: 'empty' };
  const socket = SOCKET.exec(trimmed)?.[1];
  if (socket !== undefined) return parseSocketPath(socket);
  const split = splitCredentials(trimmed);
  if (!split) return parseAddress(trimmed);
  const result = parseAddress(split.url);
  if (!result.ok) return result;
  const { username, password } = split;
  const credentials = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  return { ok: true, address: { ...result.address, credentials } };
}

type AddressResult =
  | { readonly ok: true; readonly address: NetworkAddress }
  | { readonly ok: false; readonly problem: ServerUrlProblem };

function parseAddress(trimmed: string): AddressResult {
  const result = readAddress(trimmed);
  return !result.ok && lacksSlashes(trimmed) ? { ok: false, problem: 'slashes' } : result;
}

function readAddress(trimmed: string): AddressResult {
  const { text: withScheme, zone } = takeZone(SCHEME.test(trimmed) ? trimmed : `mqtt://${trimmed}`);
  const stray = strayCharacter(withScheme);
  if (stray) return { ok: false, problem: stray };
  if (NO_HOST.test(withScheme) || !URL.canParse(withScheme)) return { ok: false, problem: unreadable(withScheme) };
  const url = new URL(withScheme);
  if (url.port === '0') return { ok: false, problem: 'port' };
  if (url.hostname === '') return { ok: false, problem: 'malformed' };
  const scheme = NETWORK_SCHEMES[url.protocol];
  if (scheme === undefined) return { ok: false, problem: 'scheme' };
  const path = pathOf(url, scheme);
  if (path === undefined) return { ok: false, problem: 'path' };
  const host = decodedHost(url.hostname);
  if (host === undefined) return { ok: false, problem: 'malformed' };
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port);
  const secure = scheme === 'mqtts' || scheme === 'wss';
  return { ok: true, address: { scheme, secure, host: host + zone, port, path } };
}

function parseSocketPath(text: string): ServerUrlResult {
  const path = decoded(text);
  // A server beside a path would be on another machine.
  if (path === undefined || !/^\/[^\0]*[^\0/]$/.test(path)) return { ok: false, problem: 'socketPath' };
  return { ok: true, address: { scheme: 'mqtt+unix', secure: false, path } };
}

/** An address for logs and errors, without the query, which may hold a signature. */
export function serverName(address: ServerAddress): string {
  if (address.scheme === 'mqtt+unix') return `mqtt+unix://${address.path}`;
  const { scheme, host, port, path } = address;
  const authority = `${bracketed(host)}:${port}`;
  return scheme === 'mqtt' ? authority : `${scheme}://${authority}${path.replace(/\?.*$/s, '').replace(/^\/$/, '')}`;
}

/** A host as it is written before the port: an IPv6 address in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Two or more colons where a host is expected: `mqtt://::1`. */
const BARE_IPV6 = /^[^/]*:\/\/([^@/]*@)?[\da-f]*:[\da-f]*:[\da-f:.]*(%[^/?#]*)?([/?#]|$)/i;
const NUMERIC_PORT = /^[^/]*:\/\/[^/?#]*[^:/?#]:\d+([/?#]|$)/;

/** Why a text is not a URL, as far as that can be told. */
function unreadable(text: string): ServerUrlProblem {
  if (BARE_IPV6.test(text)) return 'brackets';
  return NUMERIC_PORT.test(text) ? 'port' : 'malformed';
}

/**
 * The path after the port: only WebSocket has one, without a fragment (RFC 6455, section 3). Undefined when it does not
 * fit.
 */
function pathOf({ pathname, search, hash }: URL, scheme: NetworkScheme): string | undefined {
  if (hash !== '') return undefined;
  if (scheme === 'ws' || scheme === 'wss') return pathname + search;
  return (pathname === '' || pathname === '/') && search === '' ? '' : undefined;
}

/** URL keeps letters beyond ASCII escaped for non-web schemes. Undefined when the escapes are not valid UTF-8. */
function decodedHost(hostname: string): string | undefined {
  return decoded(hostname)?.replace(/^\[|\]$/g, '');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

interface SplitAddress {
  /** The address without user name and password. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Scheme, what stands before the last `@` of the authority (RFC 3986, section 3.2), and the rest. */
const WITH_CREDENTIALS = /^\s*([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)@(.*)$/is;

/**
 * Separates user name and password from an address that contains them; undefined when it contains none. As in mqtt.js the
 * last colon stands between them, since the user name of RabbitMQ may be `vhost:user`.
 */
export function splitCredentials(text: string): SplitAddress | undefined {
  const [, scheme = '', credentials = '', rest = ''] = WITH_CREDENTIALS.exec(text) ?? [];
  const [, username = credentials, password = ''] = /^(.*):(.*)$/s.exec(credentials) ?? [];
  if (username === '' && password === '') return undefined;
  return { url: scheme + rest.trim(), username: unescaped(username), password: unescaped(password) };
}

const SCHEME_AND_REST = /^(\s*[a-z][a-z0-9+.-]*:\/\/)?(.*)$/is;

/**
 * An address for logs, labels and errors, which need not be valid: dots stand for user name and password, and for the
 * query, which may hold a signature. Where a `?` stands before an `@`, the password may be before the one or behind the
 * other, and only the scheme is shown.
 */
export function withoutSecrets(text: string): string {
  const [, scheme = '', rest = ''] = SCHEME_AND_REST.exec(text) ?? [];
  if (/\?.*@/s.test(rest)) return `${scheme}…`;
  return scheme + rest.replace(/^.*@/s, '…@').replace(/\?.*$/s, '?…');
}

/** Removes percent-encoding. A percent sign that escapes nothing stays. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
