// The unacknowledged QoS 1 and 2 publications to a client, by packet identifier, in the order of sending.

import type { Delivery } from './delivery';

const LAST_IDENTIFIER = 65_535;

export class InFlight {
  readonly #deliveries = new Map<number, Delivery>();
  /** The number of publications that count towards the receive maximum on the current connection. */
  #taken = 0;
  #last = 0;

  get count(): number {
    return this.#deliveries.size;
  }

  /** Whether one more may be sent to a client with the receive maximum `maximum`. */
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

  /** Gives `delivery` an unused identifier. */
  add(delivery: Delivery): void {
    do this.#last = (this.#last % LAST_IDENTIFIER) + 1;
    while (this.#deliveries.has(this.#last));
    delivery.packetIdentifier = this.#last;
    this.#deliveries.set(this.#last, delivery);
    this.take(delivery);
  }

  /** Restores a delivery that has an identifier. */
  restore(delivery: Delivery): void {
    this.#deliveries.set(delivery.packetIdentifier, delivery);
  }

  /** `delivery` is sent over the current connection. */
  take(delivery: Delivery): void {
    delivery.counted = true;
    this.#taken++;
  }

  finish(delivery: Delivery): void {
    this.#deliveries.delete(delivery.packetIdentifier);
    if (delivery.counted) this.#taken--;
  }

  /** A new connection has begun, over which nothing was sent yet. */
  reconnected(): void {
    this.#taken = 0;
    for (const delivery of this.#deliveries.values()) delivery.counted = false;
  }

  clear(): void {
    this.#deliveries.clear();
  }
}
