// User properties (MQTT 5, section 3.3.2.3.7): reads those of a message and joins them with those of a node.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { isMqttText } from '../topics/topic-name';
import { type OutsideFound, type ValueSource, valueFor } from '../values/value-source';
import { isBlank, propertyInvalid } from './message-value';
import type { UserProperties } from './publication';

/** A user property that a node sets. A name may occur more than once. */
export interface UserPropertySource {
  readonly name: string;
  readonly source: ValueSource;
}

/**
 * The user properties of the message `values` together with those of `sources`. Where both have a name, the message's
 * value is used. Undefined when there are none.
 */
export function userPropertiesFor(
  values: Readonly<Record<string, unknown>>,
  sources: readonly UserPropertySource[],
  outside: OutsideFound,
): UserProperties | MqttFlowsError | undefined {
  const own = isBlank(values.userProperties) ? {} : userPropertiesFrom(values.userProperties);
  if (!own) return propertyInvalid('msg.userProperties', values.userProperties, 'expected.names');
  const set = sources.length === 0 ? own : joined(own, sources, values, outside);
  return set instanceof MqttFlowsError || Object.keys(set).length > 0 ? set : undefined;
}

function joined(
  own: UserProperties,
  sources: readonly UserPropertySource[],
  message: object,
  outside: OutsideFound,
): UserProperties | MqttFlowsError {
  const texts = new Map<string, string | string[]>();
  for (const { name, source } of sources) {
    if (Object.hasOwn(own, name)) continue;
    const setting = `userProperties["${name}"]`;
    const value = valueFor(source, message, outside, setting);
    if (value instanceof MqttFlowsError) return value;
    if (value === undefined || value === null) continue;
    const text = userPropertyText(value);
    if (text === undefined) return propertyInvalid(setting, value, 'expected.text');
    const before = texts.get(name);
    texts.set(name, before === undefined ? text : [before, text].flat());
  }
  for (const [name, text] of Object.entries(own)) texts.set(name, text);
  return Object.fromEntries(texts);
}

/**
 * User properties from an object whose values are text, numbers, booleans or arrays of these; undefined for anything
 * else.
 */
export function userPropertiesFrom(value: unknown): UserProperties | undefined {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return undefined;
  const texts: [string, string | string[]][] = [];
  for (const [name, entry] of Object.entries(value)) {
    const text = userPropertyText(entry);
    if (!isMqttText(name) || text === undefined) return undefined;
    texts.push([name, text]);
  }
  return Object.fromEntries(texts);
}

/** True for plain objects: not an Array, Buffer, Map or Date. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Numbers and booleans become text. Structures are rejected. */
function userPropertyText(value: unknown): string | string[] | undefined {
  if (Array.isArray(value)) {
    const texts = value.map(scalarText);
    return texts.every((text) => text !== undefined) ? texts : undefined;
  }
  return scalarText(value);
}

function scalarText(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return isMqttText(text) ? text : undefined;
}
