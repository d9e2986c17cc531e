// Deliveries that a subscribe node has sent to nodes which a deploy stopped before they had them. The next instance of the
// subscribe node delivers them again.

import type { Delivery } from '../../connection/acknowledgement/delivery-window';
import type { ReleaseReceipt } from '../../connection/acknowledgement/shared-receipt';
import type { Connection } from '../../connection/connection';
import type { Acknowledgement } from '../../core/publications/acknowledgement';
import { Handover } from '../deploy/handover';

/** A delivery that is to be acknowledged. */
export interface HandedDelivery {
  readonly delivery: Delivery;
  readonly release: ReleaseReceipt;
}

type Taker = (handed: readonly HandedDelivery[]) => void;

export class LeftDeliveries {
  readonly connection: Connection;
  readonly #left: HandedDelivery[] = [];
  #taker: Taker | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The earlier instance may find out after the next one has started. */
  add(handed: readonly HandedDelivery[]): void {
    if (this.#taker) this.#taker(handed);
    else this.#left.push(...handed);
  }

  /** Gives `taker` what is left, and what will be. */
  takeAll(taker: Taker): void {
    this.#taker = taker;
    taker(this.#left.splice(0));
  }

  /** Nobody delivers them again: the server does when its session continues on another connection. */
  readonly abandon = (): void => this.settleAll({ kind: 'abandoned' });

  /** Settles all in the same way. */
  settleAll(settlement: Acknowledgement): void {
    this.takeAll((handed) => {
      for (const { release } of handed) release(settlement);
    });
  }
}

/** Those left in this process, by node. */
export const leftDeliveries = new Handover<LeftDeliveries>();
