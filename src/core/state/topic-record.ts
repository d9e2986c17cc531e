// What the state knows of one topic. A message changes it in place: there may be a million.

import type { Rhythm } from './rhythm';

/** A last value as it was received: the topic is beside it. */
export interface TopicValue {
  readonly payload: unknown;
  readonly retain: boolean;
  /** The other properties of the message. */
  readonly [property: string]: unknown;
}

/** All times are in ms of the clock that the caller hands in; it never goes back. */
export class TopicRecord {
  readonly topic: string;
  value: TopicValue;
  /** When `value` was received. */
  at: number;
  /** The memory that it takes, in bytes, as far as that can be told. */
  bytes = 0;

  /** What was compared when the topic last showed a change, or was first known. */
  reference: unknown = undefined;
  referenceAt = 0;
  /** Whether `reference` says what the flow has seen: undefined is a value, too. */
  compared = false;
  /** What is compared of `value`, which waits for its turn to be sent. */
  waiting: unknown = undefined;
  isWaiting = false;
  /** Whether the queue of those that wait for their turn holds it. */
  isQueued = false;
  /** When a change of it was last sent; -Infinity for never. */
  sentAt = Number.NEGATIVE_INFINITY;

  /** When it last spoke: retained messages are no sign of life. */
  heardAt: number;
  /** Whether it has spoken since the process began, or `heardAt` is only known. */
  heard = false;
  /** Since when it has been known here: before, nobody has listened. */
  watchedSince: number;
  silent = false;
  /** The place of its rule of silence, or -1. */
  rule = -1;
  rhythm: Rhythm | undefined = undefined;
  /** When to look whether it has fallen silent; Infinity for never. */
  lookAt = Number.POSITIVE_INFINITY;

  /** The neighbours in the order of use. */
  older: TopicRecord | undefined = undefined;
  newer: TopicRecord | undefined = undefined;
  usedAt: number;
  /** It has left. Queues may still hold it. */
  gone = false;

  constructor(topic: string, value: TopicValue, now: number) {
    this.topic = topic;
    this.value = value;
    this.at = now;
    this.heardAt = now;
    this.usedAt = now;
    this.watchedSince = now;
  }
}
