// When and how a subscriber acknowledges what it was given at QoS 1 and 2.

export interface AcknowledgementSettings {
  readonly acknowledge: 'receipt' | 'completion' | 'manual';
  /** Messages at QoS 1 and 2 that the flow may have at a time */
  readonly maxInFlight: number;
  /** s that a message may take; 0 for any time */
  readonly acknowledgeTimeout: number;
  /** What becomes of a message that failed or took too long. */
  readonly onError: 'keep' | 'refuse';
}
