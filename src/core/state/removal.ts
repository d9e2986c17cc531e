// Whether a message without a payload says that its topic has no value any more (MQTT 5, section 3.3.1.3).

import type { TopicValue } from './topic-record';

/** Whether a payload has nothing in it. */
export function isEmptyPayload(payload: unknown): boolean {
  return payload === '' || (payload instanceof Uint8Array && payload.length === 0);
}

/**
 * Whether an empty payload removes the value `before`. `flagIsTrue`: the retain flag is that of the publisher. Servers
 * do not pass it on by MQTT 3.1.1; then an empty payload removes a value, unless that is empty as well, as with a
 * topic that only ever says "now".
 */
export function removes(retain: boolean, flagIsTrue: boolean, before: TopicValue | undefined): boolean {
  if (retain) return true;
  return !flagIsTrue && before !== undefined && !isEmptyPayload(before.payload);
}
