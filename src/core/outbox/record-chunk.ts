// Records of publications as one value of a store: a hundred of them together cost little more there than one alone.

import { type PreparedRecord, writeRecord } from './publication-record';

/** bytes of the length before each record */
const LENGTH = 4;

/** The records of `publications`, one behind the other. */
export function encodeChunk(publications: readonly PreparedRecord[]): Buffer {
  let size = 0;
  for (const { length } of publications) size += LENGTH + length;
  const chunk = Buffer.allocUnsafe(size);
  let at = 0;
  for (const prepared of publications) {
    const start = chunk.writeUInt32LE(prepared.length, at);
    writeRecord(prepared, chunk, start);
    at = start + prepared.length;
  }
  return chunk;
}

/** The records of a chunk, as far as it is whole; they share its memory. */
export function recordsOf(chunk: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at + LENGTH <= chunk.length; ) {
    const start = at + LENGTH;
    at = start + chunk.readUInt32LE(at);
    if (at > chunk.length) break;
    records.push(chunk.subarray(start, at));
  }
  return records;
}

/** How many records recordsOf() finds. */
export function recordCount(chunk: Buffer): number {
  let count = 0;
  for (let at = 0; at + LENGTH <= chunk.length; ) {
    at += LENGTH + chunk.readUInt32LE(at);
    if (at <= chunk.length) count++;
  }
  return count;
}
