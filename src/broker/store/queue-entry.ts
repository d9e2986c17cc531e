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
  /** The shared subscription that it comes by, as in its filter; empty for none. */
  readonly share: string;
  /** 0: none yet */
  readonly packetIdentifier: number;
  /** QoS 2: the receiver has it, and PUBREL must be sent. */
  readonly released: boolean;
}

/** Flags, packet identifier (2), publication (8), length of `share` (2); then `share`; then four bytes for each identifier. */
const HEADER = 13;
const QOS = 3;
const RETAIN = 4;
const RELEASED = 8;

export function encodeQueueRecord(record: QueueRecord): Buffer {
  const { publication, qos, retain, identifiers, share, packetIdentifier, released } = record;
  const start = HEADER + Buffer.byteLength(share);
  const entry = Buffer.allocUnsafe(start + identifiers.length * 4);
  entry[0] = qos | (retain ? RETAIN : 0) | (released ? RELEASED : 0);
  entry.writeUInt16LE(packetIdentifier, 1);
  entry.writeDoubleLE(publication, 3);
  entry.writeUInt16LE(start - HEADER, 11);
  entry.write(share, HEADER);
  for (const [index, identifier] of identifiers.entries()) entry.writeUInt32LE(identifier, start + index * 4);
  return entry;
}

/** Throws StoreDamage. */
export function decodeQueueRecord(entry: Buffer): QueueRecord {
  const flags = entry[0] ?? 0;
  const qos = flags & QOS;
  if (entry.length < HEADER || qos === 3 || qos === 0) throw new StoreDamage('an entry of a queue');
  const start = HEADER + entry.readUInt16LE(11);
  if (start > entry.length || (entry.length - start) % 4 !== 0) throw new StoreDamage('an entry of a queue');
  const identifiers: number[] = [];
  for (let at = start; at < entry.length; at += 4) identifiers.push(entry.readUInt32LE(at));
  return {
    publication: entry.readDoubleLE(3),
    // 3 was refused above.
    qos: qos as QoS,
    retain: (flags & RETAIN) !== 0,
    identifiers,
    share: entry.toString('utf8', HEADER, start),
    packetIdentifier: entry.readUInt16LE(1),
    released: (flags & RELEASED) !== 0,
  };
}
