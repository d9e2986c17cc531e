// The counters of an outbox.

import type { OutboxFigures } from '../../core/reports/outbox-figures';

export class OutboxCounts {
  depth = 0;
  bytes = 0;
  accepted = 0;
  acknowledged = 0;
  refused = 0;
  expired = 0;
  dropped = 0;
  lost = 0;

  enter(bytes: number, count = 1): void {
    this.depth += count;
    this.bytes += bytes;
  }

  leave(bytes: number, count = 1): void {
    this.depth -= count;
    this.bytes -= bytes;
  }

  /** `oldestAt` and `now` are in ms of `Clock.now()`. */
  figures(inFlight: number, oldestAt: number | undefined, now: number): OutboxFigures {
    const { depth, bytes, accepted, acknowledged, refused, expired, dropped, lost } = this;
    const oldestAge = oldestAt === undefined ? 0 : Math.max(0, now - oldestAt);
    return { depth, bytes, oldestAge, inFlight, accepted, acknowledged, refused, expired, dropped, lost };
  }
}
