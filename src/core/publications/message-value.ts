// Flags and QoS as a message may hold them, where a missing one has a meaning.

import { asFlagOrBit, asWhole, isBlank } from '../values/plain-value';
import { isQoS, type QoS } from './publication';

/** A missing flag is false, and 0 and 1 are false and true. */
export function messageFlag(value: unknown): boolean | undefined {
  return isBlank(value) ? false : asFlagOrBit(value);
}

/** Undefined when `value` is not a QoS. A missing QoS is 0. */
export function messageQoS(value: unknown): QoS | undefined {
  if (isBlank(value)) return 0;
  const qos = asWhole(value, 0, 2);
  return isQoS(qos) ? qos : undefined;
}
