// Hands the bytes of a stream to mqtt.js so that nothing it throws over them ends the process: it has no catch of its own.

import type { Duplex, Writable } from 'node:stream';
import { PacketCutter } from './packet-cutter';

/**
 * Makes `stream.pipe()` tell `failed` what its reader throws, and give it no more bytes then. mqtt.js handles the first
 * packet of a piece before its write() returns, and further ones later, where nobody could catch; so each packet that it
 * handles itself is a piece of its own.
 */
export function guardPipe(stream: Duplex, failed: (error: unknown) => void): GuardedPipe {
  let feed: Feed | undefined;
  stream.pipe = (reader) => {
    const made = new Feed(stream, reader as unknown as Writable, failed);
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
  readonly #failed: (error: unknown) => void;
  readonly #cutter = new PacketCutter();
  #pieces: Buffer[] = [];
  #busy = false;
  #held = false;

  constructor(stream: Duplex, reader: Writable, failed: (error: unknown) => void) {
    this.#stream = stream;
    this.#reader = reader;
    this.#failed = failed;
  }

  hold(held: boolean): void {
    this.#held = held;
    // Not from within a packet: this may be called while one is handled.
    if (!held) setImmediate(this.#handOn);
  }

  take(bytes: Buffer): void {
    this.#pieces.push(...this.#cutter.cut(bytes));
    this.#next();
    if (this.#pieces.length > 0 || this.#held) this.#stream.pause();
  }

  readonly #handled = (): void => {
    this.#busy = false;
    this.#handOn();
  };

  readonly #handOn = (): void => {
    this.#next();
    if (this.#pieces.length === 0 && !this.#held) this.#stream.resume();
  };

  /** One at a time: a piece that waited in the reader would be handled where nobody catches. */
  #next(): void {
    const piece = this.#busy || this.#held ? undefined : this.#pieces.shift();
    if (!piece) return;
    this.#busy = true;
    try {
      this.#reader.write(piece, this.#handled);
    } catch (error) {
      this.#pieces = [];
      this.#failed(error);
    }
  }
}
