// Nodes of other packages that move as the core nodes do: which of their properties is which of the core's, and what cannot
// move. Runs in the editor too.

import { asFlag, isBlank } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, type NoteKey, note, type Verdict } from './conversion-note';
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

function unused(theirs: string): ForeignRow {
  return { theirs, becomes: '', verdict: 'same', sentence: 'neverSent' };
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
      ...same('name', 'qos', 'datatype', 'broker'),
      cannot('unsubscribe-after-first-msg-recv', 'unsubscribesItself'),
      unused('debug-subscribe'),
      unused('tls'),
    ],
    always: { inputs: 1 },
    notes: ['messageNeedsAction'],
  },
  'aedes broker': {
    package: 'node-red-contrib-aedes',
    like: 'embedded broker',
    rows: [
      ...same('name'),
      { theirs: 'mqtt_port', becomes: 'embedded.port', verdict: 'same', sentence: 'sameValue' },
      { ...cannot('persistence_bind', 'otherStore', ['mongodb']), becomes: 'embedded.store' },
      cannot('usetls', 'serverTls'),
      cannot('mqtt_ws_port', 'webSocketListener'),
      cannot('mqtt_ws_path', 'webSocketListener'),
      ...['mqtt_ws_bind', 'dburl', 'cert', 'key', 'certname', 'keyname'].map(unused),
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

/** A broker node with a port for the clients of `node`, which stands in a flow and has outputs for events. */
export function asEmbeddedBroker(node: FlowNode, { rows, notes }: ForeignType): NodeConversion {
  const refused = refusals(node, rows);
  if (isWired(node)) refused.push(note('eventsWired'));
  if (refused.length > 0) return { ok: false, notes: refused };
  const port = textOf(node.mqtt_port).trim() || '1883';
  const settings = {
    ...(textOf(node.name) === '' ? {} : { name: node.name }),
    connectTo: 'embedded',
    // It listens on all addresses.
    embedded: {
      port: Number(port) || port,
      bindAddress: '0.0.0.0',
      allowAnonymous: false,
      store: node.persistence_bind === 'level' ? 'disk' : 'memory',
    },
  };
  // A configuration node has no place in a flow.
  const broker = { id: node.id, type: 'mqtt-flows-broker', ...(node.d === true ? { d: true } : {}), ...settings };
  return { ok: true, node: broker, added: [], notes: notes.map((key) => note(key, { port })) };
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
