// The size of a publication: of its content, which the outbox counts, and of its packet, which a server limits.

import type { OutgoingPublication, PublicationProperties, UserProperties } from './publication';

/** A string or binary value is preceded by two bytes of length (MQTT 5, section 1.5.4). */
const LENGTH = 2;
/** The identifier before each property (MQTT 5, section 2.2.2.2). */
const IDENTIFIER = 1;
const PACKET_IDENTIFIER = 2;

/** The bytes of topic, payload and properties. */
export function contentBytes({ topic, payload, properties }: OutgoingPublication): number {
  const body = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  return Buffer.byteLength(topic) + body + (properties ? propertyBytes(properties) : 0);
}

/** The bytes of the whole PUBLISH (section 3.3), to which a server's Maximum Packet Size applies. */
export function packetBytes(publication: OutgoingPublication, v5: boolean): number {
  const properties = v5 && publication.properties ? propertyBytes(publication.properties) : 0;
  const unsent = v5 || !publication.properties ? 0 : propertyBytes(publication.properties);
  const header = LENGTH + (publication.qos > 0 ? PACKET_IDENTIFIER : 0) + (v5 ? variableBytes(properties) : 0);
  const remaining = header + contentBytes(publication) - unsent;
  return 1 + variableBytes(remaining) + remaining;
}

/** How many bytes a Variable Byte Integer takes (section 1.5.5). */
function variableBytes(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  return value < 2_097_152 ? 3 : 4;
}

function propertyBytes(properties: PublicationProperties): number {
  const { payloadFormatIndicator, messageExpiryInterval, correlationData, userProperties } = properties;
  let bytes = payloadFormatIndicator === undefined ? 0 : IDENTIFIER + 1;
  if (messageExpiryInterval !== undefined) bytes += IDENTIFIER + 4;
  for (const text of [properties.contentType, properties.responseTopic]) {
    if (text !== undefined) bytes += IDENTIFIER + textBytes(text);
  }
  if (correlationData) bytes += IDENTIFIER + LENGTH + correlationData.length;
  return bytes + (userProperties ? userPropertyBytes(userProperties) : 0);
}

function userPropertyBytes(properties: UserProperties): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(properties)) {
    for (const text of Array.isArray(value) ? value : [value]) bytes += IDENTIFIER + textBytes(name) + textBytes(text);
  }
  return bytes;
}

function textBytes(text: string): number {
  return LENGTH + Buffer.byteLength(text);
}
