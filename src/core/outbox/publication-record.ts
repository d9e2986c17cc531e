// An outgoing publication as bytes, for an outbox that outlives the process.

import type { OutgoingPublication, PublicationProperties, QoS } from '../publications/publication';

/** A publication with the data that an outbox keeps about it. Times are in ms of a clock that never goes back. */
export interface RecordedPublication {
  readonly publication: OutgoingPublication;
  /** bytes of topic, payload and properties */
  readonly bytes: number;
  /** The id of the node that published it. */
  readonly origin: string;
  readonly acceptedAt: number;
  /** Infinity: it never expires. */
  readonly expiresAt: number;
}

/** Distinguishes this layout from later ones. */
const VERSION = 1;
const RETAIN = 0x04;
const PROPERTIES = 0x08;
const QOS = 0x03;

// Layout: version, flags, two times, bytes of content, lengths of topic, origin and properties.
const FLAGS_AT = 1;
const ACCEPTED_AT = 2;
const EXPIRES_AT = 10;
const BYTES_AT = 18;
const TOPIC_AT = 22;
const ORIGIN_AT = 24;
const PROPERTIES_AT = 26;
const HEADER = 30;

/** A publication whose record is about to be written. */
export interface PreparedRecord {
  readonly recorded: RecordedPublication;
  /** ms to add to its times, which turns those of a process into those of the store */
  readonly shift: number;
  readonly propertyText: string;
  /** bytes of the record */
  readonly length: number;
}

export function prepareRecord(recorded: RecordedPublication, shift = 0): PreparedRecord {
  const { topic, payload, properties } = recorded.publication;
  const propertyText = properties ? writeProperties(properties) : '';
  const payloadLength = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const texts = Buffer.byteLength(topic) + Buffer.byteLength(recorded.origin) + Buffer.byteLength(propertyText);
  return { recorded, shift, propertyText, length: HEADER + texts + payloadLength };
}

/** Writes the record into `target`, which has room for it, from `start`. */
export function writeRecord(prepared: PreparedRecord, target: Buffer, start: number): void {
  const { recorded, shift, propertyText, length } = prepared;
  const { publication, origin, acceptedAt, expiresAt, bytes } = recorded;
  const { topic, payload, qos, retain, properties } = publication;
  const topicLength = target.write(topic, start + HEADER);
  const originLength = target.write(origin, start + HEADER + topicLength);
  const textLength = topicLength + originLength;
  const propertiesLength = propertyText === '' ? 0 : target.write(propertyText, start + HEADER + textLength);
  const payloadAt = start + HEADER + textLength + propertiesLength;
  if (typeof payload === 'string') target.write(payload, payloadAt, start + length - payloadAt);
  else target.set(payload, payloadAt);
  target[start] = VERSION;
  target[start + FLAGS_AT] = qos | (retain ? RETAIN : 0) | (properties ? PROPERTIES : 0);
  target.writeDoubleLE(acceptedAt + shift, start + ACCEPTED_AT);
  target.writeDoubleLE(expiresAt + shift, start + EXPIRES_AT);
  target.writeUInt32LE(bytes, start + BYTES_AT);
  target.writeUInt16LE(topicLength, start + TOPIC_AT);
  target.writeUInt16LE(originLength, start + ORIGIN_AT);
  target.writeUInt32LE(propertiesLength, start + PROPERTIES_AT);
}

/** Reads a record. Undefined when it is damaged or not ours. */
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
    // QoS 3 has been rejected above.
    qos: qos as QoS,
    retain: (flags & RETAIN) !== 0,
    ...(properties ? { properties } : {}),
  };
  return {
    publication,
    bytes: record.readUInt32LE(BYTES_AT),
    origin: record.toString('utf8', topicEnd, originEnd),
    acceptedAt: record.readDoubleLE(ACCEPTED_AT),
    expiresAt: record.readDoubleLE(EXPIRES_AT),
  };
}

/** The content bytes of the publication in a record, without decoding it; 0 for a damaged record. */
export function recordedBytes(record: Buffer): number {
  return record.length < HEADER ? 0 : record.readUInt32LE(BYTES_AT);
}

function writeProperties({ correlationData, ...others }: PublicationProperties): string {
  return JSON.stringify(correlationData ? { ...others, correlationData: correlationData.toString('base64') } : others);
}

function readProperties(text: string): PublicationProperties | undefined {
  try {
    // We wrote this text from a checked publication. A damaged one does not parse.
    const { correlationData, ...others } = JSON.parse(text);
    return correlationData === undefined
      ? others
      : { ...others, correlationData: Buffer.from(correlationData, 'base64') };
  } catch {
    return undefined;
  }
}
