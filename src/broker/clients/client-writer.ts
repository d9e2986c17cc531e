// The output to a client. Writes of one turn of the event loop are combined. The stream gets them in small portions, so
// that a slow reader can be told from one that does not read at all.

import { Buffer } from 'node:buffer';
import { joinSmall } from '../wire/join-small';
import type { PublishFrame } from '../wire/publish-frame';
import type { ClientStream } from './client-stream';
import { ReadingPace } from './reading-pace';
import type { Traffic } from './traffic';

/** bytes of a portion for the stream */
const SLICE = 64 * 1024;
/** Slices of one turn of the event loop, as long as the stream takes each at once. */
const SLICES = 4;
/** bytes that may wait here. Above this, publications wait in the session. */
const HIGH_WATER = 256 * 1024;
/** Pieces of any size that may wait here as well. */
const MANY = 10_000;
/** bytes of memory that a piece takes beside what it holds */
const PIECE = 100;
/** The DUP bit in the first byte of PUBLISH (MQTT 5, section 3.3.1.1). */
const DUP = 8;

interface WriterOptions {
  readonly stream: ClientStream;
  /** bytes that the system has taken of what was written; undefined: only the stream can be asked */
  readonly sent: (() => number) | undefined;
  /** Has flush() called when all of this turn has been written. */
  readonly schedule: (writer: ClientWriter) => void;
  readonly traffic: Traffic;
  readonly now: () => number;
  /** Called when there is room for publications again after there was none. */
  readonly hasRoom: () => void;
}

export class ClientWriter {
  readonly #stream: ClientStream;
  readonly #sent: () => number;
  readonly #schedule: (writer: ClientWriter) => void;
  readonly #traffic: Traffic;
  readonly #now: () => number;
  readonly #hasRoom: () => void;
  /** As much has waited as may, and hasRoom() was not called since. */
  #full = false;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #scheduled = false;
  /** When the stream could not take more, in ms; undefined while it can. */
  #blockedSince: number | undefined;
  /** bytes that the stream was given */
  #given = 0;
  readonly #pace = new ReadingPace();

  constructor({ stream, sent, schedule, traffic, now, hasRoom }: WriterOptions) {
    this.#stream = stream;
    this.#sent = sent ?? (() => this.#given - stream.writableLength);
    this.#schedule = schedule;
    this.#traffic = traffic;
    this.#now = now;
    this.#hasRoom = hasRoom;
  }

  /** approximate bytes in memory of what the client has not read: an answer of four bytes takes many times as much */
  get waitingBytes(): number {
    const given = this.#blockedSince === undefined ? 0 : this.#stream.writableLength;
    return this.#bytes + this.#pieces.length * PIECE + given;
  }

  get writable(): boolean {
    return this.#bytes < HIGH_WATER;
  }

  /** Call at intervals: whether something waits for the client, and it has read nothing for `limit` ms or more. */
  isStuck(now: number, limit: number): boolean {
    const taken = this.#blockedSince === undefined ? 0 : this.#sent();
    return this.#pace.isStuck({ blockedSince: this.#blockedSince, taken }, now, limit);
  }

  write(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#isFull) this.#full = true;
    if (this.#blockedSince === undefined) this.#scheduleOnce();
  }

  /** Writes PUBLISH, with a packet identifier above QoS 0. */
  publish({ head, identifierAt, payload, borrowed }: PublishFrame, packetIdentifier: number, dup: boolean): void {
    if (identifierAt === 0) {
      // What waits for a slow reader must not keep whole pieces of other streams.
      this.write(borrowed && this.#blockedSince !== undefined ? Buffer.from(head) : head);
    } else {
      const own = Buffer.allocUnsafe(head.length);
      head.copy(own);
      own.writeUInt16BE(packetIdentifier, identifierAt);
      if (dup) own[0] = (own[0] as number) | DUP;
      this.write(own);
    }
    if (payload) this.write(payload);
  }

  /** Gives the stream as much as it accepts. */
  flush(): void {
    this.#scheduled = false;
    if (this.#blockedSince !== undefined || this.#bytes === 0) return;
    let takes = true;
    for (let left = SLICES; takes && left > 0 && this.#bytes > 0; left--) takes = this.#writeSlice();
    if (!takes) this.#blockedSince = this.#now();
    else if (this.#bytes > 0) this.#scheduleOnce();
    this.#tellRoom();
  }

  /** Whether the stream takes more. */
  #writeSlice(): boolean {
    const pieces = this.#takeSlice();
    if (pieces.length === 1) return this.#stream.write(pieces[0] as Buffer);
    let takes = true;
    this.#stream.cork();
    for (const piece of pieces) takes = this.#stream.write(piece);
    this.#stream.uncork();
    return takes;
  }

  /** The stream has emitted `drain`. */
  drained(): void {
    this.#blockedSince = undefined;
    this.flush();
  }

  /** Gives the stream everything at once, because it is about to be ended. */
  flushAll(): void {
    for (const piece of this.#pieces.splice(0)) this.#stream.write(piece);
    this.#gave(this.#bytes);
  }

  /** The stream is given so many of the bytes that wait. */
  #gave(bytes: number): void {
    this.#bytes -= bytes;
    this.#given += bytes;
    this.#traffic.bytesSent += bytes;
  }

  #scheduleOnce(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this);
  }

  /** As much waits as may. */
  get #isFull(): boolean {
    return !this.writable || this.#pieces.length >= MANY;
  }

  /** A stream that takes all at once never says `drain`. */
  #tellRoom(): void {
    if (!this.#full || this.#isFull) return;
    this.#full = false;
    this.#hasRoom();
  }

  /** The next portion, with small pieces combined. */
  #takeSlice(): Buffer[] {
    if (this.#bytes <= SLICE && this.#pieces.length === 1) {
      this.#gave(this.#bytes);
      return this.#pieces.splice(0);
    }
    const slice: Buffer[] = [];
    let taken = 0;
    let count = 0;
    for (const piece of this.#pieces) {
      if (taken >= SLICE) break;
      const part = piece.length > SLICE ? piece.subarray(0, SLICE) : piece;
      taken += part.length;
      slice.push(part);
      if (part.length < piece.length) {
        this.#pieces[count] = piece.subarray(SLICE);
        break;
      }
      count++;
    }
    this.#pieces = count === this.#pieces.length ? [] : this.#pieces.slice(count);
    this.#gave(taken);
    return joinSmall(slice);
  }
}
