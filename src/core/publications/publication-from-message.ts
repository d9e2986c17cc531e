// Turns a message into the publication that it asks for. The property names are those of Node-RED's core MQTT nodes, so
// that flows move over unchanged. The reverse is message-from-publication.ts.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Failed, failed, found, type Result } from '../errors/result';
import type { Codec, Encoded } from '../payloads/codec';
import { payloadError } from '../payloads/payload-error';
import { fillTopic, type TopicResult, topicFromValue } from '../topics/topic-template';
import { NOTHING_OUTSIDE, type OutsideFound } from '../values/outside-value';
import { isBlank, propertyInvalid } from '../values/plain-value';
import { plainValueFor, type ValueSource, valueFor } from '../values/value-source';
import { messageFlag, messageQoS } from './message-value';
import { type PayloadSource, payloadFor } from './payload-source';
import type { OutgoingPublication, PublicationProperties, QoS } from './publication';
import { type PropertySettings, publicationProperties } from './publication-properties';

/** What a publish node sets for every message. */
export interface PublishSettings {
  readonly topic: ValueSource;
  /** Undefined: `msg.payload`. */
  readonly payload?: PayloadSource | undefined;
  /** Undefined: the message decides. The same holds for `retain` and `whileOffline`. */
  readonly qos: ValueSource | undefined;
  readonly retain: ValueSource | undefined;
  readonly properties: PropertySettings;
  /** Whether content type and payload format indicator are sent when neither node nor message sets them. */
  readonly describePayload: boolean;
  readonly whileOffline: WhileOffline | undefined;
}

type Values = Readonly<Record<string, unknown>>;

/** What happens to a message while there is no connection: it waits, or fails at once. */
export type WhileOffline = 'wait' | 'fail';

export type PublicationResult =
  | { readonly ok: true; readonly publication: OutgoingPublication; readonly whileOffline: WhileOffline }
  | { readonly ok: false; readonly error: MqttFlowsError };

/** Instead of true or false: the server shall delete the retained message of the topic. */
const CLEAR = 'clear';

/**
 * The publication that `message` asks for. A setting of the node takes precedence over the message, which is only read.
 * A value that does not fit MQTT is an error that names the property and the value.
 */
export function publicationFromMessage(
  message: object,
  settings: PublishSettings,
  codec: Codec,
  outside: OutsideFound = NOTHING_OUTSIDE,
): PublicationResult {
  // A message may hold anything under any name, so each value is checked when it is read.
  const values = message as Values;
  const filled = isAnswer(settings.topic, values)
    ? topicFromValue(values.responseTopic, 'msg.responseTopic', 'publish')
    : topicFor(settings.topic, message, outside);
  if (!filled.ok) return filled;
  const { topic } = filled;
  const qos = readQoS(settings.qos, values, outside);
  if (!qos.ok) return qos;
  const retained = readRetain(settings.retain, values, outside);
  if (!retained.ok) return retained;
  const retain = retained.value;
  const whileOffline = settings.whileOffline ? found(settings.whileOffline) : readWhileOffline(values);
  if (!whileOffline.ok) return whileOffline;
  // An empty payload deletes the retained message (MQTT 5, section 3.3.1.3).
  const body = settings.payload && retain !== CLEAR ? payloadFor(settings.payload, message, outside) : undefined;
  if (body && !body.ok) return body;
  const encoded = retain === CLEAR ? NO_PAYLOAD : encodePayload(body ? body.value : values.payload, codec, topic);
  if (!encoded.ok) return encoded;
  const { payload, contentType } = encoded;
  const properties = publicationProperties(values, settings.properties, outside);
  if (!properties.ok) return properties;
  const sent = settings.describePayload ? describe(properties.value, payload, contentType) : properties.value;
  const publication = { topic, payload, qos: qos.value, retain: retain !== false };
  return {
    ok: true,
    publication: sent ? { ...publication, properties: sent } : publication,
    whileOffline: whileOffline.value,
  };
}

function readQoS(source: ValueSource | undefined, values: Values, outside: OutsideFound): Result<QoS> {
  const asked = source ? valueFor(source, values, outside, 'qos') : found(values.qos);
  if (!asked.ok) return asked;
  const qos = messageQoS(asked.value);
  if (qos !== undefined) return found(qos);
  return failed(propertyInvalid(source ? 'qos' : 'msg.qos', asked.value, '0, 1, 2', 'publish'));
}

function readRetain(
  source: ValueSource | undefined,
  values: Values,
  outside: OutsideFound,
): Result<boolean | typeof CLEAR> {
  const asked = source ? valueFor(source, values, outside, 'retain') : found(values.retain);
  if (!asked.ok) return asked;
  const retain = asked.value === CLEAR ? CLEAR : messageFlag(asked.value);
  if (retain !== undefined) return found(retain);
  return failed(propertyInvalid(source ? 'retain' : 'msg.retain', asked.value, 'true, false, clear', 'publish'));
}

function readWhileOffline({ whileOffline }: Values): Result<WhileOffline> {
  if (whileOffline === 'fail') return found('fail');
  if (whileOffline === 'wait' || isBlank(whileOffline)) return found('wait');
  return failed(propertyInvalid('msg.whileOffline', whileOffline, 'wait, fail', 'publish'));
}

const NO_PAYLOAD = { ok: true, payload: '', contentType: undefined } as const;

/** Without a payload nothing is sent: an empty one would delete what the server retains, by a slip in a flow. */
function encodePayload(body: unknown, codec: Codec, topic: string): Extract<Encoded, { readonly ok: true }> | Failed {
  if (body === undefined) return failed(new MqttFlowsError('payload-missing', { stage: 'publish', params: { topic } }));
  const encoded = codec.encode(body);
  return encoded.ok ? encoded : failed(payloadError('payload-unencodable', encoded, topic));
}

/** How the settings write that the topic is `msg.topic`. */
const TOPIC_OF_MESSAGE = '{{topic}}';

/** Whether the message has the response topic of a request in the place of a topic, as in the core nodes. */
function isAnswer(source: ValueSource, { topic, responseTopic }: Values): boolean {
  if (source.kind !== 'template' || source.template.text !== TOPIC_OF_MESSAGE) return false;
  return isBlank(topic) && !isBlank(responseTopic);
}

function topicFor(source: ValueSource, message: object, outside: OutsideFound): TopicResult {
  if (source.kind === 'template') return fillTopic(source.template, message, 'publish', outside);
  const from = source.kind === 'fixed' ? '' : source.text;
  return topicFromValue(plainValueFor(source, message, outside), from, 'publish');
}

/** Adds content type and format indicator to `properties` where they are not set. */
function describe(
  properties: PublicationProperties | undefined,
  payload: Buffer | string,
  contentType: string | undefined,
): PublicationProperties | undefined {
  if (payload.length === 0 || contentType === undefined) return properties;
  // MQTT 5, section 3.3.2.3.2: the indicator states that the payload is UTF-8, and every string is sent as UTF-8.
  return { contentType, ...(typeof payload === 'string' && { payloadFormatIndicator: true }), ...properties };
}
