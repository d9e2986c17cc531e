// A message, as the publication that it asks for: the property names of Node-RED's core MQTT nodes, so that flows move
// over unchanged. The way in is in message-from-publication.ts.

import type { Codec } from './codec';
import { MqttFlowsError } from './mqtt-flows-error';
import { payloadError } from './payload-error';
import { isQoS, type OutgoingPublication, type QoS } from './publication';
import { isBlank, messageFlag, propertyInvalid, publicationProperties } from './publication-properties';
import type { Template } from './template';
import { fillTopic } from './topic-template';

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
  if (qos === undefined) return failed(propertyInvalid('qos', values.qos, '0, 1, 2'));
  const retain = settings.retain ?? messageFlag(values.retain);
  if (retain === undefined) return failed(propertyInvalid('retain', values.retain, 'true, false'));
  const properties = publicationProperties(values);
  if (properties instanceof MqttFlowsError) return failed(properties);
  const publication = { topic: filled.topic, payload: encoded.payload, qos, retain };
  return { ok: true, publication: properties ? { ...publication, properties } : publication };
}

function failed(error: MqttFlowsError): PublicationResult {
  return { ok: false, error };
}

function messageQoS(value: unknown): QoS | undefined {
  if (isBlank(value)) return 0;
  const qos = typeof value === 'string' ? Number(value) : value;
  return isQoS(qos) ? qos : undefined;
}
