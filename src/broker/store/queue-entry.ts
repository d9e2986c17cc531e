// A waiting publication of a session, as a value of the store: its number, and the progress of its delivery.

import { Buffer } from 'node:buffer';
import type { QoS } from '../../core/publications/publication';
import { StoreDamage } from './store-damage';

export interface QueueRecord {
  /** The number of the publication in the store. */
  readonly publication: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly identifiers: readonly number[];
  /** 0: none yet */
  readonly packetIdentifier: number;
  /** QoS 2: the receiver has it, and PUBREL must be sent. */
  readonly released: boolean;
}

/** Flags, packet identifier (2), publication (8); then four bytes for each identifier. */
const HEADER = 11;
const QOS = 3;
const RETAIN = 4;
const RELEASED = 8;

export function encodeQueueRecord(record: QueueRecord): Buffer {
  const { publication, qos, retain, identifiers, packetIdentifier, released } = record;
  const entry = Buffer.allocUnsafe(HEADER + identifiers.length * 4);
  entry[0] = qos | (retain ? RETAIN : 0) | (released ? RELEASED : 0);
  entry.writeUInt16LE(packetIdentifier, 1);
  entry.writeDoubleLE(publication, 3);
  for (const [index, identifier] of identifiers.entries()) entry.writeUInt32LE(identifier, HEADER + index * 4);
  return entry;
}

/** Throws StoreDamage. */
export function decodeQueueRecord(entry: Buffer): QueueRecord {
  const flags = entry[0] ?? 0;
  const qos = flags & QOS;
  if (entry.length < HEADER || (entry.length - HEADER) % 4 !== 0 || qos === 3 || qos === 0) {
    throw new StoreDamage('an entry of a queue');
  }
  const identifiers: number[] = [];
  for (let at = HEADER; at < entry.length; at += 4) identifiers.push(entry.readUInt32LE(at));
  return {
    publication: entry.readDoubleLE(3),
    // 3 was refused above.
    qos: qos as QoS,
    retain: (flags & RETAIN) !== 0,
    identifiers,
    packetIdentifier: entry.readUInt16LE(1),
    released: (flags & RELEASED) !== 0,
  };
}
