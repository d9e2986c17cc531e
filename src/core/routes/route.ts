// A route: a topic filter with an output, what has to be so besides, and what happens to a message on the way.

import type { QoS } from '../publications/publication';
import type { TopicFilter } from '../topics/topic-filter';
import type { Template } from '../values/template';

/** What a message has to be beside its topic; undefined stands for either way. */
export interface RouteTest {
  /** True for retained messages, false for live ones. */
  readonly retained: boolean | undefined;
  readonly qos: QoS | undefined;
  /** JSONata, or blank. */
  readonly expression: string;
}

export interface Route {
  readonly filter: TopicFilter;
  /** Counts from 0; of two routes the one of the lower rank comes first. */
  readonly rank: number;
  /** Counts from 0. */
  readonly output: number;
  /** The new topic; undefined leaves the topic as it is. */
  readonly topic: Template | undefined;
  /** Goes into `msg.route.data`; undefined for none. */
  readonly data: unknown;
  readonly test: RouteTest | undefined;
}

/** Whether the flags of `message` are what `test` asks for; its expression is not looked at. */
export function flagsFit({ retained, qos }: RouteTest, message: { readonly [name: string]: unknown }): boolean {
  if (retained !== undefined && (message.retain === true) !== retained) return false;
  return qos === undefined || message.qos === qos;
}
