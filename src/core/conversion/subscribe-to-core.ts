// A subscribe node as an `mqtt in` node, with what is lost. Runs in the editor too.

import { parseTopicFilter } from '../topics/topic-filter';
import { asFlag, asWhole, fieldsOf, isBlank, isRecord } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import { asType, type FlowNode, textOf } from './flow-node';
import { ourProperties } from './property-table';
import { keptVariableNotes } from './saved-text';

const DATATYPES: Readonly<Record<string, string>> = {
  '': 'auto-detect',
  auto: 'auto-detect',
  'text-or-bytes': 'auto',
  string: 'utf8',
  json: 'json',
  buffer: 'buffer',
  base64: 'base64',
};

/** The values of settings that the core node does not have, and that it behaves like. */
const AS_CORE: Readonly<Record<string, unknown>> = {
  retained: 'deliver',
  requestsOnly: false,
  acknowledge: 'receipt',
  undecodable: 'error',
  largeIntegers: 'text',
  compression: '',
  keepSubscriptions: false,
  requestRebirth: false,
  outputEach: false,
  receivedAt: false,
};

export function subscribeToCore(node: FlowNode): NodeConversion {
  const subscriptions: readonly unknown[] = Array.isArray(node.subscriptions) ? node.subscriptions : [];
  const dynamic = Number(node.inputs) === 1;
  if (dynamic ? subscriptions.length > 0 : subscriptions.length > 1) {
    return { ok: false, notes: [note('severalFilters', { count: subscriptions.length })] };
  }
  const [only] = subscriptions;
  if (!dynamic && !isRecord(only)) return { ok: false, notes: [note('noFilter')] };
  const subscription = fieldsOf(only);
  const filter = textOf(subscription.filter);
  const parsed = parseTopicFilter(filter);
  const wire = parsed.ok ? parsed.filter.wire : filter;
  const datatype = DATATYPES[textOf(node.format)];
  const lost = Object.entries(AS_CORE).filter(([name, value]) => !isBlank(node[name]) && node[name] !== value);
  const notes: ConversionNote[] = [
    ...(subscription.literal === true ? [] : keptVariableNotes({ filter })),
    ...(wire === filter ? [] : [note('namedWildcards', { filter, wire })]),
    ...(datatype === undefined || !isBlank(subscription.format) ? [note('settingLost', { property: 'format' })] : []),
    ...(isBlank(subscription.filterType) ? [] : [note('settingLost', { property: 'filterType' })]),
    ...(isRecord(subscription.value) ? [note('settingLost', { property: 'value' })] : []),
    ...lost.map(([property]) => note('settingLost', { property })),
    ...(asFlag(node.retainedAgain) === true ? [] : [note('storedMessages')]),
  ];
  const settings = {
    topic: wire,
    qos: String(asWhole(subscription.qos, 0, 2) ?? (dynamic ? 2 : 0)),
    datatype: datatype ?? 'buffer',
    nl: asFlag(subscription.noLocal) ?? false,
    rap: asFlag(subscription.retainAsPublished) ?? true,
    rh: asWhole(subscription.retainHandling, 0, 2) ?? 0,
    inputs: dynamic ? 1 : 0,
  };
  return { ok: true, node: asType(node, 'mqtt in', ourProperties('mqtt in'), settings), added: [], notes };
}
