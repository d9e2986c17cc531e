// Reads replies: each becomes a message, once, however many requests look at it.

import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Codec } from '../../core/payloads/codec';
import { payloadError } from '../../core/payloads/payload-error';
import { messageFromPublication, type ReceivedMessage } from '../../core/publications/message-from-publication';
import type { IncomingPublication } from '../../core/publications/publication';

interface ReadReply {
  /** With the bytes as the payload where they cannot be read. */
  readonly message: ReceivedMessage;
  readonly error?: MqttFlowsError;
}

export type ReadReplies = (reply: IncomingPublication) => ReadReply;

export function replyReader(codec: Codec): ReadReplies {
  const known = new WeakMap<IncomingPublication, ReadReply>();
  return (reply) => {
    const before = known.get(reply);
    if (before) return before;
    const { payload, properties = {}, topic, qos } = reply;
    const decoded = codec.decode(payload, properties, topic);
    const read: ReadReply = decoded.ok
      ? { message: messageFromPublication(reply, decoded.value, qos, decoded.params) }
      : {
          message: messageFromPublication(reply, payload, qos, undefined),
          error: payloadError('payload-undecodable', decoded, topic),
        };
    known.set(reply, read);
    return read;
  };
}
