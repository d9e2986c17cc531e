// Publications that wait briefly until their receivers are known: in order, bounded, with their receipts held.

import type { IncomingPublication } from '../../../core/publications/publication';
import type { ReleaseReceipt, SharedReceipt } from '../../acknowledgement/shared-receipt';
import type { Interest } from '../server-subscription';

/** Delivers a publication to its receivers, with its receipt if it has one. */
export type Give = (
  publication: IncomingPublication,
  receivers: readonly Interest[],
  receipt: SharedReceipt | undefined,
) => void;

export interface HeldPublication {
  readonly publication: IncomingPublication;
  /** The receivers, if it is for them. */
  readonly receivers: readonly Interest[];
  readonly receipt: SharedReceipt | undefined;
}

/** The most publications, and the most bytes of payload: less than what makes the transport stop to read. */
const MOST = 1000;
const MOST_BYTES = 4 * 1024 * 1024;

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

  /** Acknowledges those that `which` takes, and keeps them. */
  acknowledge(which: (held: H) => boolean): void {
    for (const { held, release } of this.#held) if (which(held)) release?.({ kind: 'acknowledged' });
  }

  /** Removes all, oldest first. `settle` handles each; then its receipt is released. */
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
