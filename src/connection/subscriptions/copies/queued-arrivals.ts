// Tells whether the copies of a publication that are still missing may wait at the server. With MQTT, a server may have
// only so many publications at QoS 1 and 2 unacknowledged; those that wait are sent in order (MQTT 5, section 4.6).

import type { IncomingPublication } from '../../../core/publications/publication';
import type { CopyCounts } from './copy-rules';

/** Something was unacknowledged when the round trip began. */
export const NOT_FREE = -1;

/** What is known of the latest copy of a publication. */
export interface Queued {
  /** Whether further copies may be at QoS 1 or 2. */
  readonly mayWait: boolean;
  /** The number of arrivals at QoS 1 and 2 up to its latest copy. */
  last: number;
}

/** Counts the arrivals of one connection. */
export class QueuedArrivals {
  #count = 0;

  /** The number of arrivals at QoS 1 and 2 so far. */
  get total(): number {
    return this.#count;
  }

  /** The first copy of a publication, or a further one, has arrived. */
  count({ qos }: IncomingPublication): number {
    if (qos > 0) this.#count++;
    return this.#count;
  }

  /** A copy at QoS 0 of a publication at QoS 1 or 2 is for a subscription at QoS 0. */
  mayWait({ qos }: IncomingPublication, { mayBeQoS0 }: CopyCounts): boolean {
    return qos > 0 || mayBeQoS0;
  }

  /**
   * Whether all copies have arrived, after a round trip. `freeUpTo`: that many had arrived when it began, and none was
   * unacknowledged; a copy that came since may have filled the server's window, with others behind it. What comes later at
   * QoS 1 or 2 has waited behind them.
   */
  complete({ mayWait, last }: Queued, freeUpTo: number): boolean {
    return last <= freeUpTo || !mayWait || this.#count > last;
  }
}
