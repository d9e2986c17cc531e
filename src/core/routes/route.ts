// A route: a topic filter with an output, conditions, and what happens to the message.

import type { QoS } from '../publications/publication';
import type { TopicFilter } from '../topics/topic-filter';
import { asFlagOrBit, asWhole } from '../values/plain-value';
import type { Template } from '../values/template';

/** Conditions beside the topic. Undefined means that either value fits. */
export interface RouteTest {
  /** True for retained messages, false for live ones. */
  readonly retained: boolean | undefined;
  readonly qos: QoS | undefined;
  /** JSONata, or blank. */
  readonly expression: string;
}

export interface Route {
  readonly filter: TopicFilter;
  /** Counts from 0. Routes with a lower rank come first. */
  readonly rank: number;
  /** Counts from 0. */
  readonly output: number;
  /** The new topic; undefined leaves the topic as it is. */
  readonly topic: Template | undefined;
  /** Goes into `msg.route.data`; undefined for none. */
  readonly data: unknown;
  readonly test: RouteTest | undefined;
}

/** Whether the flags of `message` fit `test`. The expression is not evaluated. */
export function flagsFit({ retained, qos }: RouteTest, message: { readonly [name: string]: unknown }): boolean {
  // A flow may have set them as texts, which a publish node takes too.
  if (retained !== undefined && (asFlagOrBit(message.retain) === true) !== retained) return false;
  return qos === undefined || asWhole(message.qos, 0, 2) === qos;
}
