// The scheme of an address that is being typed, and the switch between the schemes with TLS and without.

import { DEFAULT_PORTS, NETWORK_SCHEMES, type NetworkScheme } from './server-url';

const WITH_TLS: Readonly<Record<NetworkScheme, NetworkScheme>> = {
  mqtt: 'mqtts',
  mqtts: 'mqtts',
  ws: 'wss',
  wss: 'wss',
};
const WITHOUT_TLS: Readonly<Record<NetworkScheme, NetworkScheme>> = {
  mqtt: 'mqtt',
  mqtts: 'mqtt',
  ws: 'ws',
  wss: 'ws',
};

const PARTS = /^\s*(?:([a-z][a-z0-9+.-]*:)\/\/)?(.*)$/is;
/** What stands after the authority is no port. An IPv6 address stands in brackets. */
const PORT = /^([^/?#]*[^:/?#]):(\d+)(?=[/?#]|\s*$)/s;

/** The scheme of `text`, which may be incomplete: `mqtt` where it has none; undefined where only the runtime knows. */
export function schemeOf(text: string): NetworkScheme | undefined {
  const [, written, rest = ''] = PARTS.exec(text) ?? [];
  // A variable at the beginning may contain the scheme.
  if (written === undefined) return rest.startsWith('${') ? undefined : 'mqtt';
  return NETWORK_SCHEMES[written.toLowerCase()];
}

/** Whether the scheme of `text` is one with TLS. */
export function usesTls(text: string): boolean {
  const scheme = schemeOf(text);
  return scheme !== undefined && WITH_TLS[scheme] === scheme;
}

/** `text` with the scheme of the same protocol with or without TLS. The usual port of the one becomes that of the other. */
export function withTls(text: string, secure: boolean): string {
  const before = schemeOf(text);
  if (before === undefined) return text;
  const after = (secure ? WITH_TLS : WITHOUT_TLS)[before];
  if (after === before) return text;
  const [, , rest = ''] = PARTS.exec(text) ?? [];
  const moved = rest.replace(PORT, (all, host: string, port: string) =>
    Number(port) === DEFAULT_PORTS[before] ? `${host}:${DEFAULT_PORTS[after]}` : all,
  );
  return `${after}://${moved}`;
}
