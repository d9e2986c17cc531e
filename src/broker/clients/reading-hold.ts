// Why nothing is read from a client for a while: more would only pile up.

import { TokenBucket } from '../../core/queues/token-bucket';
import type { ClientStream } from './client-stream';

/** What has to happen before reading goes on. */
export type HoldReason = 'connect' | 'room' | 'written' | 'rate' | 'read';

export class ReadingHold {
  readonly #stream: ClientStream;
  readonly #goOn: () => void;
  readonly #reasons = new Set<HoldReason>();
  #bucket: TokenBucket | undefined;
  #ended = false;

  /** `goOn` is called when the last reason has gone. */
  constructor(stream: ClientStream, goOn: () => void) {
    this.#stream = stream;
    this.#goOn = goOn;
  }

  get active(): boolean {
    return this.#reasons.size > 0;
  }

  /** Holds until the function returned is called. */
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

  /** ms until the next publication may come, of so many per second; 0 for no limit. */
  rateDelay(perSecond: number, now: number): number {
    if (perSecond === 0) return 0;
    this.#bucket ??= new TokenBucket(perSecond, perSecond);
    this.#bucket.take();
    return this.#bucket.delay(now);
  }

  /** The connection is over: what still comes is read, and thrown away. */
  end(): void {
    this.#ended = true;
    this.#reasons.clear();
    this.#stream.resume();
  }
}
