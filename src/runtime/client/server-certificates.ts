// The TLS options of a broker node: what its tls-config node says, and whom it trusts.

import type { Node, NodeAPI } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { asMqttFlowsError } from '../../transport/streams/network-error';
import type { TlsOptions } from '../../transport/streams/tls-stream';
import { sharedText } from '../node/localize';
import { savedText } from '../node/read-settings';
import { readBounded } from './bounded-file';
import { type ClientCertificate, systemAuthorities } from './system-authorities';

/** Node-RED's tls-config node, which has no public types. */
interface TlsConfigNode extends Node<{ passphrase?: string }> {
  readonly valid: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

/** Files named in a tls-config node, by what they hold. */
type Files = Readonly<Partial<Record<'cert' | 'key' | 'ca', string>>>;

const NAMES = ['cert', 'key', 'ca'] as const;
/** bytes; a chain of certificates has a few thousand */
const LARGEST = 1024 * 1024;

/** What the tls-config node with this id says, as Node-RED has read it when it was deployed. */
export function deployedCertificates(RED: NodeAPI, id: string): Result<TlsOptions> {
  if (id === '') return found({});
  const config = tlsConfig(RED, id);
  if (!config) return failed(new MqttFlowsError('tls-config-missing', { stage: 'config' }));
  // A file that could not be read then may be there at the next attempt.
  if (!config.valid && Object.keys(filesOf(RED, config)).length === 0) return failed(invalid(config));
  return found(config.addTLSOptions({}));
}

/**
 * The TLS options for an attempt. Files are read now: a certificate may have been renewed. Rejects with an
 * MqttFlowsError.
 */
export async function currentCertificates(RED: NodeAPI, id: string): Promise<TlsOptions> {
  const options = await namedCertificates(RED, id);
  return options.ca || options.rejectUnauthorized === false
    ? options
    : { ...options, ...(await trustedAuthorities(RED, options)) };
}

/** What the tls-config node with this id names itself, read now. Rejects with an MqttFlowsError. */
export async function namedCertificates(RED: NodeAPI, id: string): Promise<TlsOptions> {
  const deployed = deployedCertificates(RED, id);
  if (!deployed.ok) throw deployed.error;
  const config = tlsConfig(RED, id);
  const files = config ? await readFiles(filesOf(RED, config)) : {};
  // A node that could not read its files leaves out what the key needs.
  const passphrase = files.key && config?.credentials?.passphrase;
  return { ...deployed.value, ...files, ...(passphrase ? { passphrase } : {}) };
}

/** The authorities for a connection whose configuration names none. */
export async function trustedAuthorities(RED: NodeAPI, client: ClientCertificate = {}): Promise<TlsOptions> {
  const authorities = await systemAuthorities.current(({ path, problem }) => {
    RED.log.warn(sharedText(RED, 'log.authoritiesUnreadable', { path, problem: sharedText(RED, `file.${problem}`) }));
  });
  try {
    return { secureContext: authorities.contextFor(client) };
  } catch (error) {
    throw asMqttFlowsError(error, 'tls');
  }
}

function tlsConfig(RED: NodeAPI, id: string): TlsConfigNode | undefined {
  const node: Node | null = RED.nodes.getNode(id);
  return node && isTlsConfig(node) ? node : undefined;
}

function isTlsConfig(node: Node): node is TlsConfigNode {
  return node.type === 'tls-config' && 'addTLSOptions' in node;
}

/**
 * The paths in a tls-config node, which keeps what it has read and not where from. Empty when they make no sense, which
 * the node has reported.
 */
function filesOf(RED: NodeAPI, config: TlsConfigNode): Files {
  const [cert, key, ca] = NAMES.map((name) => pathIn(RED, config, name));
  if ((cert === '') !== (key === '')) return {};
  return { ...(cert && key ? { cert, key } : {}), ...(ca ? { ca } : {}) };
}

function pathIn(RED: NodeAPI, config: TlsConfigNode, name: string): string {
  // Node-RED replaces a variable only where it is all of the text.
  const saved = savedText(RED, config, name).trim();
  const variable = /^\$\{(\S+)\}$/.exec(saved)?.[1];
  return variable === undefined ? saved : String(RED.util.getSetting(config, variable) ?? '').trim();
}

async function readFiles(files: Files): Promise<TlsOptions> {
  const options: { cert?: Buffer; key?: Buffer; ca?: Buffer } = {};
  for (const name of NAMES) {
    const path = files[name];
    if (path === undefined) continue;
    const read = await readBounded(path, LARGEST);
    if (!read.ok) {
      const params = { path: path.slice(0, 200), problemKey: `file.${read.error}` };
      throw new MqttFlowsError('tls-file-unreadable', { stage: 'config', params });
    }
    options[name] = read.value;
  }
  return options;
}

/** The tls-config node has reported the reason itself. */
function invalid(config: TlsConfigNode): MqttFlowsError {
  return new MqttFlowsError('tls-config-invalid', { stage: 'config', params: { reason: config.name || 'tls-config' } });
}
