// The unacknowledged QoS 1 and 2 publications to a client, by packet identifier, in the order of sending. They are limited
// by number and bytes, because a client may never acknowledge them.

import { Fifo } from '../../core/queues/fifo';
import type { BytePool } from '../byte-pool';
import type { Delivery } from './delivery';

const LAST_IDENTIFIER = 65_535;
/** bytes for each client while there is no room for all together: those that acknowledge nothing must not stop the others */
const ALWAYS = 256 * 1024;

export class InFlight {
  readonly #pool: BytePool;
  readonly #limit: number;
  /** Made when first needed: many clients only publish. */
  #deliveries: Map<number, Delivery> | undefined;
  /** Those of earlier connections that must be sent again, oldest first. */
  #again: Fifo<Delivery> | undefined;
  /** The number of publications that count towards the receive maximum on the current connection. */
  #taken = 0;
  #maximum = 0;
  #last = 0;
  #bytes = 0;

  /** `limit` in bytes; `pool` counts those of all clients. */
  constructor(limit: number, pool: BytePool) {
    this.#limit = limit;
    this.#pool = pool;
  }

  get count(): number {
    return this.#deliveries?.size ?? 0;
  }

  /** Whether one more may be sent over the current connection. */
  get hasPlace(): boolean {
    return this.#taken < this.#maximum && this.count < LAST_IDENTIFIER;
  }

  /** Whether a new one of `size` bytes may be sent as well. A single one may have any size. */
  hasRoom(size: number): boolean {
    if (!this.hasPlace) return false;
    if (this.count === 0) return true;
    return this.#bytes + size <= (this.#pool.overfull ? Math.min(ALWAYS, this.#limit) : this.#limit);
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
    this.#count(delivery.copy.size);
    this.#take(delivery);
  }

  /** Restores a delivery that has an identifier. */
  restore(delivery: Delivery): void {
    this.#deliveries ??= new Map();
    this.#deliveries.set(delivery.packetIdentifier, delivery);
    this.#count(delivery.copy.size);
  }

  /** The next that must be sent again over the current connection, or whose PUBREL must. Call repeated() then. */
  get again(): Delivery | undefined {
    let delivery = this.#again?.first;
    // A late answer of the client may have settled it.
    while (delivery && !this.has(delivery)) {
      this.#again?.shift();
      delivery = this.#again?.first;
    }
    return delivery;
  }

  repeated(delivery: Delivery): void {
    this.#again?.shift();
    if (!delivery.released) this.#take(delivery);
  }

  finish(delivery: Delivery): void {
    if (this.#deliveries?.delete(delivery.packetIdentifier)) this.#count(-delivery.copy.size);
    if (delivery.counted) this.#taken--;
  }

  /** A new connection has begun, over which `maximum` may be in flight (MQTT 5, section 3.1.2.11.3). */
  reconnected(maximum: number): void {
    this.#maximum = maximum;
    this.#taken = 0;
    this.#again = this.count === 0 ? undefined : new Fifo();
    for (const delivery of this.all()) {
      delivery.counted = false;
      this.#again?.push(delivery);
    }
  }

  clear(): void {
    this.#deliveries?.clear();
    this.#count(-this.#bytes);
  }

  /** `delivery` is sent over the current connection. */
  #take(delivery: Delivery): void {
    delivery.counted = true;
    this.#taken++;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#pool.add(bytes);
  }
}
