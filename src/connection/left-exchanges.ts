// Packet identifiers of exchanges that were left behind with a session. One of several servers may still have it, and would
// take the next publication of QoS 2 with such an identifier for the one that it has received (MQTT 5, section 4.3.3).

import type { PacketIdentifiers } from '../core/packet-identifiers';

/** How many are passed over at most; there are three times as many identifiers. */
const MOST = 10_000;

export class LeftExchanges {
  readonly #identifiers: PacketIdentifiers;
  /** From the one that was left first. */
  readonly #left = new Set<number>();

  constructor(identifiers: PacketIdentifiers) {
    this.#identifiers = identifiers;
  }

  /** All that are in use now are given to no other publication, until many more have been left behind. */
  leave(): void {
    for (const identifier of this.#identifiers.inUse) this.#left.add(identifier);
    for (const identifier of this.#left) {
      if (this.#left.size <= MOST) return;
      this.#left.delete(identifier);
      this.#identifiers.free(identifier);
    }
  }
}
