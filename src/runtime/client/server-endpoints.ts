// How a broker node reaches its servers: the certificates of a tls-config node, a proxy, WebSocket.

import type { Node, NodeAPI } from 'node-red';
import type { Endpoint } from '../../connection/connection-settings';
import { type ProxyAddress, parseProxyUrl } from '../../core/servers/proxy-url';
import { type NetworkAddress, type ServerAddress, serverName } from '../../core/servers/server-url';
import type { ServerReach } from '../../settings/broker.server.config';
import type { ConfigResult } from '../../settings/saved-config';
import { faultyProxyVariable, proxyFromEnvironment } from '../../transport/streams/proxy-choice';
import type { ProxyServer } from '../../transport/streams/proxy-stream';
import { type ServerStreamSettings, serverStream } from '../../transport/streams/server-stream';
import type { TlsOptions } from '../../transport/streams/tls-stream';
import type { OpenStream } from '../../transport/transport';
import { sharedText } from '../node/localize';
import { type EnteredCredential, evaluateCredential } from './client-identity';
import { portOpened } from './ports-being-opened';
import { currentCertificates, deployedCertificates, trustedAuthorities } from './server-certificates';

type Addresses = ServerReach['servers'];
type Endpoints = readonly [Endpoint, ...Endpoint[]];

/** The way to the servers, as far as it is known before the first attempt. */
interface PreparedReach {
  readonly endpoints: (addresses: Addresses) => Endpoints;
  /** What the tls-config node has read when it was deployed. */
  readonly certificates: TlsOptions;
}

/** Makes endpoints from addresses, which are reached as the settings of `node` say. */
export function prepareEndpoints(
  RED: NodeAPI,
  node: Node,
  credential: EnteredCredential,
  { tls, proxy, webSocket }: ServerReach,
): ConfigResult<PreparedReach> {
  const options = deployedCertificates(RED, tls);
  if (!options.ok) return options;
  const settings: ServerStreamSettings = {
    tls: () => currentCertificates(RED, tls),
    proxy: (address) => chosenProxy(RED, node, credential, proxy, address),
    webSocket,
  };
  const endpoint = (address: ServerAddress): Endpoint => ({
    name: serverName(address),
    ...placeOf(address),
    open: onceOpened(address, serverStream(address, settings)),
  });
  const endpoints = ([first, ...others]: Addresses): Endpoints => [endpoint(first), ...others.map(endpoint)];
  return { ok: true, config: { endpoints, certificates: options.value } };
}

/** A port of this process may be opened by the same deploy. */
function onceOpened(address: ServerAddress, open: OpenStream): OpenStream {
  if (address.scheme === 'mqtt+unix') return open;
  return async (report, ...others) => {
    const opening = portOpened(address.host, address.port);
    if (opening) {
      report('tcp');
      await opening;
    }
    return open(report, ...others);
  };
}

function placeOf(address: ServerAddress): Pick<Endpoint, 'address' | 'credentials'> {
  if (address.scheme === 'mqtt+unix') return {};
  const { host, port, credentials } = address;
  return { address: { host, port }, ...(credentials ? { credentials } : {}) };
}

/**
 * Warns when the certificate of a TLS server will not be verified, and when a proxy variable is invalid. The value of
 * the variable is not shown, since it may contain a password.
 */
export function warnOfReach(
  RED: NodeAPI,
  node: Node,
  { servers, proxy }: ServerReach,
  { certificates }: PreparedReach,
): void {
  if (certificates.rejectUnauthorized === false && servers.some(({ secure }) => secure)) {
    node.warn(sharedText(RED, 'log.certificatesNotVerified'));
  }
  if (proxy.use !== 'environment') return;
  const names = servers.flatMap((server) => faultyProxyVariable(server, process.env) ?? []);
  for (const name of new Set(names)) node.warn(sharedText(RED, 'log.faultyProxyVariable', { name }));
}

async function chosenProxy(
  RED: NodeAPI,
  node: Node,
  credential: EnteredCredential,
  { use, url }: ServerReach['proxy'],
  address: NetworkAddress,
): Promise<ProxyServer | undefined> {
  if (use === 'environment') return trusted(RED, proxyFromEnvironment(address, process.env));
  const proxy = use === 'url' ? parseProxyUrl(url) : undefined;
  if (!proxy) return undefined;
  const username = await evaluateCredential(RED, node, credential, 'proxyUsername');
  const password = await evaluateCredential(RED, node, credential, 'proxyPassword');
  return trusted(RED, { ...proxy, username, password });
}

/** A proxy that is reached by TLS has no TLS configuration of its own. */
async function trusted(RED: NodeAPI, proxy: ProxyAddress | undefined): Promise<ProxyServer | undefined> {
  return proxy?.kind === 'https' ? { ...proxy, tls: await trustedAuthorities(RED) } : proxy;
}
