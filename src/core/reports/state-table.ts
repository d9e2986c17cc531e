// The topics that a topic state node knows, as its dialog shows them.

export interface StateRow {
  readonly topic: string;
  /** The beginning of the value on one line. */
  readonly preview: string;
  /** ms since the value was received */
  readonly age: number;
  readonly retain: boolean;
  readonly silent: boolean;
}

export interface StateTable {
  readonly topics: number;
  readonly silent: number;
  /** Bytes of all values, as far as that can be told. */
  readonly bytes: number;
  /** Topics that have left because there were too many. */
  readonly crowdedOut: number;
  /** Topics that the search finds. */
  readonly found: number;
  /** The first of them. */
  readonly rows: readonly StateRow[];
}

/** The most rows of an answer. */
export const MOST_ROWS = 200;
