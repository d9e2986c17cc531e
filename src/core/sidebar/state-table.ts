// The topics that a topic state node knows, as its dialog shows them.

import type { ShownValue } from './shown-value';

export interface StateRow {
  readonly topic: string;
  /** The beginning of the value on one line. */
  readonly preview: string;
  /** ms since the value was received */
  readonly age: number;
  /** when it was received, in ms since the epoch */
  readonly at: number;
  readonly retain: boolean;
  readonly silent: boolean;
}

/** The value of one topic, as far as it can be shown. */
export interface StateValueShown extends StateRow {
  readonly value: ShownValue;
  readonly qos?: number;
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
  /** Those from the one that was asked for on. */
  readonly rows: readonly StateRow[];
  /** The value of the topic that was asked for, if it is known. */
  readonly selected?: StateValueShown;
}

/** The most rows of an answer: a few screens. */
export const MOST_ROWS = 200;
