// A core broker node as one of ours. Runs in the editor too.

import { withoutSecrets } from '../servers/server-url';
import { asFlag, asWhole } from '../values/plain-value';
import type { ConversionNote, NodeConversion } from './conversion-note';
import { note } from './conversion-note';
import type { ConversionOptions } from './conversion-options';
import { derivedId } from './derived-id';
import { asType, type FlowNode, textOf } from './flow-node';
import { labelOf } from './node-label';
import { presenceFromCore, userPropertiesFromCore } from './presence-from-core';
import { coreProperties } from './property-table';
import { isVariable, userPropertyTexts, variableNotes } from './saved-text';
import { type ServerFromCore, serverFromCore, usesTls, writtenAddress } from './server-from-core';

const FOUR_BYTES = 0xffff_ffff;

/** The version that the core node speaks, as our setting names it. */
function versionFromCore({ compatmode, protocolVersion }: FlowNode): 3 | 4 | 5 {
  if (compatmode === true || compatmode === 'true' || Number(protocolVersion) === 3) return 3;
  return Number(protocolVersion) === 5 ? 5 : 4;
}

/** `find` gives the node of the flow that has an identifier, such as the TLS configuration that `node` names. */
export function brokerFromCore(
  node: FlowNode,
  options: ConversionOptions,
  find: (id: string) => FlowNode | undefined = () => undefined,
): NodeConversion {
  const server = serverFromCore(node, options.credentials === 'address', find(textOf(node.tls)));
  if (!server) {
    return { ok: false, notes: [note('addressInvalid', { address: withoutSecrets(writtenAddress(node)) })] };
  }
  const clientId = server.clientId ?? textOf(node.clientid);
  // Here a client identifier may contain {{hostname}} and no other placeholder.
  if (clientId.includes('{{')) return { ok: false, notes: [note('clientIdBraces', { clientId })] };
  const protocolVersion = versionFromCore(node);
  const mqtt5 = protocolVersion === 5;
  const tls = tlsFromCore(node, server, options, find);
  const messages = (['birth', 'close', 'will'] as const).map(
    (name) => [name, presenceFromCore(node, name, mqtt5)] as const,
  );
  // Without a client identifier the core node forces a clean session.
  const cleanStart = (node.cleansession === undefined ? true : Boolean(node.cleansession)) || clientId === '';
  const sessionExpiryInterval = mqtt5 ? expiryFromCore(node) : '';
  // With MQTT 5 and without an expiry, the session ends with the connection.
  const kept = !cleanStart && sessionExpiryInterval !== 0;
  const savedProperties = node.userProperties ?? node.userProps;
  const userProperties = (mqtt5 && userPropertiesFromCore(savedProperties)) || {};
  const settings = {
    connectTo: 'server',
    servers: [{ url: server.url }],
    tls: tls.id,
    // The core nodes use a proxy for WebSocket only.
    proxy: { use: server.webSocket ? 'environment' : 'none', url: '' },
    protocolVersion,
    clientId,
    keepalive: keepaliveFromCore(node.keepalive),
    cleanStart,
    sessionExpiryInterval,
    autoConnect: asFlag(node.autoConnect) ?? true,
    ...Object.fromEntries(messages.map(([name, { message }]) => [name, message])),
    userProperties,
    ...credentialsFromCore(node, server),
  };
  const notes: ConversionNote[] = [
    ...server.notes,
    ...tls.notes,
    ...(kept && node.autoUnsubscribe !== false ? [note('keptSession')] : []),
    ...messages.flatMap(([, { notes: said }]) => said),
    ...variableNotes({ clientId }),
    ...variableNotes(userPropertyTexts(userProperties), typeof savedProperties === 'string' ? 'json' : 'property'),
  ];
  return {
    ok: true,
    node: asType(node, 'mqtt-flows-broker', coreProperties('mqtt-broker'), settings),
    added: tls.added,
    notes,
  };
}

function keepaliveFromCore(saved: unknown): number | string {
  if (saved === undefined) return 60;
  if (typeof saved === 'string' && isVariable(saved)) return saved;
  // A blank text is 0 there.
  return asWhole(typeof saved === 'string' && saved.trim() === '' ? 0 : saved, 0, 65_535) ?? 60;
}

/** Blank and 0 are not sent there, so the session ends with the connection. Here that is 0. */
function expiryFromCore(node: FlowNode): number | string {
  const saved = node.sessionExpiry ?? node.sessionExpiryInterval;
  if (typeof saved === 'string' && isVariable(saved)) return saved;
  return asWhole(saved, 0, FOUR_BYTES) ?? 0;
}

interface TlsFromCore {
  readonly id: string;
  readonly added: readonly FlowNode[];
  readonly notes: readonly ConversionNote[];
}

/** Without a TLS configuration, the core node does not verify the certificate unless `verifyservercert` says so. */
function tlsFromCore(
  node: FlowNode,
  { secure }: ServerFromCore,
  { tls }: ConversionOptions,
  find: (id: string) => FlowNode | undefined,
): TlsFromCore {
  const chosen = usesTls(node) ? textOf(node.tls) : '';
  if (!secure || chosen !== '') return { id: secure ? chosen : '', added: [], notes: [] };
  if (asFlag(node.verifyservercert) === true) return { id: '', added: [], notes: [] };
  if (tls === 'verified') return { id: '', added: [], notes: [note('tlsVerified')] };
  const id = derivedId(node.id, 'tls');
  const there = find(id);
  if (there) return { id, added: [], notes: [note('tlsThere', { name: labelOf(there) })] };
  const added = {
    ...UNVERIFIED,
    id,
    ...(textOf(node.z) === '' ? {} : { z: node.z }),
    name: 'certificate not verified',
  };
  return { id, added: [added], notes: [note('tlsNotVerified')] };
}

const UNVERIFIED = {
  type: 'tls-config',
  cert: '',
  key: '',
  ca: '',
  certname: '',
  keyname: '',
  caname: '',
  servername: '',
  verifyservercert: false,
  alpnprotocol: '',
} as const;

/**
 * Credentials that an export or the editor has beside the node, under the names of ours. Most exports have none. A user
 * name under the old name would count where the new one is blank, so it is deleted.
 */
function credentialsFromCore(node: FlowNode, server: ServerFromCore): { credentials?: object } {
  const saved: Readonly<Record<string, unknown>> = { ...(node.credentials as object | undefined) };
  const { user, ...rest } = saved;
  const credentials = { ...rest, ...(user === undefined ? {} : { username: user, user: '' }), ...server.credentials };
  return Object.keys(credentials).length > 0 ? { credentials } : {};
}
