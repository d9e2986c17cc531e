// A stream of the broker over a slow link: what is written goes out when a test lets it, and is taken when all of it has.

import { Duplex } from 'node:stream';

type Done = () => void;

export class SlowLink extends Duplex {
  /** The end of the client. */
  readonly client: Duplex;
  /** bytes that have gone out */
  sent = 0;
  #waiting: { readonly chunk: Buffer; readonly done: Done; left: number } | undefined;
  /** bytes that go out at once */
  #free = 0;

  constructor() {
    super();
    this.client = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, done: Done) => {
        this.push(chunk);
        done();
      },
    });
    this.once('close', () => this.client.destroy());
    this.client.once('close', () => this.destroy());
  }

  /** Lets so many bytes go out: now, or when they are written. */
  move(bytes: number): void {
    this.#free += bytes;
    this.#go();
  }

  /** From now on nothing goes out but by move(). */
  stop(): void {
    this.#free = 0;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#waiting = { chunk, done, left: chunk.length };
    this.#go();
  }

  #go(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const part = Math.min(waiting.left, this.#free);
    this.sent += part;
    this.#free -= part;
    waiting.left -= part;
    if (waiting.left > 0) return;
    this.#waiting = undefined;
    this.client.push(waiting.chunk);
    waiting.done();
  }
}
