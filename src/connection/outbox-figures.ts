// What an outbox counts, for those who look at it from outside.

export interface OutboxFigures {
  /** Publications not settled yet, those in flight included. */
  readonly depth: number;
  /** bytes of their topics, payloads and properties */
  readonly bytes: number;
  /** ms since the oldest of them was accepted; 0 when there is none */
  readonly oldestAge: number;
  /** On their way, without an answer. */
  readonly inFlight: number;
  // Totals since the connection was made:
  readonly accepted: number;
  readonly acknowledged: number;
  /** By the server, or for its limits, or because they were what ended connections. */
  readonly refused: number;
  readonly expired: number;
  /** They gave way to newer ones. */
  readonly dropped: number;
  /** Of QoS 0, when the connection broke under them. */
  readonly lost: number;
}

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

  /** `oldestAt` and `now` are in ms since the epoch. */
  figures(inFlight: number, oldestAt: number | undefined, now: number): OutboxFigures {
    const { depth, bytes, accepted, acknowledged, refused, expired, dropped, lost } = this;
    const oldestAge = oldestAt === undefined ? 0 : Math.max(0, now - oldestAt);
    return { depth, bytes, oldestAge, inFlight, accepted, acknowledged, refused, expired, dropped, lost };
  }
}
