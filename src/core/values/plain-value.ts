// Reads values of unknown type: from a message, a saved setting or a request. Runs in the editor too.

import { type ErrorStage, expectation, MqttFlowsError } from '../errors/mqtt-flows-error';

/** Whether `value` is an object of names and values: no Array, Buffer, Map or Date. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** `value` as names and values; none where it is something else. For what others have written: each value is to be checked. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** `value` as names and values. Throws an Error that names its place, `path`, where it is something else. */
export function recordAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new Error(`${path} wants an object`);
  return value;
}

/** Whether `value` counts as absent: undefined, null or a text of white space only. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A flag. The texts `"true"` and `"false"` count: the core nodes and environment variables use them. */
export function asFlag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

/** A flag, for which messages may also have 0 or 1. */
export function asFlagOrBit(value: unknown): boolean | undefined {
  return value === 0 || value === 1 ? value === 1 : asFlag(value);
}

/** Whether `value` is a Date, of any realm. */
export function isDate(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** A whole number from `min` to `max`, or a text of one. */
export function asWhole(value: unknown, min: number, max: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max ? number : undefined;
}

/** `value` as an error shows it: at most `most` characters, and never the contents of a structure. */
export function shown(value: unknown, most = 60): string {
  if (typeof value !== 'object' || value === null) return String(value).slice(0, most);
  if (Array.isArray(value)) return '[…]';
  // `[object Uint8Array]` is shown as `Uint8Array`.
  return isRecord(value) ? '{…}' : Object.prototype.toString.call(value).slice(8, -1).slice(0, most);
}

/** As shown(), with a text in quotes: "3" is not 3. */
export function shownLiteral(value: unknown): string {
  return typeof value === 'string' ? `"${shown(value)}"` : shown(value);
}

/** The error for a property of a message. `expected` names values and ranges, or is a key of the locales. */
export function propertyInvalid(
  property: string,
  value: unknown,
  expected: string,
  stage: Extract<ErrorStage, 'publish' | 'control'>,
): MqttFlowsError {
  const params = { property, value: shownLiteral(value), ...expectation(expected) };
  return new MqttFlowsError('property-invalid', { stage, params });
}

/** Sets a property by any name: an assignment to `__proto__` would set the prototype. */
export function putProperty(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
