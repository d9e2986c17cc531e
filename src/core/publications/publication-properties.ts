// The MQTT 5 properties of a publication, from a message and the settings of a node. Each value is checked when it is
// read, and the error names the wrong one.

import { failed, found, type Result } from '../errors/result';
import { bytesOf } from '../payloads/bytes-value';
import { isMqttText, topicNameProblem } from '../topics/topic-name';
import type { OutsideFound } from '../values/outside-value';
import { asWhole, isBlank, propertyInvalid } from '../values/plain-value';
import { type ValueSource, valueFor } from '../values/value-source';
import { messageFlag } from './message-value';
import type { PublicationProperties } from './publication';
import { type UserPropertySource, userPropertiesFor } from './user-properties';

/** The properties that occur once. User properties may occur many times. */
export type SingleProperty = Exclude<keyof PublicationProperties, 'userProperties'>;

/** What a publish node sets. The message decides about properties that are not here. */
export interface PropertySettings {
  readonly sources: { readonly [K in SingleProperty]?: ValueSource };
  /** Joined with those of the message. Where both have a name, the message's value is used. */
  readonly userProperties: readonly UserPropertySource[];
}

export const NO_PROPERTY_SETTINGS: PropertySettings = { sources: {}, userProperties: [] };

type Values = Readonly<Record<string, unknown>>;

/**
 * The MQTT 5 properties of the publication that the message `values` asks for; undefined when there are none. The first
 * wrong one is the error.
 */
export function publicationProperties(
  values: Values,
  settings: PropertySettings,
  outside: OutsideFound,
): Result<PublicationProperties | undefined> {
  const properties: PublicationProperties = {};
  let some = false;
  for (const key of SINGLE_PROPERTIES) {
    const source = settings.sources[key];
    const given = source ? valueFor(source, values, outside, `properties.${key}`) : undefined;
    if (given && !given.ok) return given;
    const value = given ? given.value : values[key];
    if (isBlank(value)) continue;
    const read = PROPERTY_READERS[key](value);
    if (!read.ok) {
      return failed(propertyInvalid(source ? `properties.${key}` : `msg.${key}`, value, read.error, 'publish'));
    }
    put(properties, key, read.value);
    some = true;
  }
  const userProperties = userPropertiesFor(values, settings.userProperties, outside);
  if (!userProperties.ok) return userProperties;
  if (userProperties.value) properties.userProperties = userProperties.value;
  else if (!some) return NONE;
  return found(properties);
}

const NONE = found(undefined);

function put<K extends SingleProperty>(
  properties: PublicationProperties,
  key: K,
  value: PublicationProperties[K],
): void {
  properties[key] = value;
}

/** Each reads one property from a value of a message, or says what was expected instead. */
type PropertyReaders = {
  readonly [K in SingleProperty]: (value: unknown) => Result<NonNullable<PublicationProperties[K]>, string>;
};

const FOUR_BYTES = 0xffff_ffff;
const TWO_BYTES = 0xffff;

/** The ranges of MQTT 5, section 3.3.2.3. */
const PROPERTY_READERS: PropertyReaders = {
  payloadFormatIndicator(value) {
    const flag = messageFlag(value);
    return flag === undefined ? failed('true, false') : found(flag);
  },
  messageExpiryInterval(value) {
    const seconds = asWhole(value, 0, FOUR_BYTES);
    return seconds === undefined ? failed(`0 … ${FOUR_BYTES}`) : found(seconds);
  },
  contentType: (value) => (isMqttText(value) ? found(value) : failed('expected.text')),
  responseTopic(value) {
    // A response topic must not contain wildcards (section 3.3.2.3.5).
    return typeof value !== 'string' || topicNameProblem(value) ? failed('expected.topic') : found(value);
  },
  correlationData(value) {
    const data = typeof value === 'string' ? Buffer.from(value) : bytesIn(value);
    return !data || data.length > TWO_BYTES ? failed(`Buffer, ≤ ${TWO_BYTES} B`) : found(data);
  },
};

/** The bytes of a value that is bytes, or of a list of bytes, which the core nodes take too. */
function bytesIn(value: unknown): Buffer | undefined {
  return bytesOf(Array.isArray(value) ? { type: 'Buffer', data: value } : value);
}

/** The order in which they are read. */
const SINGLE_PROPERTIES = Object.keys(PROPERTY_READERS) as SingleProperty[];

/** What was expected of a fixed value of a property; undefined when the value fits. */
export function propertyExpectation(property: SingleProperty, value: unknown): string | undefined {
  const read = isBlank(value) ? undefined : PROPERTY_READERS[property](value);
  return read && !read.ok ? read.error : undefined;
}
