// CBOR that the library does not read, as CBOR that it reads: texts and bytes of indefinite length (RFC 8949, section 3.2.3),
// which devices with little memory send in chunks, and simple values without a meaning (section 3.3).

import { argument, endOfItem, isIndefinite, isString, majorOf } from './cbor-items';

const SIMPLE = 7;
/** A tag that nobody has registered, for a simple value by its number. */
export const SIMPLE_TAG = 0x73_69_6d_70;
const BREAK = 0xff;

/**
 * `payload` with the chunks of each text and of bytes joined, and with SIMPLE_TAG for simple values. Everything else stays as
 * it is, so the structure need not be followed: items are read from one to the next. Throws an Error where a chunk is none.
 */
export function rewrittenCbor(payload: Buffer): Buffer {
  const parts: Uint8Array[] = [];
  let copied = 0;
  let at = 0;
  while (at < payload.length) {
    const major = majorOf(payload, at);
    const end = endOfItem(payload, at);
    if (isString(payload, at) && isIndefinite(payload, at)) {
      const chunks = chunksFrom(payload, at + 1, major);
      parts.push(payload.subarray(copied, at), head(major, chunks.length));
      for (const chunk of chunks.contents) parts.push(chunk);
      at = copied = chunks.end;
    } else if (major === SIMPLE && isWithoutMeaning(payload, at)) {
      parts.push(payload.subarray(copied, at), head(6, SIMPLE_TAG), Buffer.from([0x18, argument(payload, at).value]));
      at = copied = end;
    } else at = end;
  }
  parts.push(payload.subarray(copied));
  return Buffer.concat(parts);
}

/** 20 to 23 are false, true, null and undefined, 25 to 27 numbers with a point, 31 a break; 24 has its number behind it. */
function isWithoutMeaning(payload: Buffer, at: number): boolean {
  const information = (payload[at] ?? 0) & 31;
  return information < 20 || (information === 24 && (payload[at + 1] ?? 0) >= 32);
}

interface Chunks {
  readonly contents: readonly Uint8Array[];
  /** Bytes of all of them. */
  readonly length: number;
  /** Behind the break. */
  readonly end: number;
}

/** The chunks from `start` on, each of a definite length and of the same type. */
function chunksFrom(payload: Buffer, start: number, major: number): Chunks {
  const contents: Uint8Array[] = [];
  let length = 0;
  let at = start;
  while (payload[at] !== BREAK) {
    if (at >= payload.length) throw new Error('unexpected end of data');
    if (majorOf(payload, at) !== major || isIndefinite(payload, at)) throw new Error('a chunk is no definite string');
    const { value, end } = argument(payload, at);
    if (end + value > payload.length) throw new Error('unexpected end of data');
    contents.push(payload.subarray(end, end + value));
    length += value;
    at = end + value;
  }
  return { contents, length, end: at + 1 };
}

/** The head of an item, always with four bytes for its number; readers need not have the shortest. */
function head(major: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = (major << 5) | 26;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}
