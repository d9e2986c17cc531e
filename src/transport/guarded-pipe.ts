// Hands the bytes of a stream to mqtt.js so that nothing it throws over them ends the process: it has no catch of its own.

import type { Duplex, Writable } from 'node:stream';
import { PacketCutter } from './packet-cutter';

/**
 * Makes `stream.pipe()` tell `failed` what its reader throws, and give it no more bytes then. mqtt.js handles the first
 * packet of a piece before its write() returns, and further ones later, where nobody could catch; so each packet that it
 * handles itself is a piece of its own.
 */
export function guardPipe(stream: Duplex, failed: (error: unknown) => void): void {
  stream.pipe = (reader) => {
    const feed = new Feed(stream, reader as unknown as Writable, failed);
    stream.on('data', (bytes: Buffer) => feed.take(bytes));
    return reader;
  };
}

class Feed {
  readonly #stream: Duplex;
  readonly #reader: Writable;
  readonly #failed: (error: unknown) => void;
  readonly #cutter = new PacketCutter();
  #pieces: Buffer[] = [];
  #busy = false;

  constructor(stream: Duplex, reader: Writable, failed: (error: unknown) => void) {
    this.#stream = stream;
    this.#reader = reader;
    this.#failed = failed;
  }

  take(bytes: Buffer): void {
    this.#pieces.push(...this.#cutter.cut(bytes));
    this.#next();
    if (this.#pieces.length > 0) this.#stream.pause();
  }

  readonly #handled = (): void => {
    this.#busy = false;
    this.#next();
    if (this.#pieces.length === 0) this.#stream.resume();
  };

  /** One at a time: a piece that waited in the reader would be handled where nobody catches. */
  #next(): void {
    const piece = this.#busy ? undefined : this.#pieces.shift();
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
