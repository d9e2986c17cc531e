// The counters of an outbox, as the editor and others see them.

export interface OutboxFigures {
  /** Publications not settled yet, those in flight included. */
  readonly depth: number;
  /** bytes of their topics, payloads and properties */
  readonly bytes: number;
  /** ms since the oldest of them was accepted; 0 when there is none */
  readonly oldestAge: number;
  /** Sent and not answered yet. */
  readonly inFlight: number;
  // Totals since the connection was made:
  readonly accepted: number;
  readonly acknowledged: number;
  /** By the server, for its limits, or because they ended connections. */
  readonly refused: number;
  readonly expired: number;
  /** Removed to make room for newer ones. */
  readonly dropped: number;
  /** At QoS 0, when the connection ended while they were sent. */
  readonly lost: number;
}
