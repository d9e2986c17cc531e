// One acknowledgement for all subscribers of a publication: it goes out when none of them holds it any longer.

import type { Receipt } from '../transport/transport';

/** What a holder has made of a publication. */
export type Settlement =
  | { readonly kind: 'acknowledged' }
  /** The server is told that it was not processed, and why: reason codes from 0x80 on (MQTT 5, section 3.4.2.1). */
  | { readonly kind: 'refused'; readonly reasonCode: number }
  /** Not acknowledged on this connection at all: the next one brings it again, if the session goes on. */
  | { readonly kind: 'abandoned' };

/** Gives up a hold; only the first call counts. */
export type ReleaseReceipt = (settlement: Settlement) => void;

const ACKNOWLEDGED: Settlement = { kind: 'acknowledged' };

export class SharedReceipt {
  readonly #receipt: Receipt;
  /** One is the delivery itself, so that a holder that releases at once does not settle it for the others. */
  #holds = 1;
  #worst: Settlement = ACKNOWLEDGED;

  constructor(receipt: Receipt) {
    this.#receipt = receipt;
  }

  /** Puts off the acknowledgement until the function returned is called. */
  hold(): ReleaseReceipt {
    this.#holds++;
    let held = true;
    return (settlement) => {
      if (!held) return;
      held = false;
      this.#release(settlement);
    };
  }

  /** All subscribers have been called. */
  delivered(): void {
    this.#release(ACKNOWLEDGED);
  }

  #release(settlement: Settlement): void {
    if (severity(settlement) > severity(this.#worst)) this.#worst = settlement;
    if (--this.#holds > 0) return;
    const worst = this.#worst;
    if (worst.kind === 'abandoned') this.#receipt.abandon();
    else this.#receipt.acknowledge(worst.kind === 'refused' ? worst.reasonCode : 0);
  }
}

/** Whoever wants the publication again gets it, although others get it twice then: none of them loses it. */
function severity({ kind }: Settlement): number {
  return kind === 'acknowledged' ? 0 : kind === 'refused' ? 1 : 2;
}
