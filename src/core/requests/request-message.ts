// The message that a request is published from, and the one that its reply is compared with.

import { found, type Result } from '../errors/result';
import { type PayloadSource, payloadFor } from '../publications/payload-source';
import type { OutsideFound } from '../values/outside-value';

/**
 * `message` without what a request node decides itself: where to answer, and that a request is not retained. What the message
 * has of these may belong to another request, which the flow is about to answer.
 */
export function requestMessage(message: object): object {
  const {
    responseTopic: _topic,
    correlationData: _data,
    retain: _retain,
    ...others
  } = message as Readonly<Record<string, unknown>>;
  return others;
}

/** A request whose payload has been made. */
export interface AskedRequest<Message> {
  /** What replies are compared with: the message with the payload that is sent. */
  readonly message: Message;
  /** What is sent, if it is not `msg.payload`. */
  readonly payload: PayloadSource | undefined;
}

/** Makes the payload of the request for `message`, once. A value that is missing is the error. */
export function askedRequest<Message extends object>(
  message: Message,
  source: PayloadSource | undefined,
  outside: OutsideFound,
): Result<AskedRequest<Message>> {
  if (!source) return found({ message, payload: undefined });
  const made = payloadFor(source, message, outside);
  if (!made.ok) return made;
  return found({ message: { ...message, payload: made.value }, payload: { kind: 'fixed', value: made.value } });
}
