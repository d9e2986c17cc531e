// The publications that wait for a client, limited by number and bytes. When there is no room, the oldest with QoS 0 is
// dropped first, then the oldest of all.

import { Fifo } from '../../core/queues/fifo';
import type { BytePool } from '../byte-pool';
import type { Copy } from '../publications/copy';
import type { TopicCheck } from '../subscriptions/subscription';
import type { Delivery } from './delivery';

export interface WaitingLimits {
  readonly count: number;
  /** approximate bytes in memory */
  readonly bytes: number;
}

/** bytes for each client while there is no room for all together: absent ones must not stop what waits a moment for the others */
const ALWAYS = 16 * 1024;

interface WaitingOptions {
  readonly limits: WaitingLimits;
  /** What waits for all clients. */
  readonly pool: BytePool;
  /** One was dropped for lack of room: a delivery, or one at QoS 0. */
  readonly dropped: (delivery?: Delivery) => void;
}

export class Waiting {
  /** At QoS 0. */
  readonly #plain = new Fifo<Copy>();
  /** At QoS 1 and 2. */
  readonly #deliveries = new Fifo<Delivery>();
  readonly #options: WaitingOptions;
  #bytes = 0;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#plain.length + this.#deliveries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get hasPlain(): boolean {
    return this.#plain.length > 0;
  }

  /** The oldest at QoS 1 and 2. */
  get firstDelivery(): Delivery | undefined {
    return this.#deliveries.first;
  }

  /** Whether `copy` may wait. One for which all others would have to go is dropped alone. */
  admits({ size }: Copy): boolean {
    const { limits, dropped } = this.#options;
    const admitted = size <= limits.bytes;
    if (!admitted) dropped();
    return admitted;
  }

  /** Adds the last at QoS 0, and makes room for it. */
  pushPlain(copy: Copy): void {
    this.#plain.push(copy);
    this.#makeRoom(copy);
  }

  /** Adds the last at QoS 1 and 2, and makes room for it. */
  pushDelivery(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#makeRoom(delivery.copy);
  }

  /** Adds one that has waited in the store. It has had its room. */
  restore(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#count(delivery.copy.size);
  }

  shiftPlain(): Copy | undefined {
    const copy = this.#plain.shift();
    if (copy) this.#count(-copy.size);
    return copy;
  }

  shiftDelivery(): Delivery | undefined {
    const delivery = this.#deliveries.shift();
    if (delivery) this.#count(-delivery.copy.size);
    return delivery;
  }

  /** Takes out what was published to topics that `permits` refuses; those that have to be forgotten in the store. */
  withdraw(permits: TopicCheck): Delivery[] {
    const isRefused = ({ publication }: Copy): boolean => !permits(publication.topic);
    for (const copy of this.#plain.takeWhere(isRefused)) this.#count(-copy.size);
    const deliveries = this.#deliveries.takeWhere(({ copy }) => isRefused(copy));
    for (const { copy } of deliveries) this.#count(-copy.size);
    return deliveries;
  }

  /** Drops everything. Returns the publications with QoS 1 and 2, oldest first. */
  clear(): Delivery[] {
    this.clearPlain();
    const deliveries = this.#deliveries.drain();
    for (const { copy } of deliveries) this.#count(-copy.size);
    return deliveries;
  }

  /** Drops the QoS 0 publications, because the connection has ended. */
  clearPlain(): void {
    while (this.shiftPlain());
  }

  #makeRoom({ size }: Copy): void {
    const { limits, pool } = this.#options;
    const most = Math.max(this.#bytes, ALWAYS);
    this.#count(size);
    while (pool.overfull && this.#bytes > most) this.#drop();
    while (this.count > limits.count || this.#bytes > limits.bytes) this.#drop();
  }

  #drop(): void {
    this.#options.dropped(this.shiftPlain() ? undefined : this.shiftDelivery());
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#options.pool.add(bytes);
  }
}
