// The bytes that all clients or sessions have together, for one purpose, against a limit.

export class BytePool {
  readonly #limit: number;
  #bytes = 0;

  /** `limit` in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there are more than the limit allows. */
  get overfull(): boolean {
    return this.#bytes > this.#limit;
  }

  /** Adds `bytes`, or takes them away where they are negative. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }
}
