// Hands the bytes of a stream to mqtt.js so that nothing it throws over them ends the process: it has no catch of its own.

import type { Duplex, Writable } from 'node:stream';
import { type Admits, PacketCutter, PIECE } from './packet-cutter';

/** How somebody who looks on spares the processor. */
export interface Thrift {
  /** What is not admitted is not read. */
  readonly admits: Admits;
  /** ms between two reads. Servers send each message by itself: taking them in one by one is dearer than what is in them. */
  readonly rest: number;
}

/** Hears of what ends a pipe: after that, the reader gets no more bytes. */
export interface PipeEnd {
  /** The reader has thrown. */
  failed(error: unknown): void;
  /** A packet has begun to come that is larger than it may be. */
  tooLarge(bytes: number): void;
}

/**
 * Makes `stream.pipe()` tell `end` what goes wrong. mqtt.js handles the first packet of a piece before its write() returns,
 * and further ones later, where nobody could catch; so each packet that it handles itself is a piece of its own. It would
 * also collect a packet to its last byte before it looks at the size: `limit` is the largest that may come, in bytes.
 * With `thrift`, it gets less, and less often.
 */
export function guardPipe(stream: Duplex, end: PipeEnd, limit?: number, thrift?: Thrift): GuardedPipe {
  let feed: Feed | undefined;
  stream.pipe = (reader) => {
    const made = new Feed(stream, reader as unknown as Writable, end, limit, thrift);
    feed = made;
    stream.on('data', (bytes: Buffer) => made.take(bytes));
    return reader;
  };
  return { hold: (held) => feed?.hold(held) };
}

export interface GuardedPipe {
  /** Whether the reader is to get nothing for the time being: the other side then has to wait as well. */
  hold(held: boolean): void;
}

class Feed {
  readonly #stream: Duplex;
  readonly #reader: Writable;
  readonly #end: PipeEnd;
  readonly #cutter: PacketCutter;
  /** ms */
  readonly #rest: number;
  #tired = false;
  #asleep = false;
  #pieces: Buffer[] = [];
  /** bytes that have been handed on in this turn of the event loop */
  #turn = 0;
  #busy = false;
  #held = false;
  #over = false;

  constructor(stream: Duplex, reader: Writable, end: PipeEnd, limit?: number, thrift?: Thrift) {
    this.#stream = stream;
    this.#reader = reader;
    this.#end = end;
    this.#cutter = new PacketCutter(limit, thrift?.admits);
    this.#rest = thrift?.rest ?? 0;
  }

  hold(held: boolean): void {
    this.#held = held;
    // Not from within a packet: this may be called while one is handled.
    if (!held) setImmediate(this.#handOn);
  }

  take(bytes: Buffer): void {
    if (this.#over) return;
    this.#pieces.push(...this.#cutter.cut(bytes));
    const { tooLarge } = this.#cutter;
    if (tooLarge !== undefined) {
      this.#stop();
      return this.#end.tooLarge(tooLarge);
    }
    this.#next();
    if (this.#pieces.length > 0 || this.#held) this.#stream.pause();
    if (this.#rest > 0 && !this.#tired) this.#takeRest();
  }

  readonly #handled = (): void => {
    this.#busy = false;
    // The flows get their turn: with all messages of 64 KiB on their way at once, memory is what most time goes into.
    if (this.#pieces.length > 0 && this.#turn >= PIECE) setImmediate(this.#nextTurn);
    else this.#handOn();
  };

  readonly #nextTurn = (): void => {
    this.#turn = 0;
    this.#handOn();
  };

  readonly #handOn = (): void => {
    this.#next();
    if (this.#pieces.length === 0 && !this.#held && !this.#asleep) this.#stream.resume();
  };

  /** First it reads what is there already, which the rest of this turn of the event loop does. */
  #takeRest(): void {
    this.#tired = true;
    setImmediate(() => {
      this.#asleep = true;
      this.#stream.pause();
      setTimeout(this.#wake, this.#rest);
    });
  }

  readonly #wake = (): void => {
    this.#tired = false;
    this.#asleep = false;
    this.#handOn();
  };

  /** One at a time: a piece that waited in the reader would be handled where nobody catches. */
  #next(): void {
    const piece = this.#busy || this.#held ? undefined : this.#pieces.shift();
    if (!piece) return;
    this.#busy = true;
    this.#turn += piece.length;
    try {
      this.#reader.write(piece, this.#handled);
    } catch (error) {
      this.#stop();
      this.#end.failed(error);
    }
  }

  #stop(): void {
    this.#over = true;
    this.#pieces = [];
  }
}
