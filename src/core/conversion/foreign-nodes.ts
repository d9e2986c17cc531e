// Nodes of other packages that move as the core nodes do: which of their properties is which of the core's, and what cannot
// move. Runs in the editor too.

import { asFlag, isBlank } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, type NoteKey, note, type Verdict } from './conversion-note';
import { derivedId } from './derived-id';
import { asType, type FlowNode, isWired, textOf } from './flow-node';

interface ForeignRow {
  readonly theirs: string;
  /** The property of the core node, or of our broker node, that holds the same; blank for none. */
  readonly becomes: string;
  readonly verdict: Verdict;
  readonly sentence: NoteKey;
  /** With this value, or any other than blank and false, the node cannot move. */
  readonly unless?: readonly unknown[];
}

export interface ForeignType {
  readonly package: string;
  /** The core type with the same settings, or a broker node that clients connect to. */
  readonly like: 'mqtt in' | 'mqtt out' | 'embedded broker';
  readonly rows: readonly ForeignRow[];
  /** Settings that each of these nodes has without saving them. */
  readonly always: Readonly<Record<string, unknown>>;
  /** What is said of each. */
  readonly notes: readonly NoteKey[];
}

function same(...names: string[]): ForeignRow[] {
  return names.map((name) => ({ theirs: name, becomes: name, verdict: 'same', sentence: 'sameValue' }));
}

function cannot(theirs: string, sentence: NoteKey, unless?: readonly unknown[]): ForeignRow {
  return { theirs, becomes: '', verdict: 'cannot', sentence, ...(unless && { unless }) };
}

function becomes(theirs: string, ours: string, sentence: NoteKey, verdict: Verdict = 'same'): ForeignRow {
  return { theirs, becomes: ours, verdict, sentence };
}

function leftOut(theirs: string): ForeignRow {
  return { theirs, becomes: '', verdict: 'note', sentence: 'notMoved' };
}

export const FOREIGN_TYPES: Readonly<Record<string, ForeignType>> = {
  'ff-mqtt-in': {
    package: '@flowfuse/nr-mqtt-nodes',
    like: 'mqtt in',
    rows: same('name', 'topic', 'qos', 'datatype', 'nl', 'rap', 'rh', 'inputs'),
    always: {},
    notes: ['brokerUnknown'],
  },
  'ff-mqtt-out': {
    package: '@flowfuse/nr-mqtt-nodes',
    like: 'mqtt out',
    rows: same('name', 'topic', 'qos', 'retain', 'respTopic', 'contentType', 'userProps', 'correl', 'expiry'),
    always: {},
    notes: ['brokerUnknown'],
  },
  'mqtt-in-dynamicsub': {
    package: 'node-red-contrib-mqtt-dynamicsub',
    like: 'mqtt in',
    rows: [
      ...same('name', 'datatype', 'broker'),
      becomes('qos', '', 'messageNeedsAction', 'note'),
      cannot('unsubscribe-after-first-msg-recv', 'unsubscribesItself'),
      leftOut('debug-subscribe'),
      // Some versions set the protocol of the connection by it.
      becomes('tls', '', 'tlsByAddress', 'note'),
    ],
    always: { inputs: 1 },
    notes: ['messageNeedsAction', 'tlsByAddress'],
  },
  'aedes broker': {
    package: 'node-red-contrib-aedes',
    like: 'embedded broker',
    rows: [
      ...same('name'),
      { theirs: 'mqtt_port', becomes: 'embedded.port', verdict: 'same', sentence: 'sameValue' },
      { ...cannot('persistence_bind', 'otherStore', ['mongodb']), becomes: 'embedded.store' },
      becomes('usetls', 'embedded.listeners', 'serverTls', 'note'),
      becomes('mqtt_ws_port', 'embedded.listeners', 'webSocketListener'),
      becomes('mqtt_ws_path', 'embedded.listeners', 'webSocketListener'),
      becomes('mqtt_ws_bind', 'embedded.listeners', 'webSocketListener'),
      ...['cert', 'key'].map((name) => becomes(name, 'listenerTls', 'serverTls', 'note')),
      cannot('dburl', 'otherStore', []),
      ...['certname', 'keyname'].map(leftOut),
      {
        theirs: 'credentials.username',
        becomes: 'credentials.embeddedUsername',
        verdict: 'note',
        sentence: 'credentialsAgain',
      },
      {
        theirs: 'credentials.password',
        becomes: 'credentials.embeddedPassword',
        verdict: 'note',
        sentence: 'credentialsAgain',
      },
    ],
    always: {},
    notes: ['becomesBroker', 'allAddresses'],
  },
};

/** `node` as the core node that has the same settings, or why it cannot be one. */
export function asCoreNode(node: FlowNode, { like, rows, always }: ForeignType): NodeConversion {
  const refused = refusals(node, rows);
  if (refused.length > 0 || like === 'embedded broker') return { ok: false, notes: refused };
  const unknown = rows.filter(({ becomes }) => becomes === '').map(({ theirs }) => theirs);
  return { ok: true, node: asType(node, like, unknown, always), added: [], notes: [] };
}

/**
 * A broker node with ports for the clients of `node`, which stands in a flow and has outputs for events. `disabled` says that
 * this flow is disabled: a configuration node would run all the same.
 */
export function asEmbeddedBroker(
  node: FlowNode,
  { rows, notes }: ForeignType,
  disabled: boolean = false,
): NodeConversion {
  const refused = refusals(node, rows);
  // Older ones keep their messages in MongoDB when they have its address.
  if (node.persistence_bind === undefined && !isBlank(node.dburl)) refused.push(note('otherStore'));
  if (isWired(node)) refused.push(note('eventsWired'));
  if (refused.length > 0) return { ok: false, notes: refused };
  const port = numberOrText(textOf(node.mqtt_port).trim() || '1883');
  const secure = asFlag(node.usetls) === true;
  const listeners = [...(secure ? [listener('tls', { port })] : []), ...webSocketListeners(node, secure)];
  const certificate = secure ? [certificateOf(node)] : [];
  const broker = {
    id: node.id,
    type: 'mqtt-flows-broker',
    // A configuration node has no place in a flow.
    ...(node.d === true || disabled ? { d: true } : {}),
    ...(textOf(node.name) === '' ? {} : { name: node.name }),
    connectTo: 'embedded',
    embedded: {
      port: secure ? '' : port,
      bindAddress: ALL_ADDRESSES,
      allowAnonymous: false,
      store: node.persistence_bind === 'level' ? 'disk' : 'memory',
      ...(listeners.length > 0 ? { listeners } : {}),
    },
    ...(secure ? { listenerTls: certificate[0]?.id } : {}),
  };
  const said = [...notes.map((key) => note(key, { port })), ...(secure ? [note('serverTls')] : [])];
  return { ok: true, node: broker, added: certificate, notes: said };
}

/** It listens on all of them. */
const ALL_ADDRESSES = '0.0.0.0';

/** A number as it is saved; a text with a variable stays one. */
function numberOrText(text: string): number | string {
  return Number(text) || text;
}

function listener(kind: string, place: Readonly<Record<string, unknown>>): object {
  return { kind, port: '', bindAddress: ALL_ADDRESSES, path: '/mqtt', clientCertificate: 'none', ...place };
}

function webSocketListeners(node: FlowNode, secure: boolean): object[] {
  const path = textOf(node.mqtt_ws_path).trim();
  const port = textOf(node.mqtt_ws_port).trim();
  if (node.mqtt_ws_bind === 'path') {
    return path === '' ? [] : [listener('path', { path: path.startsWith('/') ? path : `/${path}` })];
  }
  return port === '' || port === '0' ? [] : [listener(secure ? 'wss' : 'ws', { port: numberOrText(port) })];
}

/** What was uploaded is among its credentials, where nothing else can read it. */
function certificateOf(node: FlowNode): FlowNode {
  const [cert, key] = [textOf(node.cert), textOf(node.key)];
  const files = { cert, key, ca: '', certname: '', keyname: '', caname: '', servername: '' };
  const id = derivedId(node.id, 'tls');
  return { id, type: 'tls-config', name: 'certificate of the broker', ...files, verifyservercert: true };
}

function refusals(node: FlowNode, rows: readonly ForeignRow[]): ConversionNote[] {
  const keys = rows
    .filter(({ verdict, theirs, unless }) => {
      const value = node[theirs];
      if (verdict !== 'cannot') return false;
      return unless ? unless.includes(value) : !isBlank(value) && asFlag(value) !== false;
    })
    .map(({ sentence }) => sentence);
  return [...new Set(keys)].map((key) => note(key));
}
