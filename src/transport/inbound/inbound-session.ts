// Publications received at QoS 2 and not released. They belong to the session and outlive connections (MQTT 5, section
// 4.3.3).

import type { OrderedReceipt } from './acknowledgement-order';

export class InboundSession {
  /** By packet identifier, so at most 65,535. */
  readonly exchanges = new Map<number, OrderedReceipt>();
  #server: string | undefined;
  #clientId: string | undefined;

  /**
   * The server of this name has accepted a client with this identifier. Without a session, at another server or for
   * another client, earlier exchanges mean nothing.
   */
  resume(server: string, clientId: string, sessionPresent: boolean): void {
    if (!sessionPresent || this.#server !== server || this.#clientId !== clientId) this.exchanges.clear();
    this.#server = server;
    this.#clientId = clientId;
  }

  /** Ends the exchange of `receipt`, unless its identifier has been given to another one. */
  forget(receipt: OrderedReceipt): void {
    if (this.exchanges.get(receipt.identifier) === receipt) this.exchanges.delete(receipt.identifier);
  }
}
