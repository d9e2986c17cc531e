// Birth, close and will message of a core broker node, and its user properties. Runs in the editor too.

import { topicNameProblem } from '../topics/topic-name';
import { asFlag, asWhole, fieldsOf, isRecord } from '../values/plain-value';
import { type ConversionNote, note } from './conversion-note';
import { type FlowNode, textOf } from './flow-node';
import { holdsVariableInside, userPropertyTexts, variableNotes, wholeVariables } from './saved-text';

type PresenceName = 'birth' | 'close' | 'will';

interface PresenceFromCore {
  readonly message: Readonly<Record<string, unknown>>;
  readonly notes: readonly ConversionNote[];
}

const NONE = { topic: '', payload: '', qos: 0, retain: false, properties: {} };

/** The message `name` of `node`. `mqtt5` tells whether its properties are sent. */
export function presenceFromCore(node: FlowNode, name: PresenceName, mqtt5: boolean): PresenceFromCore {
  const topic = textOf(node[`${name}Topic`]);
  if (topic === '') return { message: NONE, notes: [] };
  // The core nodes never send it, and say nothing.
  if (topicNameProblem(topic)) return { message: NONE, notes: [note('presenceTopic', { name, topic })] };
  const payload = payloadFromCore(node[`${name}Payload`]);
  const message = {
    topic,
    payload,
    qos: asWhole(node[`${name}Qos`], 0, 2) ?? 0,
    retain: asFlag(node[`${name}Retain`]) ?? false,
    properties: mqtt5 ? propertiesFromCore(node[`${name}Msg`]) : {},
  };
  const notes = userPropertyNotes(node, name, fieldsOf(message.properties).userProperties);
  // The core nodes replace no variable within other text.
  return { message: holdsVariableInside(message) ? { ...message, literal: true } : message, notes };
}

/** In JSON text the core nodes replace no variable at all, while a whole text is replaced here though the message is literal. */
function userPropertyNotes(node: FlowNode, name: PresenceName, userProperties: unknown): ConversionNote[] {
  const { userProps, userProperties: long } = fieldsOf(node[`${name}Msg`]);
  if (typeof (userProps ?? long) !== 'string') return [];
  return variableNotes(wholeVariables(userPropertyTexts(userProperties, `${name}.properties.`)), 'json');
}

/** The core nodes send an object as JSON, and what counts as false as an empty text. */
function payloadFromCore(saved: unknown): string {
  if (typeof saved === 'string') return saved;
  if (!saved) return '';
  return typeof saved === 'object' ? JSON.stringify(saved) : String(saved);
}

const FOUR_BYTES = 0xffff_ffff;

/** The core nodes have short names in their settings and long ones elsewhere, and read both. */
function propertiesFromCore(saved: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(saved)) return {};
  const properties: Record<string, unknown> = {};
  const put = (name: string, value: unknown): void => {
    if (value !== undefined && value !== '') properties[name] = value;
  };
  const responseTopic = textOf(saved.respTopic ?? saved.responseTopic);
  put('contentType', textOf(saved.contentType));
  if (topicNameProblem(responseTopic) === undefined) put('responseTopic', responseTopic);
  put('correlationData', bytesOrText(saved.correl ?? saved.correlationData));
  put('messageExpiryInterval', asWhole(saved.expiry ?? saved.messageExpiryInterval, 0, FOUR_BYTES));
  put('willDelayInterval', asWhole(saved.delay ?? saved.willDelayInterval, 0, FOUR_BYTES));
  const userProperties = userPropertiesFromCore(saved.userProps ?? saved.userProperties);
  if (userProperties && Object.keys(userProperties).length > 0) put('userProperties', userProperties);
  return properties;
}

/** A flow from elsewhere may have bytes there, as JSON writes a Buffer. What is text becomes one; the rest stays bytes. */
function bytesOrText(saved: unknown): unknown {
  const data = isRecord(saved) && saved.type === 'Buffer' ? saved.data : saved;
  if (!Array.isArray(data) && !(data instanceof Uint8Array)) return textOf(saved);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(data));
  } catch {
    return { type: 'Buffer', data: [...data] };
  }
}

/**
 * User properties as the core nodes read them: an object, or JSON text of one, whose values become text. Undefined when
 * they cannot be read, which the core nodes pass over.
 */
export function userPropertiesFromCore(saved: unknown): Readonly<Record<string, string>> | undefined {
  const value = typeof saved === 'string' ? parsed(saved) : saved;
  if (!isRecord(value)) return undefined;
  const texts = Object.entries(value)
    .filter(([, entry]) => entry !== undefined && entry !== null)
    .map(([name, entry]) => [name, typeof entry === 'string' ? entry : JSON.stringify(entry)]);
  return Object.fromEntries(texts);
}

function parsed(text: string): unknown {
  // Text that does not begin like an object is not even tried there.
  if (!/^ *\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
