// Which proxy the environment names for a server, read as curl does (docs/decisions.md, 16).

import { BlockList, isIP } from 'node:net';
import { withoutZone } from '../../core/servers/ipv6-zone';
import { isLoopback } from '../../core/servers/loopback';
import { type ProxyAddress, parseProxyUrl } from '../../core/servers/proxy-url';
import type { NetworkAddress, NetworkScheme, ServerAddress } from '../../core/servers/server-url';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The first variable that is set counts. A plain MQTT server in the local network must not go through the proxy for the
 * web.
 */
const VARIABLES: Readonly<Record<NetworkScheme, readonly string[]>> = {
  mqtt: ['all_proxy'],
  mqtts: ['https_proxy', 'all_proxy'],
  ws: ['http_proxy', 'all_proxy'],
  wss: ['https_proxy', 'all_proxy'],
};

/** The proxy for `server`; undefined when there is none, or when the variable holds no valid address. */
export function proxyFromEnvironment(server: ServerAddress, environment: Environment): ProxyAddress | undefined {
  return chosen(server, environment)?.proxy;
}

/** The name of the variable that would choose a proxy for `server` but holds no valid address. */
export function faultyProxyVariable(server: ServerAddress, environment: Environment): string | undefined {
  const choice = chosen(server, environment);
  return choice && !choice.proxy ? choice.name : undefined;
}

function chosen(
  server: ServerAddress,
  environment: Environment,
): { readonly name: string; readonly proxy: ProxyAddress | undefined } | undefined {
  // A proxy cannot reach this computer's sockets and loopback addresses.
  if (server.scheme === 'mqtt+unix' || isLoopback(server.host) || isExcepted(server, variable(environment, 'no_proxy')))
    return undefined;
  for (const name of VARIABLES[server.scheme]) {
    const value = variable(environment, name);
    if (value !== '') return { name, proxy: parseProxyUrl(value) };
  }
  return undefined;
}

/** Reads the lower-case name first, as curl does. */
function variable(environment: Environment, name: string): string {
  return (environment[name] || environment[name.toUpperCase()] || '').trim();
}

/**
 * `list` has entries separated by commas or spaces: `*`, a name and all below it, an address, or a network such as
 * 10.0.0.0/8.
 */
function isExcepted({ host, port }: NetworkAddress, list: string): boolean {
  const name = withoutZone(host.toLowerCase());
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && fits(entry.replace(/%[^\]]*/, ''), name, port));
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
