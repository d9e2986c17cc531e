// Has publishers wait for a client that reads, but not as fast as they publish: for a while, and not again before it has
// read all.

import type { Waiting } from './waiting';

/** From so many on, publishers wait; until half of them are left. */
const MANY = 1000;
const MANY_BYTES = 4 * 1024 * 1024;

export class Crowding {
  readonly #waiting: Waiting;
  /** ms; undefined while nobody has to wait */
  #since: number | undefined;
  /** It has held up others for as long as it may. */
  #slow = false;
  #publishers: (() => void)[] = [];

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  /** One more waits; whether publishers are to wait from `now` on, in ms. */
  grown(now: number): boolean {
    if (this.#slow || (this.#waiting.count < MANY && this.#waiting.bytes < MANY_BYTES)) return false;
    this.#since ??= now;
    return true;
  }

  /** Less waits. */
  shrunk(): void {
    const { count, bytes } = this.#waiting;
    if (count === 0) this.#slow = false;
    if (this.#since !== undefined && count <= MANY / 2 && bytes <= MANY_BYTES / 2) this.letGo();
  }

  /** Calls `go` when publishers need not wait any more. */
  whenRoom(go: () => void): void {
    if (this.#since === undefined) go();
    else this.#publishers.push(go);
  }

  /** Lets publishers go on that have waited for `patience` ms: the client is too slow for them. */
  endPatience(now: number, patience: number): void {
    if (this.#since === undefined || now - this.#since < patience) return;
    this.#slow = true;
    this.letGo();
  }

  /** The client has connected anew. */
  reset(): void {
    this.#slow = false;
  }

  letGo(): void {
    this.#since = undefined;
    for (const go of this.#publishers.splice(0)) go();
  }
}
