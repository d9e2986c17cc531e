// The address of a proxy, as written in settings and environment variables. Runs in the editor too.

import { takeZone } from './ipv6-zone';

export interface ProxyAddress {
  /** HTTP CONNECT, the same over TLS, or SOCKS 5. */
  readonly kind: 'http' | 'https' | 'socks';
  /** An IPv6 address stands without brackets, and with its zone. */
  readonly host: string;
  readonly port: number;
  /** Blank: no credentials are sent to the proxy. */
  readonly username: string;
  readonly password: string;
}

/** `socks` and `socks5` let the proxy look up the server's name, as `socks5h` does: the proxy knows its own network. */
const KINDS: Readonly<Record<string, ProxyAddress['kind']>> = {
  'http:': 'http',
  'https:': 'https',
  'socks:': 'socks',
  'socks5:': 'socks',
  'socks5h:': 'socks',
};
const DEFAULT_PORTS: Readonly<Record<ProxyAddress['kind'], number>> = { http: 80, https: 443, socks: 1080 };
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Reads `http://user:password@host:port`, or the same with https or socks5. Without a scheme, `http://` is assumed.
 * Never throws.
 */
export function parseProxyUrl(text: string): ProxyAddress | undefined {
  const trimmed = text.trim();
  const { text: withScheme, zone } = takeZone(SCHEME.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  const kind = KINDS[url.protocol];
  if (kind === undefined || url.hostname === '' || url.port === '0') return undefined;
  const [host, username, password] = [url.hostname, url.username, url.password].map(decoded);
  if (host === undefined || username === undefined || password === undefined) return undefined;
  const port = url.port === '' ? DEFAULT_PORTS[kind] : Number(url.port);
  return { kind, host: host.replace(/^\[|\]$/g, '') + zone, port, username, password };
}

/** Undefined when the escapes are not valid UTF-8. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
