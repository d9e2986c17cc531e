// Feeds mqtt.js from a stream so that nothing it throws ends the process: it has no catch of its own.

import type { Duplex, Writable } from 'node:stream';
import { type Admits, PacketCutter, PIECE } from './packet-cutter';

/** How a viewer saves processor time. */
export interface Thrift {
  /** Publications that are not admitted are not read. */
  readonly admits: Admits;
  /** ms between two reads. Servers send each message separately, and waking up for each costs more than reading it. */
  readonly rest: number;
}

/** Called when a pipe ends. The reader gets no more bytes then. */
interface PipeEnd {
  /** The reader has thrown. */
  failed(error: unknown): void;
  /** A packet has begun to arrive that exceeds the limit. */
  tooLarge(bytes: number): void;
}

/**
 * Makes `stream.pipe()` report failures to `end`. mqtt.js handles the first packet of a piece before its write()
 * returns, and further ones later, where nothing catches. So each packet that it handles itself becomes a piece of its
 * own. It would also collect a whole packet before it checks the size; `limit` is the largest allowed packet, in bytes.
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
  /** Whether the reader gets nothing for now. The server then has to wait as well. */
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
  /** Bytes handed on in this turn of the event loop. */
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
    // Deferred, since this may be called while a packet is handled.
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
    // Let the flows run: with all messages of 64 KiB alive at once, garbage collection takes most of the time.
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

  /** Reads what has arrived already first, which takes the rest of this turn of the event loop. */
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

  /** One piece at a time: mqtt.js would handle a queued piece where nothing catches. */
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
