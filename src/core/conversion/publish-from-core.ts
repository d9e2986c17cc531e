// An `mqtt out` node as a publish node. Runs in the editor too.

import { topicNameProblem } from '../topics/topic-name';
import { asWhole } from '../values/plain-value';
import { type ConversionNote, type NodeConversion, note } from './conversion-note';
import type { ConversionOptions } from './conversion-options';
import { asType, type FlowNode, textOf } from './flow-node';
import { userPropertiesFromCore } from './presence-from-core';
import { coreProperties } from './property-table';
import { isVariable, literalText, type TypedText, variableNotes } from './saved-text';

const FOUR_BYTES = 0xffff_ffff;

export function publishFromCore(node: FlowNode, { offline }: ConversionOptions): NodeConversion {
  const topic = topicFromCore(textOf(node.topic));
  const properties = propertiesFromCore(node);
  const settings = {
    topic: topic.value,
    topicType: topic.type,
    qos: qosFromCore(node.qos),
    qosType: 'num',
    retain: retainFromCore(node.retain),
    retainType: 'bool',
    properties: properties.settings,
    ...(offline === 'fail' ? { whileOffline: 'fail' } : {}),
  };
  const problem = topic.type === 'msg' || isVariable(topic.value) ? undefined : topicNameProblem(textOf(node.topic));
  const converted = asType(node, 'mqtt-flows-publish', coreProperties('mqtt out'), settings);
  return {
    ok: true,
    // Ours has an output, which nothing is wired to yet. The core node sends nothing along wires that a flow may have.
    node: Array.isArray(node.wires) ? { ...converted, wires: [[]] } : converted,
    added: [],
    notes: [...(problem ? [note('topicInvalid', { topic: textOf(node.topic) })] : []), ...properties.notes],
  };
}

function topicFromCore(topic: string): TypedText {
  return topic === '' ? { value: 'topic', type: 'msg' } : literalText(topic);
}

/** Blank leaves it to the message, and so does the number 0, which the core node takes for blank. */
function qosFromCore(saved: unknown): number | string {
  if (typeof saved === 'string' && isVariable(saved)) return saved;
  return saved === 0 ? '' : (asWhole(saved, 0, 2) ?? '');
}

/** Blank leaves it to the message, and so does false, which the core node takes for blank. The text "false" does not. */
function retainFromCore(saved: unknown): boolean | string {
  if (typeof saved === 'string' && isVariable(saved)) return saved;
  if (saved === undefined || saved === null || saved === '' || saved === false) return '';
  return saved === true || saved === 'true';
}

interface PropertiesFromCore {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly notes: readonly ConversionNote[];
}

/** Without what MQTT 5 does not allow. The core node passes over most of it, and sends a response topic with a wildcard. */
function propertiesFromCore(node: FlowNode): PropertiesFromCore {
  const settings: Record<string, unknown> = {};
  const notes: ConversionNote[] = [];
  const put = (name: string, saved: string, fits: boolean, setting: TypedText): void => {
    if (saved === '') return;
    if (fits || isVariable(saved)) settings[name] = setting;
    else notes.push(note('propertyIgnored', { property: name, value: saved }));
  };
  const [contentType, responseTopic, correlation, expiry, userProps] = [
    textOf(node.contentType),
    textOf(node.respTopic),
    textOf(node.correl),
    textOf(node.expiry),
    textOf(node.userProps).trim(),
  ];
  put('contentType', contentType, true, literalText(contentType));
  put('responseTopic', responseTopic, topicNameProblem(responseTopic) === undefined, literalText(responseTopic));
  put('correlationData', correlation, true, literalText(correlation));
  put('messageExpiryInterval', expiry, asWhole(expiry, 0, FOUR_BYTES) !== undefined, { value: expiry, type: 'num' });
  const texts = Object.entries(userPropertiesFromCore(userProps) ?? {});
  if (texts.length > 0) {
    settings.userProperties = texts.map(([name, text]) => ({ name, ...literalText(text, 'json') }));
    const names = Object.fromEntries(texts.map(([name]) => [`userProperties["${name}"]`, name]));
    notes.push(note('userPropertiesMerged'), ...variableNotes(names, 'json'));
  } else if (userProps !== '') {
    notes.push(note('propertyIgnored', { property: 'userProperties', value: userProps }));
  }
  return { settings, notes };
}
