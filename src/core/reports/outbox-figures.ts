// What an outbox counts, as others see it: the editor among them.

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
