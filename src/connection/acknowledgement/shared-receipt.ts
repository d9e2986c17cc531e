// One acknowledgement for all subscribers of a publication. It is sent when none of them holds it any longer.

import type { Acknowledgement } from '../../core/publications/acknowledgement';
import type { Receipt } from '../../transport/transport';

/** Releases a hold. Only the first call counts. */
export type ReleaseReceipt = (settlement: Acknowledgement) => void;

const ACKNOWLEDGED: Acknowledgement = { kind: 'acknowledged' };

export class SharedReceipt {
  /** Whether a replay, and no server, waits for the acknowledgement: it takes no place in the server's window. */
  readonly local: boolean;
  readonly #receipt: Receipt;
  /** One hold is the delivery itself, so that a holder that releases at once does not settle for the others. */
  #holds = 1;
  #over = false;
  #worst: Acknowledgement = ACKNOWLEDGED;

  constructor(receipt: Receipt, local = false) {
    this.#receipt = receipt;
    this.local = local;
  }

  /** Delays the acknowledgement until the returned function is called. */
  hold(): ReleaseReceipt {
    this.#holds++;
    let held = true;
    return (settlement) => {
      if (!held) return;
      held = false;
      this.#release(settlement);
    };
  }

  /** All subscribers have got the publication. */
  delivered(): void {
    this.#release(ACKNOWLEDGED);
  }

  #release(settlement: Acknowledgement): void {
    if (severity(settlement) > severity(this.#worst)) this.#worst = settlement;
    // It may have been let go before the last delivery, when the server would send nothing more without that.
    if (--this.#holds > 0 || this.#over) return;
    this.#over = true;
    const worst = this.#worst;
    if (worst.kind === 'abandoned') this.#receipt.abandon();
    else this.#receipt.acknowledge(worst.kind === 'refused' ? worst.reasonCode : 0);
  }
}

/** If one subscriber wants the publication again, it is sent again. The others then get it twice, but none loses it. */
function severity({ kind }: Acknowledgement): number {
  return kind === 'acknowledged' ? 0 : kind === 'refused' ? 1 : 2;
}
