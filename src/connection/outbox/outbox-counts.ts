// The counters of an outbox.

import type { OutboxFigures } from '../../core/reports/outbox-figures';
import type { SendingEnd } from './outbox-sender';

/** How publications leave the outbox, as its figures call it. */
type Counted = 'acknowledged' | 'refused' | 'expired' | 'dropped' | 'lost';

const COUNTED: Readonly<Record<SendingEnd['kind'], Counted>> = {
  acknowledged: 'acknowledged',
  expired: 'expired',
  unconfirmed: 'lost',
  refused: 'refused',
  failed: 'refused',
  quarantined: 'refused',
};

export class OutboxCounts {
  readonly #ends: Record<Counted, number> = { acknowledged: 0, refused: 0, expired: 0, dropped: 0, lost: 0 };
  #depth = 0;
  #bytes = 0;
  #accepted = 0;

  /** Publications in the outbox. */
  get depth(): number {
    return this.#depth;
  }

  /** bytes of these */
  get bytes(): number {
    return this.#bytes;
  }

  enter(bytes: number, count = 1): void {
    this.#depth += count;
    this.#bytes += bytes;
  }

  leave(bytes: number, count = 1): void {
    this.#depth -= count;
    this.#bytes -= bytes;
  }

  accepted(): void {
    this.#accepted++;
  }

  /** The sending of a publication has ended. */
  ended(kind: SendingEnd['kind']): void {
    this.#ends[COUNTED[kind]]++;
  }

  /** A publication was dropped for lack of room, or on request. */
  dropped(): void {
    this.#ends.dropped++;
  }

  /** `oldestAt` and `now` are in ms since the epoch. */
  figures(inFlight: number, oldestAt: number | undefined, now: number): OutboxFigures {
    const oldestAge = oldestAt === undefined ? 0 : Math.max(0, now - oldestAt);
    return {
      depth: this.#depth,
      bytes: this.#bytes,
      oldestAge,
      inFlight,
      accepted: this.#accepted,
      ...this.#ends,
    };
  }
}
