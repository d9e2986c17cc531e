// The address of a core broker node as one URL, with what the core nodes read of it. Runs in the editor too.

import { bracketed, parseServerUrl, splitCredentials } from '../servers/server-url';
import { asFlag } from '../values/plain-value';
import { type ConversionNote, note } from './conversion-note';
import { type FlowNode, textOf } from './flow-node';
import { isVariable } from './saved-text';

export interface ServerFromCore {
  readonly url: string;
  readonly secure: boolean;
  readonly webSocket: boolean;
  /** Those that the address contains. */
  readonly credentials: { readonly username?: string; readonly password?: string };
  readonly notes: readonly ConversionNote[];
}

/** Undefined when the core node has an address that MQTT Flows cannot connect to. */
export function serverFromCore(node: FlowNode): ServerFromCore | undefined {
  const written = writtenAddress(node);
  const split = splitCredentials(written);
  const url = plainAddress(split ? split.url : written);
  const parsed = parseServerUrl(url.replace(/\$\{[^}]+\}|\$\([^)]+\)/g, 'variable').replace(/:variable$/, ''));
  if (!parsed.ok) return undefined;
  const notes: ConversionNote[] = [];
  if (split) notes.push(note('credentialsMoved'));
  if (split === undefined && url !== written) notes.push(note('addressPart', { given: written, address: url }));
  if (isVariable(textOf(node.broker))) notes.push(note('addressFromVariable', { property: textOf(node.broker) }));
  const { scheme, secure } = parsed.address;
  const credentials = {
    ...(split?.username ? { username: split.username } : {}),
    ...(split?.password ? { password: split.password } : {}),
  };
  return { url, secure, webSocket: scheme === 'ws' || scheme === 'wss', credentials, notes };
}

/** A whole address in `url` or `broker`, or one made of the host, the port and the tick for TLS. */
function writtenAddress(node: FlowNode): string {
  const address = [textOf(node.url).trim(), textOf(node.broker).trim()].find((text) => text.includes('://'));
  if (address !== undefined) return address;
  const scheme = usesTls(node) ? 'mqtts' : 'mqtt';
  const host = textOf(node.broker).trim();
  // Without a host the core node does not read the port either.
  if (host === '') return `${scheme}://localhost:1883`;
  const port = textOf(node.port).trim() || '1883';
  return `${scheme}://${IPV6.test(host) ? bracketed(host) : host}:${port}`;
}

const IPV6 = /^[\da-f]*:[\da-f]*:[\da-f:.]*(%\w+)?$/i;

export function usesTls(node: FlowNode): boolean {
  return asFlag(node.usetls) ?? Boolean(node.usetls);
}

/**
 * `url` as the core nodes understand it: over TCP they read neither a path nor a port that stands in the field of the
 * host.
 */
function plainAddress(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*:\/\/)(.*)$/i.exec(url) ?? [];
  if (scheme === '' || /^wss?:/i.test(scheme)) return url;
  const [, host = '', ports = '', path = ''] =
    /^(\[[^\]]*\]|\$\{[^}]+\}|[^:/?#]*)((?::[^:/?#]*)*)(.*)$/.exec(rest) ?? [];
  const port = ports.split(':').at(-1) ?? '';
  // After a path, the port of its own field is a part of that path. mqtt.js then takes that of the scheme.
  return path === '' || path === '/' || port !== ''
    ? `${scheme}${host}${port === '' ? '' : `:${port}`}`
    : scheme + host;
}
