// What a route does to a message: it sets `msg.params`, `msg.route` and, where it has one, a new topic.

import type { MqttFlowsError } from '../errors/mqtt-flows-error';
import { readCaptures } from '../topics/topic-captures';
import { fillTopic } from '../topics/topic-template';
import { NOTHING_OUTSIDE, type OutsideFound } from '../values/outside-value';
import type { Route } from './route';

/** A message of a flow: it may hold anything under any name. */
export interface FlowMessage {
  [name: string]: unknown;
}

export type RouteChange =
  | { readonly ok: true; readonly change: FlowMessage }
  | { readonly ok: false; readonly error: MqttFlowsError };

/**
 * The properties that `route` sets on `message`, which it took by `topic`. `data` is a copy for this message alone. The
 * template of a new topic sees these properties, and `{{topic}}` is the topic that matched.
 */
export function routeChange(
  route: Route,
  topic: string,
  message: FlowMessage,
  data: unknown,
  outside: OutsideFound = NOTHING_OUTSIDE,
): RouteChange {
  const { text } = route.filter;
  const change: FlowMessage = { route: data === undefined ? { filter: text } : { filter: text, data } };
  const params = readCaptures(route.filter, topic);
  if (params) {
    const known = typeof message.params === 'object' ? message.params : {};
    change.params = { ...known, ...params };
  }
  if (!route.topic) return { ok: true, change };
  const filled = fillTopic(route.topic, { ...message, ...change, topic }, 'route', outside);
  if (!filled.ok) return filled;
  if (message.topic !== undefined) change.originalTopic = message.topic;
  change.topic = filled.topic;
  return { ok: true, change };
}
