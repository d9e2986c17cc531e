// Cuts the bytes of a stream into packets (MQTT 5, section 2.1). It never keeps more than the largest allowed packet.

import { Buffer } from 'node:buffer';
import type { BytePool } from '../byte-pool';
import { ProtocolViolation } from './protocol-violation';
import { Reason } from './reason';

const NOTHING = Buffer.alloc(0);
/** Never added to: the first piece comes in an array of its own. */
const NO_PIECES: Buffer[] = [];
/** This many pieces, each smaller than this many bytes, are joined. */
const MANY = 256;
const TINY = 512;

/** bytes of an incomplete packet that each client may always have: as much as of CONNECT */
const ALWAYS = 256 * 1024;

/** Counts the bytes of the incomplete packets of all clients. */
type Unfinished = Pick<BytePool, 'overfull' | 'add'>;

/** For packets that are complete. */
const UNCOUNTED: Unfinished = { overfull: false, add: () => {} };

/**
 * When advance() has returned true, the packet is `bytes` from `start` to `end`, and its variable header begins at
 * `body`. Nothing is copied unless a packet arrives in several pieces.
 */
export class PacketFramer {
  bytes: Buffer = NOTHING;
  start = 0;
  body = 0;
  end = 0;
  /** bytes of the largest allowed packet, with its header */
  limit: number;
  /** Pieces of an incomplete packet, beside `bytes`. */
  #pieces = NO_PIECES;
  #held = 0;
  /** the total bytes of the incomplete packet, once known */
  #wanted = 0;

  readonly #unfinished: Unfinished;

  constructor(limit: number, unfinished = UNCOUNTED) {
    this.limit = limit;
    this.#unfinished = unfinished;
  }

  /** Takes received bytes. Call advance() until it returns false before the next call. */
  push(piece: Buffer): void {
    if (this.#held === 0) {
      // Bytes of an earlier piece are left when reading was paused.
      this.bytes = this.end < this.bytes.length ? Buffer.concat([this.bytes.subarray(this.end), piece]) : piece;
      this.end = 0;
      return;
    }
    this.#pieces.push(piece);
    this.#count(piece.length);
    if (this.#held < this.#wanted) {
      // A client that sends single bytes must not cost one object for each of them.
      if (this.#pieces.length > MANY && this.#held < this.#pieces.length * TINY) {
        this.#pieces = [Buffer.concat(this.#pieces, this.#held)];
      }
      return;
    }
    this.bytes = Buffer.concat(this.#pieces, this.#held);
    this.#pieces = NO_PIECES;
    this.#count(-this.#held);
    this.#wanted = 0;
    this.end = 0;
  }

  /** Forgets an incomplete packet: no more will come. */
  clear(): void {
    this.#pieces = NO_PIECES;
    this.#count(-this.#held);
    this.bytes = NOTHING;
    this.end = 0;
  }

  /** Goes to the next packet. False when it is incomplete. Throws ProtocolViolation when it can never be complete. */
  advance(): boolean {
    if (this.#held > 0) {
      if (this.#held <= ALWAYS || !this.#unfinished.overfull) return false;
      throw new ProtocolViolation(Reason.quotaExceeded, 'too many large packets of clients are incomplete');
    }
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

  /** Keeps the part of an incomplete packet that needs at least `wanted` bytes. */
  #wait(start: number, wanted: number): false {
    const rest = this.bytes.subarray(start);
    this.#pieces = [rest];
    this.#count(rest.length);
    this.#wanted = wanted;
    this.bytes = NOTHING;
    this.end = 0;
    return false;
  }

  /** So many more bytes are held. */
  #count(bytes: number): void {
    this.#held += bytes;
    this.#unfinished.add(bytes);
  }
}
