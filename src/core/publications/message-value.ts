// Reads values of a message: what counts as absent, as a flag or as a QoS, and the error for anything else.

import { expectation, MqttFlowsError } from '../errors/mqtt-flows-error';
import { isQoS, type QoS } from './publication';

/** Whether a value counts as absent: undefined, null or the empty string. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The core nodes accept the text `"true"` as well. */
export function messageFlag(value: unknown): boolean | undefined {
  if (isBlank(value) || value === false || value === 'false') return false;
  return value === true || value === 'true' ? true : undefined;
}

/** The error for a value that does not fit. `expected` names values and ranges, or is a key of the locales. */
export function propertyInvalid(property: string, value: unknown, expected: string): MqttFlowsError {
  const text = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
  const params = { property, value: text.slice(0, 60), ...expectation(expected) };
  return new MqttFlowsError('property-invalid', { stage: 'publish', params });
}

/** Undefined when `value` is not a QoS. A missing QoS is 0. */
export function messageQoS(value: unknown): QoS | undefined {
  if (isBlank(value)) return 0;
  const qos = typeof value === 'string' ? Number(value) : value;
  return isQoS(qos) ? qos : undefined;
}
