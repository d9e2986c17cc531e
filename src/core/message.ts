// Message ⇄ publication: the property names of Node-RED's core MQTT nodes, so that flows move over unchanged.

import type { Codec, PayloadFailure } from './codec';
import { expectation, MqttFlowsError } from './mqtt-flows-error';
import {
  type IncomingPublication,
  isQoS,
  type OutgoingPublication,
  type PublicationProperties,
  type QoS,
  type UserProperties,
} from './publication';
import type { Template } from './template';
import type { TopicParams } from './topic-captures';
import { mqttStringProblem, topicNameProblem } from './topic-name';
import { fillTopic } from './topic-template';

/** The MQTT properties of a message that came in. */
export type ReceivedMessage = {
  topic: string;
  payload: unknown;
  qos: QoS;
  retain: boolean;
  dup?: true;
  params?: TopicParams;
  responseTopic?: string;
  correlationData?: Buffer;
  contentType?: string;
  messageExpiryInterval?: number;
  payloadFormatIndicator?: boolean;
  userProperties?: UserProperties;
};

/** Builds the message of one delivery; `qos` is at most what the subscriber asked for. */
export function messageFromPublication(
  publication: IncomingPublication,
  payload: unknown,
  qos: QoS,
  params: TopicParams | undefined,
): ReceivedMessage {
  const message: ReceivedMessage = { topic: publication.topic, payload, qos, retain: publication.retain };
  if (publication.dup) message.dup = true;
  if (params) message.params = params;
  if (publication.properties) Object.assign(message, publication.properties);
  // Every subscriber gets the same publication, and its flow may change what it gets.
  if (message.userProperties) message.userProperties = structuredClone(message.userProperties);
  return message;
}

/** The error for a payload that a codec cannot read or make. */
export function payloadError(
  code: 'payload-undecodable' | 'payload-unencodable',
  { problem, detail }: PayloadFailure,
  topic: string,
): MqttFlowsError {
  const stage = code === 'payload-undecodable' ? 'decode' : 'publish';
  return new MqttFlowsError(code, { stage, params: { topic, detail, problemKey: `payload.${problem}` } });
}

/** What a publish node sets for every message; undefined leaves it to the message. */
export interface PublishSettings {
  readonly topic: Template;
  readonly qos: QoS | undefined;
  readonly retain: boolean | undefined;
}

export type PublicationResult =
  | { readonly ok: true; readonly publication: OutgoingPublication }
  | { readonly ok: false; readonly error: MqttFlowsError };

/**
 * The publication that `message` asks for: the node's setting wins over the message's. The message is only read.
 * What does not fit MQTT is an error that names the property and its value.
 */
export function publicationFromMessage(message: object, settings: PublishSettings, codec: Codec): PublicationResult {
  // A message may hold anything under any name, so each value is checked as it is read.
  const values = message as Readonly<Record<string, unknown>>;
  const filled = fillTopic(settings.topic, message, 'publish');
  if (!filled.ok) return filled;
  const encoded = codec.encode(values.payload);
  if (!encoded.ok) return failed(payloadError('payload-unencodable', encoded, filled.topic));
  const qos = settings.qos ?? messageQoS(values.qos);
  if (qos === undefined) return failed(invalid('qos', values.qos, '0, 1, 2'));
  const retain = settings.retain ?? messageFlag(values.retain);
  if (retain === undefined) return failed(invalid('retain', values.retain, 'true, false'));
  const properties = publicationProperties(values);
  if (properties instanceof MqttFlowsError) return failed(properties);
  const publication = { topic: filled.topic, payload: encoded.payload, qos, retain };
  return { ok: true, publication: properties ? { ...publication, properties } : publication };
}

function failed(error: MqttFlowsError): PublicationResult {
  return { ok: false, error };
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function messageQoS(value: unknown): QoS | undefined {
  if (isBlank(value)) return 0;
  const qos = typeof value === 'string' ? Number(value) : value;
  return isQoS(qos) ? qos : undefined;
}

/** The core nodes take the text `"true"` as well. */
function messageFlag(value: unknown): boolean | undefined {
  if (isBlank(value) || value === false || value === 'false') return false;
  return value === true || value === 'true' ? true : undefined;
}

function publicationProperties(
  values: Readonly<Record<string, unknown>>,
): PublicationProperties | MqttFlowsError | undefined {
  const properties: PublicationProperties = {};
  let found = false;
  for (const key of PROPERTY_KEYS) {
    const value = values[key];
    if (isBlank(value)) continue;
    const expected = PROPERTY_READERS[key](value, properties);
    if (expected !== undefined) return invalid(key, value, expected);
    found = true;
  }
  return found ? properties : undefined;
}

/** Sets one property from a value that a message holds, or returns what was expected instead. */
type PropertyReader = (value: unknown, properties: PublicationProperties) => string | undefined;

const FOUR_BYTES = 0xffff_ffff;
const TWO_BYTES = 0xffff;

/** The ranges of MQTT 5, section 3.3.2.3. */
const PROPERTY_READERS: Readonly<Record<keyof PublicationProperties, PropertyReader>> = {
  payloadFormatIndicator(value, properties) {
    const flag = value === 1 ? true : value === 0 ? false : messageFlag(value);
    if (flag === undefined) return 'true, false';
    properties.payloadFormatIndicator = flag;
    return undefined;
  },
  messageExpiryInterval(value, properties) {
    const seconds = typeof value === 'string' ? Number(value) : value;
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > FOUR_BYTES) {
      return `0 … ${FOUR_BYTES}`;
    }
    properties.messageExpiryInterval = seconds;
    return undefined;
  },
  contentType(value, properties) {
    if (!isMqttText(value)) return 'expected.text';
    properties.contentType = value;
    return undefined;
  },
  responseTopic(value, properties) {
    // A response topic must not contain wildcards (section 3.3.2.3.5).
    if (typeof value !== 'string' || topicNameProblem(value)) return 'expected.topic';
    properties.responseTopic = value;
    return undefined;
  },
  correlationData(value, properties) {
    const data = typeof value === 'string' ? Buffer.from(value) : value;
    if (!Buffer.isBuffer(data) || data.length > TWO_BYTES) return `Buffer, ≤ ${TWO_BYTES} B`;
    properties.correlationData = data;
    return undefined;
  },
  userProperties(value, properties) {
    const userProperties = userPropertiesFrom(value);
    if (!userProperties) return 'expected.names';
    if (Object.keys(userProperties).length > 0) properties.userProperties = userProperties;
    return undefined;
  },
};

const PROPERTY_KEYS = Object.keys(PROPERTY_READERS) as (keyof PublicationProperties)[];

/** User properties from an object of names with text, numbers, booleans or arrays of these; undefined for others. */
export function userPropertiesFrom(value: unknown): UserProperties | undefined {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return undefined;
  const texts: [string, string | string[]][] = [];
  for (const [name, entry] of Object.entries(value)) {
    const text = userPropertyText(entry);
    if (!isMqttText(name) || text === undefined) return undefined;
    texts.push([name, text]);
  }
  return Object.fromEntries(texts);
}

/** No Array, Buffer, Map or Date. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Numbers and booleans become text, as a user means them; structures do not. */
function userPropertyText(value: unknown): string | string[] | undefined {
  if (Array.isArray(value)) {
    const texts = value.map(scalarText);
    return texts.every((text) => text !== undefined) ? texts : undefined;
  }
  return scalarText(value);
}

function scalarText(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return isMqttText(text) ? text : undefined;
}

function isMqttText(value: unknown): value is string {
  return typeof value === 'string' && (value === '' || mqttStringProblem(value) === undefined);
}

function invalid(property: string, value: unknown, expected: string): MqttFlowsError {
  const text = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
  const params = { property: `msg.${property}`, value: text.slice(0, 60), ...expectation(expected) };
  return new MqttFlowsError('property-invalid', { stage: 'publish', params });
}
