// A publish node as an `mqtt out` node, with what is lost. Runs in the editor too.

import { fieldsOf, isBlank, isRecord } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import { asType, type FlowNode, isWired, textOf } from './flow-node';
import { ourProperties } from './property-table';
import { textOfLiteral } from './saved-text';

/** A text for the field of a core node, or undefined when the core nodes have no such value. */
type Field = string | undefined;

const PROPERTIES = {
  responseTopic: 'respTopic',
  contentType: 'contentType',
  correlationData: 'correl',
  messageExpiryInterval: 'expiry',
} as const;

export function publishToCore(node: FlowNode): NodeConversion {
  if (isWired(node)) return { ok: false, notes: [note('outputWired')] };
  const fields = {
    topic: topicField(textOf(node.topic), textOf(node.topicType) || 'msg'),
    qos: fieldOf(textOf(node.qos), textOf(node.qosType) || 'num', 'qos'),
    retain: fieldOf(flagText(node.retain), textOf(node.retainType) || 'bool', 'retain'),
    payload: payloadField(textOf(node.payload), textOf(node.payloadType) || 'msg'),
  };
  const elsewhere = Object.entries(fields).filter(([, field]) => field === undefined || field === 'clear');
  if (elsewhere.length > 0) {
    return { ok: false, notes: elsewhere.map(([property]) => note('valueFromElsewhere', { property })) };
  }
  const properties = propertiesToCore(fieldsOf(node.properties));
  const { payload: _ofMessage, ...kept } = fields;
  const settings = { ...kept, ...properties.settings };
  const converted = asType(node, 'mqtt out', ourProperties('mqtt out'), settings);
  const notes = [...properties.notes, ...lostSettings(node)];
  return { ok: true, node: 'wires' in converted ? { ...converted, wires: [] } : converted, added: [], notes };
}

/** A blank text is `msg.topic` in both. */
function topicField(topic: string, type: string): Field {
  if (topic === '') return type === 'msg' || type === 'str' ? '' : undefined;
  return fieldOf(topic, type, 'topic');
}

/** The core node sends `msg.payload` and nothing else. */
function payloadField(payload: string, type: string): Field {
  return type === 'msg' && (payload === '' || payload === 'payload') ? '' : undefined;
}

/** `own` is the property of the message that a blank field stands for. */
function fieldOf(value: string, type: string, own: string): Field {
  if (type === 'msg') return value === own || value === `msg.${own}` ? '' : undefined;
  if (type === 'env') return value === '' ? undefined : `\${${value.replace(/^\$\{(.*)\}$/, '$1')}}`;
  if (type === 'num' || type === 'bool') return value;
  return textOfLiteral({ value, type });
}

function flagText(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : textOf(value);
}

interface PropertiesToCore {
  readonly settings: Readonly<Record<string, string>>;
  readonly notes: readonly ConversionNote[];
}

function propertiesToCore(saved: Readonly<Record<string, unknown>>): PropertiesToCore {
  const settings: Record<string, string> = { respTopic: '', contentType: '', userProps: '', correl: '', expiry: '' };
  const notes: ConversionNote[] = [];
  for (const [name, setting] of Object.entries(saved)) {
    if (name === 'userProperties' || !isRecord(setting) || isBlank(setting.value)) continue;
    const field = name in PROPERTIES ? PROPERTIES[name as keyof typeof PROPERTIES] : undefined;
    const text = fieldOf(textOf(setting.value), textOf(setting.type) || 'str', name);
    if (field !== undefined && text !== undefined) settings[field] = text;
    else notes.push(note('settingLost', { property: name }));
  }
  const list: readonly unknown[] = Array.isArray(saved.userProperties) ? saved.userProperties : [];
  const texts: [string, string][] = [];
  for (const entry of list) {
    if (!isRecord(entry)) continue;
    const text = fieldOf(textOf(entry.value), textOf(entry.type) || 'str', '');
    if (text === undefined) notes.push(note('settingLost', { property: `userProperties["${textOf(entry.name)}"]` }));
    else texts.push([textOf(entry.name), text]);
  }
  if (texts.length > 0) settings.userProps = JSON.stringify(Object.fromEntries(texts));
  return { settings, notes };
}

/** Without a connection the core node drops messages, whatever ours does. */
function lostSettings({
  format,
  compression,
  describePayload,
  completeOn,
  atConnection,
  interval,
}: FlowNode): ConversionNote[] {
  const lost = {
    format: !isBlank(format) && format !== 'auto',
    compression: !isBlank(compression),
    describePayload: describePayload === true,
    completeOn: !isBlank(completeOn) && completeOn !== 'acknowledged',
    atConnection: atConnection === true,
    interval: !isBlank(interval),
  };
  const names = Object.entries(lost).filter(([, isLost]) => isLost);
  return [...names.map(([property]) => note('settingLost', { property })), note('whileOffline')];
}
