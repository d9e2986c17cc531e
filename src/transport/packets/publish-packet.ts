// Converts a PUBLISH from mqtt.js's type to ours.

import type { IPublishPacket } from 'mqtt';
import type { IncomingPublication, PublicationProperties } from '../../core/publications/publication';

type WireProperties = NonNullable<IPublishPacket['properties']>;

const NO_IDENTIFIERS: readonly number[] = [];

/**
 * An incoming publication from mqtt.js's packet. `topic` is that of the event, since the packet's is empty under an
 * alias.
 */
export function fromPacket(topic: string, payload: Buffer, packet: IPublishPacket): IncomingPublication {
  const wire = packet.properties;
  const properties = wire && fromWire(wire);
  return {
    topic,
    payload,
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup,
    subscriptionIdentifiers: wire ? identifiers(wire.subscriptionIdentifier) : NO_IDENTIFIERS,
    ...(properties ? { properties } : {}),
  };
}

/** mqtt-packet gives one identifier as a number, several as an array, and a truncated one as something else. */
function identifiers(wire: unknown): readonly number[] {
  if (typeof wire === 'number') return [wire];
  return Array.isArray(wire) ? wire.filter((identifier) => typeof identifier === 'number') : NO_IDENTIFIERS;
}

function fromWire(wire: WireProperties): PublicationProperties | undefined {
  const properties: PublicationProperties = {};
  let found = false;
  for (const [key, isOfItsType] of CHECKS) {
    const value: unknown = wire[key];
    if (!isOfItsType(value)) continue;
    Object.assign(properties, { [key]: value });
    found = true;
  }
  if (wire.userProperties) {
    // A copy with own properties only: the server chose the names, and `__proto__` may be one.
    properties.userProperties = Object.fromEntries(Object.entries(wire.userProperties));
    found = true;
  }
  return found ? properties : undefined;
}

type Check = readonly [Exclude<keyof PublicationProperties, 'userProperties'>, (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string';

/**
 * mqtt-packet turns a property that a server sends twice into an array. A server must not do so (MQTT 5, section
 * 3.3.2.3).
 */
const CHECKS: readonly Check[] = [
  ['payloadFormatIndicator', (value) => typeof value === 'boolean'],
  ['messageExpiryInterval', (value) => typeof value === 'number'],
  ['contentType', isText],
  ['responseTopic', isText],
  ['correlationData', Buffer.isBuffer],
];
