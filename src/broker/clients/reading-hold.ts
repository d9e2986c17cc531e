// The reasons for which reading from a client pauses, so that its packets do not pile up in memory.

import { TokenBucket } from '../../core/queues/token-bucket';
import type { ClientStream } from './client-stream';

/** What must happen before reading continues. */
type HoldReason = 'connect' | 'room' | 'written' | 'rate' | 'read' | 'turn';

const BITS: Readonly<Record<HoldReason, number>> = { connect: 1, room: 2, written: 4, rate: 8, read: 16, turn: 32 };

export class ReadingHold {
  readonly #stream: ClientStream;
  readonly #goOn: () => void;
  /** The bits of all reasons that hold. */
  #held = 0;
  #bucket: TokenBucket | undefined;
  #ended = false;

  /** `goOn` is called when no reason is left. */
  constructor(stream: ClientStream, goOn: () => void) {
    this.#stream = stream;
    this.#goOn = goOn;
  }

  get active(): boolean {
    return this.#held !== 0;
  }

  /** Holds until the returned function is called. */
  until(reason: HoldReason): () => void {
    if (!this.#ended) {
      if (this.#held === 0) this.#stream.pause();
      this.#held |= BITS[reason];
    }
    return () => this.release(reason);
  }

  release(reason: HoldReason): void {
    if ((this.#held & BITS[reason]) === 0) return;
    this.#held &= ~BITS[reason];
    if (this.#held !== 0 || this.#ended) return;
    this.#goOn();
    if (!this.active) this.#stream.resume();
  }

  /** ms until the next publication may arrive, with a limit per second; 0: no limit. */
  rateDelay(perSecond: number, now: number): number {
    if (perSecond === 0) return 0;
    this.#bucket ??= new TokenBucket(perSecond, perSecond);
    this.#bucket.take();
    return this.#bucket.delay(now);
  }

  /** The connection has ended. Further bytes are read and discarded. */
  end(): void {
    this.#ended = true;
    this.#held = 0;
    this.#stream.resume();
  }
}
