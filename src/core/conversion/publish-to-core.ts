// A publish node as an `mqtt out` node, with what is lost. Runs in the editor too.

import { fieldsOf, isBlank, isRecord } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import { asType, type FlowNode, isWired, textOf } from './flow-node';
import { ourProperties } from './property-table';
import { hasVariableInside, isVariable, keptVariableNotes, textOfLiteral } from './saved-text';

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
  const topicType = textOf(node.topicType) || 'msg';
  const fields = {
    topic: topicField(textOf(node.topic), topicType),
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
  const notes = [...keptNotes('topic', topicType, fields.topic), ...properties.notes, ...lostSettings(node)];
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
  if (type === 'env') return value === '' ? undefined : variableText(value);
  if (type === 'num' || type === 'bool') return value;
  const text = textOfLiteral({ value, type });
  // Node-RED itself would replace it.
  return type === 'jsonata' && text !== undefined && isVariable(text) ? undefined : text;
}

/** The name of a variable, or a text with variables in it, as a text. */
function variableText(value: string): string {
  return isVariable(value) || hasVariableInside(value) ? value : `\${${value}}`;
}

/** In a text in JSONata nothing is replaced here either. */
function keptNotes(property: string, type: string, field: Field): ConversionNote[] {
  return type === 'jsonata' || field === undefined ? [] : keptVariableNotes({ [property]: field });
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
    if (name === 'userProperties' || !isRecord(setting)) continue;
    const type = textOf(setting.type) || 'str';
    // None is a value: what the message has is not sent.
    if (isBlank(setting.value) && type !== 'none') continue;
    const field = name in PROPERTIES ? PROPERTIES[name as keyof typeof PROPERTIES] : undefined;
    const text = fieldOf(textOf(setting.value), type, name);
    if (field !== undefined && text !== undefined) {
      settings[field] = text;
      notes.push(...keptNotes(name, type, text));
    } else {
      notes.push(note('settingLost', { property: name }));
    }
  }
  const named = userPropertiesToCore(saved.userProperties);
  return { settings: { ...settings, ...named.settings }, notes: [...notes, ...named.notes] };
}

/** They are JSON text there, with one value for a name: the first. */
function userPropertiesToCore(saved: unknown): PropertiesToCore {
  const list: readonly unknown[] = Array.isArray(saved) ? saved : [];
  const texts: [string, string][] = [];
  const notes: ConversionNote[] = [];
  for (const entry of list) {
    if (!isRecord(entry)) continue;
    const [name, value, type] = [textOf(entry.name), textOf(entry.value), textOf(entry.type) || 'str'];
    const property = `userProperties["${name}"]`;
    const text = textOfLiteral({ value, type }) ?? fieldOf(value, type, '');
    if (text === undefined || texts.some(([known]) => known === name)) {
      notes.push(note('settingLost', { property }));
      continue;
    }
    texts.push([name, text]);
    // A name in which a variable is replaced is one note with its value.
    const replaced = type === 'jsonata' ? [name] : [name, text];
    notes.push(...replaced.flatMap((each) => keptVariableNotes({ [property]: each }, 'json')).slice(0, 1));
  }
  return { settings: texts.length > 0 ? { userProps: JSON.stringify(Object.fromEntries(texts)) } : {}, notes };
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
