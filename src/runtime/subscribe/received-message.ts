// Turns deliveries of a subscribe node into messages.

import { randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Codec, Decoded } from '../../core/payloads/codec';
import { payloadError } from '../../core/payloads/payload-error';
import { messageFromPublication } from '../../core/publications/message-from-publication';
import { readCaptures, type TopicParams } from '../../core/topics/topic-captures';
import type { PreparedMessage } from '../acknowledgement/acknowledgement';
import { localizedError } from '../node/localize';
import { followRequest } from '../request/open-requests';
import type { NodeSubscription } from './node-subscriptions';

export interface MessageSettings {
  /** The codec for subscriptions without one of their own. */
  readonly codec: Codec;
  /** What happens to a payload that cannot be decoded: an error for a Catch node, or a message with the raw bytes. */
  readonly undecodable: 'error' | 'pass';
  /** Whether messages without a response topic are errors. */
  readonly requestsOnly: boolean;
  /** The output, counted from 0, of messages whose subscription is removed meanwhile, where the node has several. */
  readonly output?: number | undefined;
  /** Called with the topic of a Sparkplug message when something before it is missing. */
  readonly stale?: (topic: string) => void;
}

/** The message of a delivery by the subscription `by`, which is undefined if it has been removed meanwhile. */
export function receivedMessage(
  RED: NodeAPI,
  delivery: Delivery,
  by: NodeSubscription | undefined,
  settings: MessageSettings,
): PreparedMessage {
  const { message, decoded } = decodedMessage(RED, delivery, by, by?.codec ?? settings.codec);
  const { payload: raw, topic } = delivery.publication;
  if (decoded.ok && decoded.properties?.sparkplug?.stale === true) settings.stale?.(topic);
  const isRequest = followRequest(message._msgid, delivery.publication, delivery.qos);
  if (!decoded.ok && settings.undecodable === 'error') {
    // The error carries the message with the raw payload, so that nothing is lost.
    const error = localizedError(RED, payloadError('payload-undecodable', decoded, topic));
    return { message, raw, decoded: false, error };
  }
  const output = by ? by.output : settings.output;
  const prepared = { message, raw, decoded: decoded.ok, output };
  return isRequest || !settings.requestsOnly ? prepared : { ...prepared, error: noRequest(RED, topic) };
}

function noRequest(RED: NodeAPI, topic: string): Error {
  return localizedError(RED, new MqttFlowsError('request-expected', { stage: 'subscribe', params: { topic } }));
}

/** The message of a delivery, with the raw payload if it cannot be decoded, and what decoding has given. */
export function decodedMessage(
  RED: NodeAPI,
  { publication, filter, qos, receivedAt }: Delivery,
  by: NodeSubscription | undefined,
  codec: Codec,
): { readonly message: PreparedMessage['message']; readonly decoded: Decoded } {
  const decoded = codec.decode(publication.payload, publication.properties ?? {}, publication.topic);
  const payload = decoded.ok ? decoded.value : publication.payload;
  const params = paramsOf(readCaptures(by?.options.filter ?? filter, publication.topic), decoded);
  const received = messageFromPublication(publication, payload, qos, params);
  // A format never replaces what the message has of MQTT.
  const beside = decoded.ok && decoded.properties ? { ...decoded.properties, ...received } : received;
  const properties = by?.requested?.properties;
  const complete = properties ? { ...RED.util.cloneMessage(properties), ...beside } : beside;
  const message = Object.assign(complete, { _msgid: messageId() });
  return { message: receivedAt === undefined ? message : Object.assign(message, { receivedAt }), decoded };
}

/** What the filter took from the topic, over what the format has read from it. */
function paramsOf(captured: TopicParams | undefined, decoded: Decoded): TopicParams | undefined {
  return decoded.ok && decoded.params ? { ...decoded.params, ...captured } : captured;
}

const prefix = randomBytes(6).toString('hex');
let count = 0;

/** A message id that is unique in this process, and practically unique in others. */
export function messageId(): string {
  return prefix + (count++).toString(16).padStart(4, '0');
}
