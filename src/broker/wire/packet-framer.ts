// Cuts the bytes of a stream into packets (MQTT 5, section 2.1), and holds no more of one than the largest may have.

import { Buffer } from 'node:buffer';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';
import { MAX_VARIABLE_INTEGER, variableIntegerSize } from './variable-integer';

const NOTHING = Buffer.alloc(0);
/** So many pieces of less than so many bytes each are put together. */
const MANY = 256;
const TINY = 512;

/**
 * After advance() has said true, the packet is `bytes` from `start` to `end`, and what follows its length begins at
 * `body`. Nothing is copied unless a packet comes in several pieces.
 */
export class PacketFramer {
  bytes: Buffer = NOTHING;
  start = 0;
  body = 0;
  end = 0;
  /** bytes of the largest packet that may come, its header included */
  limit: number;
  /** Pieces of a packet that is not whole yet, beside `bytes`. */
  #pieces: Buffer[] = [];
  #held = 0;
  /** bytes that the packet under way takes in all, once known */
  #wanted = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Takes what came. Call advance() until it says false before the next piece. */
  push(piece: Buffer): void {
    if (this.#held === 0) {
      // The rest of an earlier piece is left where a client had to wait.
      this.bytes = this.end < this.bytes.length ? Buffer.concat([this.bytes.subarray(this.end), piece]) : piece;
      this.end = 0;
      return;
    }
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held < this.#wanted) {
      // Whoever sends byte by byte must not have an object for each of them kept.
      if (this.#pieces.length > MANY && this.#held < this.#pieces.length * TINY) {
        this.#pieces = [Buffer.concat(this.#pieces, this.#held)];
      }
      return;
    }
    this.bytes = Buffer.concat(this.#pieces, this.#held);
    this.#pieces = [];
    this.#held = 0;
    this.#wanted = 0;
    this.end = 0;
  }

  /** Goes to the next packet; false when it is not whole yet. Throws ProtocolViolation when it never will be. */
  advance(): boolean {
    if (this.#held > 0) return false;
    const { bytes, end: start } = this;
    if (start >= bytes.length) {
      this.bytes = NOTHING;
      this.end = 0;
      return false;
    }
    let length = 0;
    let factor = 1;
    let at = start + 1;
    for (;;) {
      if (at >= bytes.length) return this.#wait(start, at - start + 1);
      const byte = bytes[at++] as number;
      length += (byte & 127) * factor;
      if (byte < 128) break;
      if (at - start > 4) throw new ProtocolViolation(Reason.malformedPacket, 'a length of more than four bytes');
      factor *= 128;
    }
    const size = at - start + length;
    if (size > this.limit) {
      throw new ProtocolViolation(Reason.packetTooLarge, `a packet of ${size} bytes, of at most ${this.limit}`);
    }
    if (start + size > bytes.length) return this.#wait(start, size);
    this.start = start;
    this.body = at;
    this.end = start + size;
    return true;
  }

  /** Keeps what is there of a packet that takes `wanted` bytes at least. */
  #wait(start: number, wanted: number): false {
    const rest = this.bytes.subarray(start);
    this.#pieces = [rest];
    this.#held = rest.length;
    this.#wanted = wanted;
    this.bytes = NOTHING;
    this.end = 0;
    return false;
  }
}

/** The bytes of the largest packet that MQTT knows. */
export const LARGEST_PACKET = 1 + variableIntegerSize(MAX_VARIABLE_INTEGER) + MAX_VARIABLE_INTEGER;
