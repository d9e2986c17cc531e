// The reasons for which reading from a client pauses, so that its packets do not pile up in memory.

import { TokenBucket } from '../../core/queues/token-bucket';
import type { ClientStream } from './client-stream';

/** What must happen before reading continues. */
export type HoldReason = 'connect' | 'room' | 'written' | 'rate' | 'read';

export class ReadingHold {
  readonly #stream: ClientStream;
  readonly #goOn: () => void;
  readonly #reasons = new Set<HoldReason>();
  #bucket: TokenBucket | undefined;
  #ended = false;

  /** `goOn` is called when no reason is left. */
  constructor(stream: ClientStream, goOn: () => void) {
    this.#stream = stream;
    this.#goOn = goOn;
  }

  get active(): boolean {
    return this.#reasons.size > 0;
  }

  /** Holds until the returned function is called. */
  until(reason: HoldReason): () => void {
    if (!this.#ended) {
      if (this.#reasons.size === 0) this.#stream.pause();
      this.#reasons.add(reason);
    }
    return () => this.release(reason);
  }

  release(reason: HoldReason): void {
    if (!this.#reasons.delete(reason) || this.#reasons.size > 0 || this.#ended) return;
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
    this.#reasons.clear();
    this.#stream.resume();
  }
}
