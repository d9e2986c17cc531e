// Several publication records as one value of a store: a hundred together cost little more than one alone.

import { type PreparedRecord, writeRecord } from './publication-record';

/** Bytes of the length field before each record. */
const LENGTH = 4;

/** The records of `publications`, one after the other. */
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

/** The complete records of a chunk. They share its memory. */
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

/** The number of records that recordsOf() finds. */
export function recordCount(chunk: Buffer): number {
  let count = 0;
  for (let at = 0; at + LENGTH <= chunk.length; ) {
    at += LENGTH + chunk.readUInt32LE(at);
    if (at <= chunk.length) count++;
  }
  return count;
}
