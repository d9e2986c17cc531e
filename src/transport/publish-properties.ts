// The properties of a PUBLISH between mqtt.js's shape and ours.

import type { IPublishPacket } from 'mqtt';
import type { IncomingPublication, PublicationProperties } from '../core/publication';

type WireProperties = NonNullable<IPublishPacket['properties']>;

const NO_IDENTIFIERS: readonly number[] = [];

/** An incoming publication from mqtt.js's packet. `topic` is the event's, for the packet's is empty under an alias. */
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

/** mqtt-packet gives one identifier as a number and several as an array. */
function identifiers(wire: number | number[] | undefined): readonly number[] {
  if (wire === undefined) return NO_IDENTIFIERS;
  return typeof wire === 'number' ? [wire] : wire;
}

function fromWire(wire: WireProperties): PublicationProperties | undefined {
  const properties: PublicationProperties = {};
  let found = false;
  for (const key of COPIED) {
    if (wire[key] === undefined) continue;
    Object.assign(properties, { [key]: wire[key] });
    found = true;
  }
  if (wire.userProperties) {
    // A copy with own properties only: the server chose the names, `__proto__` among them.
    properties.userProperties = Object.fromEntries(Object.entries(wire.userProperties));
    found = true;
  }
  return found ? properties : undefined;
}

const COPIED = [
  'payloadFormatIndicator',
  'messageExpiryInterval',
  'contentType',
  'responseTopic',
  'correlationData',
] as const satisfies readonly (keyof PublicationProperties)[];
