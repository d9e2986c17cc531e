// What a message at the input of a topic state node is: a question, a value, or an action on the whole state.

import { filterInvalid, type MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Failed, failed } from '../errors/result';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { topicNameProblem } from '../topics/topic-name';
import { propertyInvalid } from '../values/plain-value';

export type StateRequest =
  | { readonly ok: true; readonly kind: 'value'; readonly topic: string }
  /** `filter` is a topic if `single`. */
  | { readonly ok: true; readonly kind: 'ask'; readonly filter: TopicFilter; readonly single: boolean }
  /** Without a filter: all that is known. */
  | { readonly ok: true; readonly kind: 'get'; readonly filter: TopicFilter | undefined }
  | { readonly ok: true; readonly kind: 'set' }
  /** The filters of the settings are to be read again from contexts and expressions. */
  | { readonly ok: true; readonly kind: 'refresh' }
  | Failed<MqttFlowsError>;

/** What `msg.action` may ask of a topic state. */
export const STATE_ACTIONS = ['ask', 'value', 'getState', 'setState', 'refresh'] as const;

/**
 * Reads a message; undefined when its action is none of a topic state. `usual` is what a message without an action is.
 */
export function readStateRequest(
  { action, topic }: Readonly<Record<string, unknown>>,
  usual: 'ask' | 'value',
): StateRequest | undefined {
  switch (STATE_ACTIONS.find((known) => known === (action ?? usual))) {
    case 'ask':
      return question(topic);
    case 'value':
      return value(topic);
    case 'getState':
      return topic === undefined || topic === null || topic === ''
        ? { ok: true, kind: 'get', filter: undefined }
        : snapshot(topic);
    case 'setState':
      return { ok: true, kind: 'set' };
    case 'refresh':
      return { ok: true, kind: 'refresh' };
    case undefined:
      return undefined;
  }
}

function question(topic: unknown): StateRequest {
  const filter = filterIn(topic);
  if (!filter.ok) return filter;
  return { ok: true, kind: 'ask', filter: filter.filter, single: topicNameProblem(filter.filter.text) === undefined };
}

function snapshot(topic: unknown): StateRequest {
  const filter = filterIn(topic);
  return filter.ok ? { ok: true, kind: 'get', filter: filter.filter } : filter;
}

function value(topic: unknown): StateRequest {
  if (typeof topic === 'string' && topicNameProblem(topic) === undefined) return { ok: true, kind: 'value', topic };
  return failed(propertyInvalid('topic', topic, 'expected.topic', 'control'));
}

/** The filter in `topic`. That of a shared subscription says nothing about what is known. */
function filterIn(topic: unknown): { readonly ok: true; readonly filter: TopicFilter } | Failed {
  if (typeof topic !== 'string') return failed(propertyInvalid('topic', topic, 'expected.topicOrFilter', 'control'));
  const parsed = parseTopicFilter(topic);
  if (!parsed.ok) return failed(filterInvalid(topic, parsed.problem, parsed.at));
  if (parsed.filter.shareGroup === undefined) return { ok: true, filter: parsed.filter };
  return failed(propertyInvalid('topic', topic, 'expected.topicOrFilter', 'control'));
}
