// Two streams in memory: what is written to one is read from the other. Unlike `stream.duplexPair()` of Node.js, small
// writes of one turn of the event loop arrive as one piece, as over TCP.

import type { Buffer } from 'node:buffer';
import { Duplex } from 'node:stream';
import { joinSmall } from '../../broker/wire/join-small';

type Done = (error?: Error | null) => void;

/** When one of the two is destroyed, so is the other: its connection is lost. */
export function streamPair(): [Duplex, Duplex] {
  const one = new Half();
  const two = new Half();
  one.join(two);
  two.join(one);
  return [one, two];
}

class Half extends Duplex {
  #other: Half | undefined;
  /** Called when the last piece has been read: the other side may write on. */
  #taken: Done | undefined;

  join(other: Half): void {
    this.#other = other;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#give([piece], done);
  }

  override _writev(pieces: { chunk: Buffer }[], done: Done): void {
    this.#give(joinSmall(pieces.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    const other = this.#other;
    if (!other || other.destroyed) return done();
    other.once('end', () => done());
    other.push(null);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#taken = undefined;
    const other = this.#other;
    if (other) process.nextTick(() => other.destroy());
    done(error);
  }

  #give(pieces: readonly Buffer[], done: Done): void {
    const other = this.#other;
    const all = pieces.filter(({ length }) => length > 0);
    if (!other || other.destroyed || all.length === 0) {
      // Never in the same turn, so that a writer cannot starve the event loop.
      process.nextTick(done);
      return;
    }
    other.#taken = done;
    for (const piece of all) other.push(piece);
  }
}
