// A publication as a value of the store.

import { Buffer } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { Publication } from '../publications/publication';
import { StoreDamage } from './store-damage';

/** Version, flags, expiry (8), lengths of topic (2), publisher (2) and properties (4); then these, then the payload. */
const HEADER = 18;
const VERSION = 1;
const QOS = 3;
const RETAIN = 4;

export function encodePublication(publication: Publication): Buffer {
  const { topic, publisher, properties, payload, qos, retain, expiresAt } = publication;
  const topicBytes = Buffer.byteLength(topic);
  const publisherBytes = Buffer.byteLength(publisher);
  const entry = Buffer.allocUnsafe(HEADER + topicBytes + publisherBytes + properties.length + payload.length);
  entry[0] = VERSION;
  entry[1] = qos | (retain ? RETAIN : 0);
  entry.writeDoubleLE(expiresAt, 2);
  entry.writeUInt16LE(topicBytes, 10);
  entry.writeUInt16LE(publisherBytes, 12);
  entry.writeUInt32LE(properties.length, 14);
  let at = HEADER;
  at += entry.write(topic, at);
  at += entry.write(publisher, at);
  at += properties.copy(entry, at);
  payload.copy(entry, at);
  return entry;
}

/** Throws StoreDamage. */
export function decodePublication(entry: Buffer): Publication {
  if (entry.length < HEADER || entry[0] !== VERSION) throw new StoreDamage('a publication');
  const flags = entry[1] as number;
  const qos = flags & QOS;
  const topicEnd = HEADER + entry.readUInt16LE(10);
  const publisherEnd = topicEnd + entry.readUInt16LE(12);
  const propertiesEnd = publisherEnd + entry.readUInt32LE(14);
  if (qos === 3 || propertiesEnd > entry.length) throw new StoreDamage('a publication');
  return new Publication({
    topic: entry.toString('utf8', HEADER, topicEnd),
    publisher: entry.toString('utf8', topicEnd, publisherEnd),
    properties: entry.subarray(publisherEnd, propertiesEnd),
    payload: entry.subarray(propertiesEnd),
    // 3 was refused above.
    qos: qos as QoS,
    retain: (flags & RETAIN) !== 0,
    expiresAt: entry.readDoubleLE(2),
  });
}
