// The packet identifiers of one client (MQTT 5, section 2.2.1). Each is in use at most once at a time.

/** Identifiers of publications. An exchange may span several connections of a session. */
export const OUTBOUND_IDENTIFIERS = { first: 1, last: 0x7fff } as const;
/** Identifiers of packets that belong to one connection: SUBSCRIBE, UNSUBSCRIBE, birth and close messages. */
export const CONNECTION_IDENTIFIERS = { first: 0x8000, last: 0xffff } as const;

export class PacketIdentifiers {
  readonly #first: number;
  readonly #used: Uint8Array;
  #free: number;
  /**
   * Offset of the identifier to try next. One that has been free for long is the least likely to be confused with an
   * old one.
   */
  #next: number;

  /** Allocates identifiers in turn. `start`, a number in [0, 1), says where to begin. */
  constructor({ first, last }: { readonly first: number; readonly last: number }, start: number) {
    this.#first = first;
    this.#used = new Uint8Array(last - first + 1);
    this.#free = this.#used.length;
    this.#next = Math.floor(start * this.#used.length);
  }

  /** Allocates a free identifier; undefined when all are in use. */
  allocate(): number | undefined {
    if (this.#free === 0) return undefined;
    while (this.#used[this.#next] === 1) this.#next = (this.#next + 1) % this.#used.length;
    const offset = this.#next;
    this.#used[offset] = 1;
    this.#free--;
    this.#next = (offset + 1) % this.#used.length;
    return this.#first + offset;
  }

  /** Marks an identifier as in use that was allocated elsewhere. False when it is in use already or out of range. */
  use(identifier: number): boolean {
    const offset = identifier - this.#first;
    if (this.#used[offset] !== 0) return false;
    this.#used[offset] = 1;
    this.#free--;
    return true;
  }

  free(identifier: number): void {
    const offset = identifier - this.#first;
    if (this.#used[offset] !== 1) return;
    this.#used[offset] = 0;
    this.#free++;
  }

  /** The identifiers in use, in ascending order. */
  get inUse(): number[] {
    const identifiers: number[] = [];
    for (let offset = this.#used.indexOf(1); offset !== -1; offset = this.#used.indexOf(1, offset + 1)) {
      identifiers.push(this.#first + offset);
    }
    return identifiers;
  }

  /** Frees all identifiers. */
  clear(): void {
    this.#used.fill(0);
    this.#free = this.#used.length;
  }
}
