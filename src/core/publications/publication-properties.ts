// The MQTT 5 properties of a publication, from a message and the settings of a node. Each value is checked when it is
// read, and the error names the wrong one.

import { MqttFlowsError } from '../errors/mqtt-flows-error';
import { isMqttText, topicNameProblem } from '../topics/topic-name';
import { type OutsideFound, type ValueSource, valueFor } from '../values/value-source';
import { isBlank, messageFlag, propertyInvalid } from './message-value';
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
): PublicationProperties | MqttFlowsError | undefined {
  const properties: PublicationProperties = {};
  let found = false;
  for (const key of SINGLE_PROPERTIES) {
    const source = settings.sources[key];
    const value = source ? valueFor(source, values, outside, `properties.${key}`) : values[key];
    if (value instanceof MqttFlowsError) return value;
    if (isBlank(value)) continue;
    const expected = PROPERTY_READERS[key](value, properties);
    if (expected !== undefined) return propertyInvalid(source ? `properties.${key}` : `msg.${key}`, value, expected);
    found = true;
  }
  const userProperties = userPropertiesFor(values, settings.userProperties, outside);
  if (userProperties instanceof MqttFlowsError) return userProperties;
  if (!userProperties) return found ? properties : undefined;
  properties.userProperties = userProperties;
  return properties;
}

/** Sets one property from a value of a message, or returns what was expected instead. */
type PropertyReader = (value: unknown, properties: PublicationProperties) => string | undefined;

const FOUR_BYTES = 0xffff_ffff;
const TWO_BYTES = 0xffff;

/** The ranges of MQTT 5, section 3.3.2.3. */
const PROPERTY_READERS: Readonly<Record<SingleProperty, PropertyReader>> = {
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
    const data = typeof value === 'string' ? Buffer.from(value) : bytesAsBuffer(value);
    if (!data || data.length > TWO_BYTES) return `Buffer, ≤ ${TWO_BYTES} B`;
    properties.correlationData = data;
    return undefined;
  },
};

/** A Buffer over the same bytes, without a copy. */
function bytesAsBuffer(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : undefined;
}

/** The order in which they are read. */
const SINGLE_PROPERTIES = Object.keys(PROPERTY_READERS) as SingleProperty[];

/** What was expected of a fixed value of a property; undefined when the value fits. */
export function propertyExpectation(property: SingleProperty, value: unknown): string | undefined {
  return isBlank(value) ? undefined : PROPERTY_READERS[property](value, {});
}
