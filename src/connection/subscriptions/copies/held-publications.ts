// Publications that wait for a moment until it is known for whom they are: in order, bounded, their receipts put off.

import type { IncomingPublication } from '../../../core/publications/publication';
import type { ReleaseReceipt, SharedReceipt } from '../../acknowledgement/shared-receipt';
import type { Interest } from '../server-subscription';

/** Hands a publication to its receivers, with the receipt as far as there is one. */
export type Give = (
  publication: IncomingPublication,
  receivers: readonly Interest[],
  receipt: SharedReceipt | undefined,
) => void;

export interface HeldPublication {
  readonly publication: IncomingPublication;
  /** For whom it is, if it is for them. */
  readonly receivers: readonly Interest[];
  readonly receipt: SharedReceipt | undefined;
}

/** Publications, and bytes of payload, at most. */
const MOST = 1000;
const MOST_BYTES = 8 * 1024 * 1024;

export class HeldPublications<H extends HeldPublication = HeldPublication> {
  #held: { readonly held: H; readonly release: ReleaseReceipt | undefined }[] = [];
  #bytes = 0;

  get full(): boolean {
    return this.#held.length >= MOST || this.#bytes >= MOST_BYTES;
  }

  get empty(): boolean {
    return this.#held.length === 0;
  }

  add(held: H): void {
    this.#held.push({ held, release: held.receipt?.hold() });
    this.#bytes += held.publication.payload.length;
  }

  /** Takes all out, oldest first: `settle` says what becomes of each, then its receipt no longer waits for it. */
  settle(settle: (held: H) => void): void {
    const all = this.#held;
    this.#held = [];
    this.#bytes = 0;
    for (const { held, release } of all) {
      settle(held);
      release?.({ kind: 'acknowledged' });
    }
  }
}
