// An outgoing publication as bytes, for an outbox that outlives the process.

import type { OutgoingPublication, PublicationProperties, QoS } from './publication';
import { contentBytes } from './publication-size';

/** A publication with what an outbox knows of it; times are in ms since the epoch. */
export interface RecordedPublication {
  readonly publication: OutgoingPublication;
  /** Who has published it. */
  readonly origin: string;
  readonly acceptedAt: number;
  /** Infinity: never. */
  readonly expiresAt: number;
}

/** Tells this layout from later ones. */
const VERSION = 1;
const RETAIN = 0x04;
const PROPERTIES = 0x08;
const QOS = 0x03;

// Version, flags, two times, bytes of content, lengths of topic, origin and properties.
const FLAGS_AT = 1;
const ACCEPTED_AT = 2;
const EXPIRES_AT = 10;
const BYTES_AT = 18;
const TOPIC_AT = 22;
const ORIGIN_AT = 24;
const PROPERTIES_AT = 26;
const HEADER = 30;

export function encodeRecord({ publication, origin, acceptedAt, expiresAt }: RecordedPublication): Buffer {
  const { topic, payload, qos, retain, properties } = publication;
  const propertyText = properties ? writeProperties(properties) : '';
  const lengths = [topic, origin, propertyText].map((text) => Buffer.byteLength(text));
  const [topicLength = 0, originLength = 0, propertiesLength = 0] = lengths;
  const payloadLength = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const record = Buffer.allocUnsafe(HEADER + topicLength + originLength + propertiesLength + payloadLength);
  record[0] = VERSION;
  record[FLAGS_AT] = qos | (retain ? RETAIN : 0) | (properties ? PROPERTIES : 0);
  record.writeDoubleLE(acceptedAt, ACCEPTED_AT);
  record.writeDoubleLE(expiresAt, EXPIRES_AT);
  record.writeUInt32LE(contentBytes(publication), BYTES_AT);
  record.writeUInt16LE(topicLength, TOPIC_AT);
  record.writeUInt16LE(originLength, ORIGIN_AT);
  record.writeUInt32LE(propertiesLength, PROPERTIES_AT);
  let at = HEADER;
  for (const text of [topic, origin, propertyText]) at += record.write(text, at);
  if (typeof payload === 'string') record.write(payload, at);
  else record.set(payload, at);
  return record;
}

/** Reads a record; undefined when it is none of ours, or damaged. */
export function decodeRecord(record: Buffer): RecordedPublication | undefined {
  if (record.length < HEADER || record[0] !== VERSION) return undefined;
  const flags = record[FLAGS_AT] ?? 0;
  const qos = flags & QOS;
  const topicEnd = HEADER + record.readUInt16LE(TOPIC_AT);
  const originEnd = topicEnd + record.readUInt16LE(ORIGIN_AT);
  const propertiesEnd = originEnd + record.readUInt32LE(PROPERTIES_AT);
  if (qos === 3 || propertiesEnd > record.length) return undefined;
  const properties = flags & PROPERTIES ? readProperties(record.toString('utf8', originEnd, propertiesEnd)) : undefined;
  if (flags & PROPERTIES && !properties) return undefined;
  const publication: OutgoingPublication = {
    topic: record.toString('utf8', HEADER, topicEnd),
    payload: record.subarray(propertiesEnd),
    // 3 has been refused above.
    qos: qos as QoS,
    retain: (flags & RETAIN) !== 0,
    ...(properties ? { properties } : {}),
  };
  return {
    publication,
    origin: record.toString('utf8', topicEnd, originEnd),
    acceptedAt: record.readDoubleLE(ACCEPTED_AT),
    expiresAt: record.readDoubleLE(EXPIRES_AT),
  };
}

/** The bytes of topic, payload and properties of the publication in a record, without reading it; 0 for a damaged one. */
export function recordedBytes(record: Buffer): number {
  return record.length < HEADER ? 0 : record.readUInt32LE(BYTES_AT);
}

function writeProperties({ correlationData, ...others }: PublicationProperties): string {
  return JSON.stringify(correlationData ? { ...others, correlationData: correlationData.toString('base64') } : others);
}

function readProperties(text: string): PublicationProperties | undefined {
  try {
    // We wrote it, of a publication that had been checked; a damaged one does not parse.
    const { correlationData, ...others } = JSON.parse(text);
    return correlationData === undefined
      ? others
      : { ...others, correlationData: Buffer.from(correlationData, 'base64') };
  } catch {
    return undefined;
  }
}
