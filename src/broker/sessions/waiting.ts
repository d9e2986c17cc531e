// The publications that wait for a client, limited by number and bytes. When there is no room, the oldest with QoS 0 is
// dropped first, then the oldest of all.

import { Fifo } from '../../core/queues/fifo';
import type { Copy } from '../publications/copy';
import type { TopicCheck } from '../subscriptions/subscription';
import type { Delivery } from './delivery';

export interface WaitingLimits {
  readonly count: number;
  /** approximate bytes in memory */
  readonly bytes: number;
}

export class Waiting {
  readonly #limits: WaitingLimits;
  /** At QoS 0. */
  readonly #plain = new Fifo<Copy>();
  /** At QoS 1 and 2. */
  readonly #deliveries = new Fifo<Delivery>();
  readonly #changed: (bytes: number) => void;
  #bytes = 0;

  /** `changed` is called with the difference of waiting bytes. */
  constructor(limits: WaitingLimits, changed: (bytes: number) => void) {
    this.#limits = limits;
    this.#changed = changed;
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

  get hasDeliveries(): boolean {
    return this.#deliveries.length > 0;
  }

  pushPlain(copy: Copy): void {
    this.#plain.push(copy);
    this.#count(copy.publication.size);
  }

  pushDelivery(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#count(delivery.copy.publication.size);
  }

  shiftPlain(): Copy | undefined {
    const copy = this.#plain.shift();
    if (copy) this.#count(-copy.publication.size);
    return copy;
  }

  shiftDelivery(): Delivery | undefined {
    const delivery = this.#deliveries.shift();
    if (delivery) this.#count(-delivery.copy.publication.size);
    return delivery;
  }

  /** Whether a limit is exceeded. Then call drop(). */
  get isFull(): boolean {
    return this.count > this.#limits.count || (this.#bytes > this.#limits.bytes && this.count > 0);
  }

  /** Drops the next candidate. Returns it if it must be deleted from the store, and undefined at QoS 0. */
  drop(): Delivery | undefined {
    if (this.shiftPlain()) return undefined;
    return this.shiftDelivery();
  }

  /** Takes out what was published to topics that `permits` refuses; those that have to be forgotten in the store. */
  withdraw(permits: TopicCheck): Delivery[] {
    const isRefused = ({ publication }: Copy): boolean => !permits(publication.topic);
    for (const copy of this.#plain.takeWhere(isRefused)) this.#count(-copy.publication.size);
    const deliveries = this.#deliveries.takeWhere(({ copy }) => isRefused(copy));
    for (const { copy } of deliveries) this.#count(-copy.publication.size);
    return deliveries;
  }

  /** Drops everything. Returns the publications with QoS 1 and 2, oldest first. */
  clear(): Delivery[] {
    this.clearPlain();
    const deliveries = this.#deliveries.drain();
    for (const { copy } of deliveries) this.#count(-copy.publication.size);
    return deliveries;
  }

  /** Drops the QoS 0 publications, because the connection has ended. */
  clearPlain(): void {
    while (this.shiftPlain());
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#changed(bytes);
  }
}
