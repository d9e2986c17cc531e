// The address of a server as people write it. Runs in the editor too.

export type ServerScheme = 'mqtt' | 'mqtts' | 'ws' | 'wss';

export interface ServerAddress {
  readonly scheme: ServerScheme;
  /** Over TLS. */
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** Of ws and wss: path and query, beginning with a slash. Blank otherwise. */
  readonly path: string;
}

/** Why a string is no server address. Each value has a sentence in the locales under `serverUrl.`. */
export type ServerUrlProblem = 'empty' | 'malformed' | 'brackets' | 'port' | 'scheme' | 'credentials' | 'path';

export type ServerUrlResult =
  | { readonly ok: true; readonly address: ServerAddress }
  | { readonly ok: false; readonly problem: ServerUrlProblem };

/** The names that mqtt.js and the core MQTT nodes take as well. */
const SCHEMES: Readonly<Record<string, ServerScheme>> = {
  'mqtt:': 'mqtt',
  'tcp:': 'mqtt',
  'mqtts:': 'mqtts',
  'ssl:': 'mqtts',
  'tls:': 'mqtts',
  'ws:': 'ws',
  'wss:': 'wss',
};
const DEFAULT_PORTS: Readonly<Record<ServerScheme, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** URL would take the first part of the path for the host of a ws:// address. */
const NO_HOST = /^[^/]*:\/\/[/\\]/;

/**
 * Reads `scheme://host:port/path`. Without a scheme `mqtt://` is meant, without a port that of the scheme: 1883, 8883
 * (mqtts), 80 (ws) or 443 (wss). Never throws.
 */
export function parseServerUrl(text: string): ServerUrlResult {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, problem: 'empty' };
  const withScheme = SCHEME.test(trimmed) ? trimmed : `mqtt://${trimmed}`;
  if (NO_HOST.test(withScheme) || !URL.canParse(withScheme)) return { ok: false, problem: unreadable(withScheme) };
  const url = new URL(withScheme);
  if (url.port === '0') return { ok: false, problem: 'port' };
  if (url.hostname === '') return { ok: false, problem: 'malformed' };
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined) return { ok: false, problem: 'scheme' };
  // A password in an address would be saved in the flow, and shown in logs.
  if (url.username !== '' || url.password !== '') return { ok: false, problem: 'credentials' };
  const path = pathOf(url, scheme);
  if (path === undefined) return { ok: false, problem: 'path' };
  const host = decodedHost(url.hostname);
  if (host === undefined) return { ok: false, problem: 'malformed' };
  const port = url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port);
  return { ok: true, address: { scheme, secure: scheme === 'mqtts' || scheme === 'wss', host, port, path } };
}

/** An address as logs and errors name it: without the query, which may hold a signature. */
export function serverName({ scheme, host, port, path }: ServerAddress): string {
  const authority = `${bracketed(host)}:${port}`;
  return scheme === 'mqtt' ? authority : `${scheme}://${authority}${path.replace(/\?.*$/s, '').replace(/^\/$/, '')}`;
}

/** A host as it stands before the port of an address: an IPv6 address in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Two or more colons in what should be a host: `mqtt://::1`. */
const BARE_IPV6 = /^[^/]*:\/\/([^@/]*@)?[\da-f]*:[\da-f]*:[\da-f:.]*([/?#]|$)/i;
const NUMERIC_PORT = /^[^/]*:\/\/[^/?#]*[^:/?#]:\d+([/?#]|$)/;

/** Why a text is no URL, as far as it shows. */
function unreadable(text: string): ServerUrlProblem {
  if (BARE_IPV6.test(text)) return 'brackets';
  return NUMERIC_PORT.test(text) ? 'port' : 'malformed';
}

/** What follows the port: only WebSocket has it, and no fragment (RFC 6455, section 3); undefined when it does not fit. */
function pathOf({ pathname, search, hash }: URL, scheme: ServerScheme): string | undefined {
  if (hash !== '') return undefined;
  if (scheme === 'ws' || scheme === 'wss') return pathname + search;
  return (pathname === '' || pathname === '/') && search === '' ? '' : undefined;
}

/** A URL of a scheme of its own keeps letters beyond ASCII escaped; undefined when the escapes make no text. */
function decodedHost(hostname: string): string | undefined {
  try {
    return decodeURIComponent(hostname).replace(/^\[|\]$/g, '');
  } catch {
    return undefined;
  }
}

export interface SplitAddress {
  /** The address without user name and password. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Takes user name and password out of an address in which somebody has written them; undefined when there are none. */
export function splitCredentials(text: string): SplitAddress | undefined {
  const [, scheme = '', username = '', password = '', rest = ''] =
    /^\s*([a-z][a-z0-9+.-]*:\/\/)?([^:@/?#]*)(?::([^@/?#]*))?@(.*)$/is.exec(text) ?? [];
  if (username === '' && password === '') return undefined;
  return { url: scheme + rest.trim(), username: unescaped(username), password: unescaped(password) };
}

/** Characters that mean something in a URL are escaped there. A percent sign that escapes nothing is one. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
