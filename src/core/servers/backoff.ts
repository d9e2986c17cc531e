// The delay before the next connection attempt.

export interface BackoffLimits {
  /** ms */
  readonly minDelay: number;
  /** ms */
  readonly maxDelay: number;
}

/**
 * The delay in ms before attempt number `attempt` (1 for the first retry): exponential with full jitter above
 * `minDelay`, so that a thousand clients of one restarted server do not reconnect in the same second. `random` is a
 * number in [0, 1).
 */
export function backoffDelay(attempt: number, limits: BackoffLimits, random: number): number {
  const ceiling = Math.min(limits.maxDelay, limits.minDelay * 2 ** Math.min(attempt, 30));
  return Math.round(limits.minDelay + random * Math.max(0, ceiling - limits.minDelay));
}
