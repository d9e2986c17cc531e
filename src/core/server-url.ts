// The address of a server as people write it. Runs in the editor too.

export interface ServerAddress {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** Why a string is no server address. Each value has a sentence in the locales under `serverUrl.`. */
export type ServerUrlProblem = 'empty' | 'malformed' | 'scheme' | 'credentials' | 'path';

export type ServerUrlResult =
  | { readonly ok: true; readonly address: ServerAddress }
  | { readonly ok: false; readonly problem: ServerUrlProblem };

const DEFAULT_PORT = 1883;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Reads `mqtt://host:port`; without a scheme `mqtt://` is meant, without a port 1883. Never throws. */
export function parseServerUrl(text: string): ServerUrlResult {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, problem: 'empty' };
  const withScheme = SCHEME.test(trimmed) ? trimmed : `mqtt://${trimmed}`;
  if (!URL.canParse(withScheme)) return { ok: false, problem: 'malformed' };
  const url = new URL(withScheme);
  if (url.hostname === '' || url.port === '0') return { ok: false, problem: 'malformed' };
  if (url.protocol !== 'mqtt:' && url.protocol !== 'tcp:') return { ok: false, problem: 'scheme' };
  // A password in an address would be saved in the flow, and shown in logs.
  if (url.username !== '' || url.password !== '') return { ok: false, problem: 'credentials' };
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    return { ok: false, problem: 'path' };
  }
  const host = decodedHost(url.hostname);
  if (host === undefined) return { ok: false, problem: 'malformed' };
  return { ok: true, address: { host, port: url.port === '' ? DEFAULT_PORT : Number(url.port) } };
}

/** A URL of a scheme of its own keeps letters beyond ASCII escaped; undefined when the escapes make no text. */
function decodedHost(hostname: string): string | undefined {
  try {
    return decodeURIComponent(hostname).replace(/^\[|\]$/g, '');
  } catch {
    return undefined;
  }
}
