// The publications at QoS 1 and 2 that a client has not answered for, by packet identifier, in the order of sending.

import type { Delivery } from './delivery';

const LAST_IDENTIFIER = 65_535;

export class InFlight {
  readonly #deliveries = new Map<number, Delivery>();
  /** How many places of the receive maximum are taken on the connection of now. */
  #taken = 0;
  #last = 0;

  get count(): number {
    return this.#deliveries.size;
  }

  /** Whether one more may be sent to a client that takes `maximum` at a time. */
  hasPlace(maximum: number): boolean {
    return this.#taken < maximum && this.#deliveries.size < LAST_IDENTIFIER;
  }

  get(packetIdentifier: number): Delivery | undefined {
    return this.#deliveries.get(packetIdentifier);
  }

  all(): IterableIterator<Delivery> {
    return this.#deliveries.values();
  }

  has(delivery: Delivery): boolean {
    return this.#deliveries.get(delivery.packetIdentifier) === delivery;
  }

  /** Gives `delivery` an identifier that is free. */
  add(delivery: Delivery): void {
    do this.#last = (this.#last % LAST_IDENTIFIER) + 1;
    while (this.#deliveries.has(this.#last));
    delivery.packetIdentifier = this.#last;
    this.#deliveries.set(this.#last, delivery);
    this.take(delivery);
  }

  /** Takes back one that has an identifier. */
  restore(delivery: Delivery): void {
    this.#deliveries.set(delivery.packetIdentifier, delivery);
  }

  /** `delivery` is sent over the connection of now. */
  take(delivery: Delivery): void {
    delivery.counted = true;
    this.#taken++;
  }

  finish(delivery: Delivery): void {
    this.#deliveries.delete(delivery.packetIdentifier);
    if (delivery.counted) this.#taken--;
  }

  /** A new connection: nothing has been sent over it yet. */
  reconnected(): void {
    this.#taken = 0;
    for (const delivery of this.#deliveries.values()) delivery.counted = false;
  }

  clear(): void {
    this.#deliveries.clear();
  }
}
