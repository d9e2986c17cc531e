// The message that a request becomes when it is answered.

import type { ReceivedMessage } from '../publications/message-from-publication';

/** The properties that tell what the payload of the request was: they would be wrong beside that of a reply. */
const OF_PAYLOAD = ['contentType', 'payloadFormatIndicator', 'messageExpiryInterval', 'userProperties'];
/** The properties that tell how a message was received. A reply brings its own. */
const OF_DELIVERY = ['dup', 'params', 'subscriptionIdentifier'];
const OF_REQUEST = [...OF_PAYLOAD, ...OF_DELIVERY];

/** The reply as the message, with all else that `message` has. Its own response topic and correlation data stay. */
export function answeredMessage<M extends object>(message: M, reply: ReceivedMessage): M {
  const { responseTopic: _unused, correlationData: _ours, ...received } = reply;
  return Object.assign(without(message, OF_REQUEST), received);
}

/** The replies in their order: their payloads as the payload, and each with topic and properties in `replies`. */
export function gatheredMessage<M extends object>(message: M, replies: readonly ReceivedMessage[]): M {
  const gathered = replies.map(({ correlationData: _ours, ...reply }) => reply);
  return { ...without(message, OF_PAYLOAD), payload: replies.map(({ payload }) => payload), replies: gathered };
}

function without<M extends object>(message: M, names: readonly string[]): M {
  const rest = { ...message };
  // Deleting makes an object slow, and most messages have none of these.
  for (const name of names) if (name in rest) Reflect.deleteProperty(rest, name);
  return rest;
}
