// The unacknowledged QoS 1 and 2 publications to a client, by packet identifier, in the order of sending.

import { Fifo } from '../../core/queues/fifo';
import type { Delivery } from './delivery';

const LAST_IDENTIFIER = 65_535;

export class InFlight {
  /** Made when first needed: many clients only publish. */
  #deliveries: Map<number, Delivery> | undefined;
  /** The number of publications that count towards the receive maximum on the current connection. */
  #taken = 0;
  #last = 0;

  get count(): number {
    return this.#deliveries?.size ?? 0;
  }

  /** Whether one more may be sent to a client with the receive maximum `maximum`. */
  hasPlace(maximum: number): boolean {
    return this.#taken < maximum && this.count < LAST_IDENTIFIER;
  }

  get(packetIdentifier: number): Delivery | undefined {
    return this.#deliveries?.get(packetIdentifier);
  }

  all(): Iterable<Delivery> {
    return this.#deliveries?.values() ?? [];
  }

  has(delivery: Delivery): boolean {
    return this.#deliveries?.get(delivery.packetIdentifier) === delivery;
  }

  /** Gives `delivery` an unused identifier. */
  add(delivery: Delivery): void {
    this.#deliveries ??= new Map();
    do this.#last = (this.#last % LAST_IDENTIFIER) + 1;
    while (this.#deliveries.has(this.#last));
    delivery.packetIdentifier = this.#last;
    this.#deliveries.set(this.#last, delivery);
    this.take(delivery);
  }

  /** Restores a delivery that has an identifier. */
  restore(delivery: Delivery): void {
    this.#deliveries ??= new Map();
    this.#deliveries.set(delivery.packetIdentifier, delivery);
  }

  /** `delivery` is sent over the current connection. */
  take(delivery: Delivery): void {
    delivery.counted = true;
    this.#taken++;
  }

  finish(delivery: Delivery): void {
    this.#deliveries?.delete(delivery.packetIdentifier);
    if (delivery.counted) this.#taken--;
  }

  /** A new connection has begun. Returns what must be sent again over it, oldest first; undefined if that is nothing. */
  reconnected(): Fifo<Delivery> | undefined {
    this.#taken = 0;
    if (this.count === 0) return undefined;
    const again = new Fifo<Delivery>();
    for (const delivery of this.all()) {
      delivery.counted = false;
      again.push(delivery);
    }
    return again;
  }

  clear(): void {
    this.#deliveries?.clear();
  }
}
