// User properties (MQTT 5, section 3.3.2.3.7): reads those of a message and joins them with those of a node.

import { failed, found, type Result } from '../errors/result';
import { isMqttText } from '../topics/topic-name';
import type { OutsideFound } from '../values/outside-value';
import { isBlank, isRecord, propertyInvalid } from '../values/plain-value';
import { type ValueSource, valueFor } from '../values/value-source';
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
): Result<UserProperties | undefined> {
  const own = isBlank(values.userProperties) ? {} : userPropertiesFrom(values.userProperties);
  if (!own) return failed(propertyInvalid('msg.userProperties', values.userProperties, 'expected.names', 'publish'));
  const set = sources.length === 0 ? found(own) : joined(own, sources, values, outside);
  return !set.ok || Object.keys(set.value).length > 0 ? set : NONE;
}

const NONE = found(undefined);

function joined(
  own: UserProperties,
  sources: readonly UserPropertySource[],
  message: object,
  outside: OutsideFound,
): Result<UserProperties> {
  const texts = new Map<string, string | string[]>();
  for (const { name, source } of sources) {
    if (Object.hasOwn(own, name)) continue;
    const setting = `userProperties["${name}"]`;
    const read = valueFor(source, message, outside, setting);
    if (!read.ok) return read;
    const { value } = read;
    if (value === undefined || value === null) continue;
    const text = userPropertyText(value);
    if (text === undefined) return failed(propertyInvalid(setting, value, 'expected.text', 'publish'));
    const before = texts.get(name);
    texts.set(name, before === undefined ? text : [before, text].flat());
  }
  for (const [name, text] of Object.entries(own)) texts.set(name, text);
  return found(Object.fromEntries(texts));
}

/**
 * User properties from an object whose values are text, numbers, booleans or arrays of these; undefined for anything
 * else. A name without a value, or with null, has none.
 */
export function userPropertiesFrom(value: unknown): UserProperties | undefined {
  if (!isRecord(value)) return undefined;
  const texts: [string, string | string[]][] = [];
  for (const [name, entry] of Object.entries(value)) {
    if (entry === undefined || entry === null) continue;
    const text = userPropertyText(entry);
    if (!isMqttText(name) || text === undefined) return undefined;
    texts.push([name, text]);
  }
  return Object.fromEntries(texts);
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
