// Turns deliveries of a subscribe node into messages.

import { randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import type { Codec } from '../../core/payloads/codec';
import { payloadError } from '../../core/payloads/payload-error';
import { messageFromPublication } from '../../core/publications/message-from-publication';
import { readCaptures } from '../../core/topics/topic-captures';
import type { PreparedMessage } from '../acknowledgement/acknowledgement';
import { localizedError } from '../node/localize';
import type { NodeSubscription } from './node-subscriptions';

export interface MessageSettings {
  /** The codec for subscriptions without one of their own. */
  readonly codec: Codec;
  /** What happens to a payload that cannot be decoded: an error for a Catch node, or a message with the raw bytes. */
  readonly undecodable: 'error' | 'pass';
}

/** The message of a delivery by the subscription `by`, which is undefined if it has been removed meanwhile. */
export function receivedMessage(
  RED: NodeAPI,
  { publication, filter, qos }: Delivery,
  by: NodeSubscription | undefined,
  settings: MessageSettings,
): PreparedMessage {
  const decoded = (by?.codec ?? settings.codec).decode(publication.payload, publication.properties ?? {});
  const payload = decoded.ok ? decoded.value : publication.payload;
  const received = messageFromPublication(publication, payload, qos, readCaptures(filter, publication.topic));
  const properties = by?.requested?.properties;
  const complete = properties ? { ...RED.util.cloneMessage(properties), ...received } : received;
  const message = Object.assign(complete, { _msgid: messageId() });
  const { payload: raw } = publication;
  if (decoded.ok || settings.undecodable === 'pass') return { message, raw };
  // The error carries the message with the raw payload, so that nothing is lost.
  return { message, raw, error: localizedError(RED, payloadError('payload-undecodable', decoded, publication.topic)) };
}

const prefix = randomBytes(6).toString('hex');
let count = 0;

/** A message id that is unique in this process, and practically unique in others. */
export function messageId(): string {
  return prefix + (count++).toString(16).padStart(4, '0');
}
