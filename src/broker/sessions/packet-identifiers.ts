// A set of packet identifiers. Most clients never use QoS 2, so an empty one is as small as possible.

export class PacketIdentifiers {
  #identifiers: Set<number> | undefined;

  get size(): number {
    return this.#identifiers?.size ?? 0;
  }

  has(packetIdentifier: number): boolean {
    return this.#identifiers?.has(packetIdentifier) ?? false;
  }

  add(packetIdentifier: number): void {
    this.#identifiers ??= new Set();
    this.#identifiers.add(packetIdentifier);
  }

  /** Whether it was there. */
  delete(packetIdentifier: number): boolean {
    return this.#identifiers?.delete(packetIdentifier) ?? false;
  }

  /** Takes all of them. */
  drain(): Iterable<number> {
    const identifiers = this.#identifiers ?? [];
    this.#identifiers = undefined;
    return identifiers;
  }
}
