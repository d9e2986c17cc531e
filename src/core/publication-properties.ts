// What a message may hold as an MQTT property: each value is checked as it is read, and a wrong one is named.

import { expectation, MqttFlowsError } from './mqtt-flows-error';
import type { PublicationProperties, UserProperties } from './publication';
import { mqttStringProblem, topicNameProblem } from './topic-name';

/** The MQTT 5 properties that `values` ask for; undefined when there are none. The first wrong one is the error. */
export function publicationProperties(
  values: Readonly<Record<string, unknown>>,
): PublicationProperties | MqttFlowsError | undefined {
  const properties: PublicationProperties = {};
  let found = false;
  for (const key of PROPERTY_KEYS) {
    const value = values[key];
    if (isBlank(value)) continue;
    const expected = PROPERTY_READERS[key](value, properties);
    if (expected !== undefined) return propertyInvalid(key, value, expected);
    found = true;
  }
  return found ? properties : undefined;
}

/** Sets one property from a value that a message holds, or returns what was expected instead. */
type PropertyReader = (value: unknown, properties: PublicationProperties) => string | undefined;

const FOUR_BYTES = 0xffff_ffff;
const TWO_BYTES = 0xffff;

/** The ranges of MQTT 5, section 3.3.2.3. */
const PROPERTY_READERS: Readonly<Record<keyof PublicationProperties, PropertyReader>> = {
  payloadFormatIndicator(value, properties) {
    const flag = value === 1 ? true : value === 0 ? false : messageFlag(value);
    if (flag === undefined) return 'true, false';
    properties.payloadFormatIndicator = flag;
    return undefined;
  },
  messageExpiryInterval(value, properties) {
    const seconds = typeof value === 'string' ? Number(value) : value;
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > FOUR_BYTES) {
      return `0 … ${FOUR_BYTES}`;
    }
    properties.messageExpiryInterval = seconds;
    return undefined;
  },
  contentType(value, properties) {
    if (!isMqttText(value)) return 'expected.text';
    properties.contentType = value;
    return undefined;
  },
  responseTopic(value, properties) {
    // A response topic must not contain wildcards (section 3.3.2.3.5).
    if (typeof value !== 'string' || topicNameProblem(value)) return 'expected.topic';
    properties.responseTopic = value;
    return undefined;
  },
  correlationData(value, properties) {
    const data = typeof value === 'string' ? Buffer.from(value) : value;
    if (!Buffer.isBuffer(data) || data.length > TWO_BYTES) return `Buffer, ≤ ${TWO_BYTES} B`;
    properties.correlationData = data;
    return undefined;
  },
  userProperties(value, properties) {
    const userProperties = userPropertiesFrom(value);
    if (!userProperties) return 'expected.names';
    if (Object.keys(userProperties).length > 0) properties.userProperties = userProperties;
    return undefined;
  },
};

const PROPERTY_KEYS = Object.keys(PROPERTY_READERS) as (keyof PublicationProperties)[];

/** User properties from an object of names with text, numbers, booleans or arrays of these; undefined for others. */
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

/** No Array, Buffer, Map or Date. */
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Numbers and booleans become text, as a user means them; structures do not. */
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

function isMqttText(value: unknown): value is string {
  return typeof value === 'string' && (value === '' || mqttStringProblem(value) === undefined);
}

/** Whether a value counts as absent. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The core nodes take the text `"true"` as well. */
export function messageFlag(value: unknown): boolean | undefined {
  if (isBlank(value) || value === false || value === 'false') return false;
  return value === true || value === 'true' ? true : undefined;
}

/** The error for a value that is not what `expected` says: values and ranges, or a key of the locales. */
export function propertyInvalid(property: string, value: unknown, expected: string): MqttFlowsError {
  const text = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
  const params = { property: `msg.${property}`, value: text.slice(0, 60), ...expectation(expected) };
  return new MqttFlowsError('property-invalid', { stage: 'publish', params });
}
