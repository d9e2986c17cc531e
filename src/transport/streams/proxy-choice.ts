// Which proxy the environment names for a server, as curl and its relatives read it; docs/decisions.md says what counts.

import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../../core/servers/loopback';
import { type ProxyAddress, parseProxyUrl } from '../../core/servers/proxy-url';
import type { ServerAddress, ServerScheme } from '../../core/servers/server-url';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The first that is set counts. A plain server in the local network must not go through the proxy of the web. */
const VARIABLES: Readonly<Record<ServerScheme, readonly string[]>> = {
  mqtt: ['all_proxy'],
  mqtts: ['https_proxy', 'all_proxy'],
  ws: ['http_proxy', 'all_proxy'],
  wss: ['https_proxy', 'all_proxy'],
};

/** The proxy for `server`, or undefined for none; also when the variable holds no address that we understand. */
export function proxyFromEnvironment(server: ServerAddress, environment: Environment): ProxyAddress | undefined {
  return chosen(server, environment)?.proxy;
}

/** The name of the variable that would choose a proxy for `server`, but holds no address of one. */
export function faultyProxyVariable(server: ServerAddress, environment: Environment): string | undefined {
  const choice = chosen(server, environment);
  return choice && !choice.proxy ? choice.name : undefined;
}

function chosen(
  server: ServerAddress,
  environment: Environment,
): { readonly name: string; readonly proxy: ProxyAddress | undefined } | undefined {
  // No proxy could reach this computer from where it stands.
  if (isLoopback(server.host) || isExcepted(server, variable(environment, 'no_proxy'))) return undefined;
  for (const name of VARIABLES[server.scheme]) {
    const value = variable(environment, name);
    if (value !== '') return { name, proxy: parseProxyUrl(value) };
  }
  return undefined;
}

/** In small letters first, as curl does. */
function variable(environment: Environment, name: string): string {
  return (environment[name] || environment[name.toUpperCase()] || '').trim();
}

/** Entries with commas or spaces between them: `*`, a name and what is below it, an address, a network as 10.0.0.0/8. */
function isExcepted({ host, port }: ServerAddress, list: string): boolean {
  const name = host.toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && fits(entry, name, port));
}

function fits(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(host, entry);
  if (isIP(entry) !== 0) return entry === host;
  const [, pattern = '', ofPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  const domain = pattern.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const most = family === 'ipv6' ? 128 : 32;
  if (isIP(address) === 0 || !/^\d+$/.test(bits) || Number(bits) > most || isIP(host) !== isIP(address)) return false;
  const networks = new BlockList();
  networks.addSubnet(address, Number(bits), family);
  return networks.check(host, family);
}
