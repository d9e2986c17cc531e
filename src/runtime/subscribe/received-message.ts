// What has come for a subscribe node, as messages of its flow.

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
  /** For what comes by a subscription that has none of its own. */
  readonly codec: Codec;
  /** What becomes of a payload that cannot be read: an error for a Catch node, or a message with the raw bytes. */
  readonly undecodable: 'error' | 'pass';
}

/** The message of a delivery, which came `by` this subscription unless that is gone by now. */
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
  if (decoded.ok || settings.undecodable === 'pass') return { message };
  // The message with the raw payload: what cannot be read is not lost either.
  return { message, error: localizedError(RED, payloadError('payload-undecodable', decoded, publication.topic)) };
}

const prefix = randomBytes(6).toString('hex');
let count = 0;

/** One that no other message has, in this process and as good as surely in others. */
export function messageId(): string {
  return prefix + (count++).toString(16).padStart(4, '0');
}
