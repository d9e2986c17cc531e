// How a broker node reaches its servers: the certificates of a tls-config node, a proxy, WebSocket.

import type { Node, NodeAPI } from 'node-red';
import type { Endpoint } from '../../connection/connection-settings';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { parseProxyUrl } from '../../core/servers/proxy-url';
import { type ServerAddress, serverName } from '../../core/servers/server-url';
import type { ServerReach } from '../../settings/broker.server.config';
import type { ConfigResult } from '../../settings/saved-config';
import { faultyProxyVariable, proxyFromEnvironment } from '../../transport/streams/proxy-choice';
import type { ProxyServer } from '../../transport/streams/proxy-stream';
import { type ServerStreamSettings, serverStream } from '../../transport/streams/server-stream';
import type { TlsOptions } from '../../transport/streams/tls-stream';
import { sharedText } from '../node/localize';
import { type EnteredCredential, evaluateCredential } from './client-identity';

type Addresses = ServerReach['servers'];
type Endpoints = readonly [Endpoint, ...Endpoint[]];

/** Node-RED's tls-config node, which has no public types. */
interface TlsConfigNode extends Node {
  readonly valid: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

/** The way to the servers, as far as it is known before the first attempt. */
export interface PreparedReach {
  readonly endpoints: (addresses: Addresses) => Endpoints;
  /** The current settings of the tls-config node. */
  readonly certificates: TlsOptions;
}

/** Makes endpoints from addresses, which are reached as the settings of `node` say. */
export function prepareEndpoints(
  RED: NodeAPI,
  node: Node,
  credential: EnteredCredential,
  { tls, proxy, webSocket }: ServerReach,
): ConfigResult<PreparedReach> {
  const options = tlsOptions(RED, tls);
  if (!options.ok) return options;
  const settings: ServerStreamSettings = {
    tls: () => {
      const current = tlsOptions(RED, tls);
      if (!current.ok) throw current.error;
      return current.value;
    },
    proxy: (address) => chosenProxy(RED, node, credential, proxy, address),
    webSocket,
  };
  const endpoint = (address: ServerAddress): Endpoint => ({
    name: serverName(address),
    address,
    open: serverStream(address, settings),
  });
  const endpoints = ([first, ...others]: Addresses): Endpoints => [endpoint(first), ...others.map(endpoint)];
  return { ok: true, config: { endpoints, certificates: options.value } };
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

/** Returns a new object each time, since an attempt may change it. */
function tlsOptions(RED: NodeAPI, id: string): Result<TlsOptions> {
  if (id === '') return found({});
  const node: Node | null = RED.nodes.getNode(id);
  if (!node || !isTlsConfig(node)) return failed(new MqttFlowsError('tls-config-missing', { stage: 'config' }));
  // The tls-config node has reported the reason itself.
  const reason = node.name || 'tls-config';
  if (!node.valid) return failed(new MqttFlowsError('tls-config-invalid', { stage: 'config', params: { reason } }));
  return found(node.addTLSOptions({}));
}

function isTlsConfig(node: Node): node is TlsConfigNode {
  return node.type === 'tls-config' && 'addTLSOptions' in node;
}

async function chosenProxy(
  RED: NodeAPI,
  node: Node,
  credential: EnteredCredential,
  { use, url }: ServerReach['proxy'],
  address: ServerAddress,
): Promise<ProxyServer | undefined> {
  if (use === 'environment') return proxyFromEnvironment(address, process.env);
  const proxy = use === 'url' ? parseProxyUrl(url) : undefined;
  if (!proxy) return undefined;
  const username = await evaluateCredential(RED, node, credential, 'proxyUsername');
  const password = await evaluateCredential(RED, node, credential, 'proxyPassword');
  return { ...proxy, username, password };
}
