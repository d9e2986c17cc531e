// Delays publishers while a client reads more slowly than they publish. It does so for a limited time, and not again
// before the client has read everything.

import type { Waiting } from './waiting';

/** The number of waiting publications at which publishers are delayed, until half of them are left. */
const MANY = 1000;
const MANY_BYTES = 4 * 1024 * 1024;

export class Crowding {
  readonly #waiting: Waiting;
  /** ms; undefined while publishers are not delayed */
  #since: number | undefined;
  /** It has delayed publishers for the longest allowed time. */
  #slow = false;
  #publishers: (() => void)[] | undefined;

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  /** One more publication waits. True when publishers must wait from `now` on, in ms. */
  grown(now: number): boolean {
    if (this.#slow || (this.#waiting.count < MANY && this.#waiting.bytes < MANY_BYTES)) return false;
    this.#since ??= now;
    return true;
  }

  /** Fewer publications wait. */
  shrunk(): void {
    const { count, bytes } = this.#waiting;
    if (count === 0) this.#slow = false;
    if (this.#since !== undefined && count <= MANY / 2 && bytes <= MANY_BYTES / 2) this.letGo();
  }

  /** Calls `go` when publishers may continue. */
  whenRoom(go: () => void): void {
    if (this.#since === undefined) go();
    else {
      this.#publishers ??= [];
      this.#publishers.push(go);
    }
  }

  /** Lets publishers continue after they have waited for `patience` ms, because the client is too slow for them. */
  endPatience(now: number, patience: number): void {
    if (this.#since === undefined || now - this.#since < patience) return;
    this.#slow = true;
    this.letGo();
  }

  /** The client has connected again. */
  reset(): void {
    this.#slow = false;
  }

  letGo(): void {
    this.#since = undefined;
    const publishers = this.#publishers ?? [];
    this.#publishers = undefined;
    for (const go of publishers) go();
  }
}
