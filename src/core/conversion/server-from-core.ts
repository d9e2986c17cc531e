// The address of a core broker node as one URL, with what the core nodes read of it. Runs in the editor too.

import { addressOf, asCoreReads, clientIdOf } from '../servers/core-address';
import { type AddressCredentials, parseServerUrl, splitCredentials, withoutSecrets } from '../servers/server-url';
import { asFlag } from '../values/plain-value';
import { type ConversionNote, note } from './conversion-note';
import { type FlowNode, textOf } from './flow-node';
import { isVariable } from './saved-text';

export interface ServerFromCore {
  readonly url: string;
  readonly secure: boolean;
  readonly webSocket: boolean;
  /** Those that the address contains, unless they stay there. */
  readonly credentials: AddressCredentials;
  /** The client identifier that the address contains; undefined without one. */
  readonly clientId: string | undefined;
  readonly notes: readonly ConversionNote[];
}

/**
 * Undefined when the core node has an address that MQTT Flows cannot connect to. `inAddress` says that credentials in the
 * address stay there.
 */
export function serverFromCore(
  node: FlowNode,
  inAddress: boolean,
  tlsConfig: FlowNode | undefined,
): ServerFromCore | undefined {
  const written = writtenAddress(node);
  const secured = usesTls(node) && hasClientCertificate(tlsConfig) ? overTls(written) : written;
  const read = asCoreReads(secured);
  const split = splitCredentials(read);
  const url = split && !inAddress ? split.url : read;
  const parsed = parseServerUrl(url.replace(/\$\{[^}]+\}|\$\([^)]+\)/g, 'variable').replace(/:variable$/, ''));
  if (!parsed.ok) return undefined;
  const notes: ConversionNote[] = [];
  if (split) notes.push(note(inAddress ? 'credentialsInAddress' : 'credentialsMoved'));
  if (read !== secured) {
    notes.push(note('addressPart', { given: withoutSecrets(written), address: withoutSecrets(url) }));
  }
  if (isVariable(textOf(node.broker))) notes.push(note('addressFromVariable', { property: textOf(node.broker) }));
  const { scheme, secure } = parsed.address;
  const credentials = {
    ...(split?.username ? { username: split.username } : {}),
    ...(split?.password ? { password: split.password } : {}),
  };
  return {
    url,
    secure,
    webSocket: scheme === 'ws' || scheme === 'wss',
    credentials: inAddress ? {} : credentials,
    clientId: clientIdOf(written),
    notes,
  };
}

/** A whole address in `url` or `broker`, or one made of the host, the port and the tick for TLS. */
export function writtenAddress(node: FlowNode): string {
  const address = [textOf(node.url).trim(), textOf(node.broker).trim()].find((text) => text.includes('://'));
  if (address !== undefined) return address;
  const scheme = usesTls(node) ? 'mqtts' : 'mqtt';
  const host = textOf(node.broker).trim();
  // Without a host the core node does not read the port either.
  if (host === '') return `${scheme}://localhost:1883`;
  const port = textOf(node.port).trim() || '1883';
  return addressOf(scheme, host, port);
}

/** With a certificate and a key, mqtt.js takes TLS for these schemes too. */
function overTls(address: string): string {
  return address.replace(/^(mqtt|ws)(?=:)/i, '$1s');
}

function hasClientCertificate(tlsConfig: FlowNode | undefined): boolean {
  if (tlsConfig?.type !== 'tls-config') return false;
  const both = (...names: string[]): boolean => names.every((name) => textOf(tlsConfig[name]).trim() !== '');
  return both('cert', 'key') || both('certname', 'keyname');
}

export function usesTls(node: FlowNode): boolean {
  return asFlag(node.usetls) ?? Boolean(node.usetls);
}
