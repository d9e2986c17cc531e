// The order of acknowledgements on one connection: the order of arrival (MQTT 5, section 4.6).

import { Fifo } from '../../core/queues/fifo';
import type { Receipt } from '../transport';

type State = 'waiting' | 'acknowledged' | 'abandoned';

/** A publication that waits for its acknowledgement. It may outlive its connection and get a place on the next one. */
export class OrderedReceipt implements Receipt {
  readonly identifier: number;
  /** Bytes of the publication while its receipt is held. */
  readonly bytes: number;
  #state: State = 'waiting';
  #reasonCode = 0;
  #order: AcknowledgementOrder | undefined;

  constructor(identifier: number, bytes: number) {
    this.identifier = identifier;
    this.bytes = bytes;
  }

  get state(): State {
    return this.#state;
  }

  get reasonCode(): number {
    return this.#reasonCode;
  }

  /** Appends it to the order of a connection. */
  join(order: AcknowledgementOrder): void {
    this.#order = order;
    order.add(this);
  }

  isOn(order: AcknowledgementOrder): boolean {
    return this.#order === order;
  }

  acknowledge(reasonCode = 0): void {
    this.#settle('acknowledged', reasonCode);
  }

  abandon(): void {
    this.#settle('abandoned', 0);
  }

  #settle(state: State, reasonCode: number): void {
    if (this.#state !== 'waiting') return;
    this.#state = state;
    this.#reasonCode = reasonCode;
    this.#order?.settled(this);
  }
}

/**
 * Sends an acknowledgement when it is due and all earlier ones are sent. Those that will never be due hold up nobody.
 */
export class AcknowledgementOrder {
  readonly #receipts = new Fifo<OrderedReceipt>();
  readonly #send: (receipt: OrderedReceipt) => void;
  readonly #settled: (receipt: OrderedReceipt) => void;
  /** The oldest, once it has been taken from the queue. */
  #oldest: OrderedReceipt | undefined;

  /**
   * `settled` is called for each receipt when nobody holds it any longer, `send` for each that is acknowledged, in
   * turn.
   */
  constructor(settled: (receipt: OrderedReceipt) => void, send: (receipt: OrderedReceipt) => void) {
    this.#settled = settled;
    this.#send = send;
  }

  add(receipt: OrderedReceipt): void {
    if (this.#oldest) this.#receipts.push(receipt);
    else this.#oldest = receipt;
    if (receipt.state !== 'waiting') this.#advance();
  }

  settled(receipt: OrderedReceipt): void {
    this.#settled(receipt);
    if (receipt === this.#oldest) this.#advance();
  }

  #advance(): void {
    while (this.#oldest && this.#oldest.state !== 'waiting') {
      const receipt = this.#oldest;
      this.#oldest = this.#receipts.shift();
      if (receipt.state === 'acknowledged') this.#send(receipt);
    }
  }
}
