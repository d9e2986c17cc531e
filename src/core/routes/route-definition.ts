// Routes from messages: what `msg.routes` may hold, and the error for an entry that is no route.

import { type ErrorParams, MqttFlowsError } from '../errors/mqtt-flows-error';
import { type Failed, failed, found, type Result } from '../errors/result';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { parseTopicTemplate } from '../topics/topic-template';
import { isRecord, shown } from '../values/plain-value';
import type { Template } from '../values/template';

/** A route as a flow writes it. */
export interface RouteDefinition {
  /** Distinguishes routes with the same filter and output. */
  readonly id?: string | number;
  readonly filter: string;
  /**
   * The number of the output from 1, or the filter of the rule that has the output. Left out: the output of routes from
   * messages.
   */
  readonly output?: number | string;
  /** Template of a new topic. */
  readonly topic?: string;
  /** Goes into `msg.route.data`. */
  readonly data?: unknown;
}

/** A definition that has been read and checked. */
export interface ReadRoute {
  readonly definition: RouteDefinition;
  readonly filter: TopicFilter;
  /** Counts from 0. */
  readonly output: number;
  readonly topic: Template | undefined;
}

/** The outputs that a definition can name. */
export interface NamedOutputs {
  /** The filters of the rules, in the order of their outputs. */
  readonly rules: readonly string[];
  /** The output of routes that name none, counted from 0. It is the last output that can be named. */
  readonly unnamed: number;
}

/** The routes of a list, or the error for the first invalid entry. */
export function readRoutes(list: unknown, outputs: NamedOutputs): Result<readonly ReadRoute[]> {
  const entries = entriesOf(list);
  if (!entries.ok) return entries;
  const routes: ReadRoute[] = [];
  for (const [index, entry] of entries.value.entries()) {
    const route = readRoute(entry, index, outputs);
    if (!route.ok) return route;
    routes.push(route.value);
  }
  return found(routes);
}

/** The entries of a list. A single entry counts as a list of one. */
export function entriesOf(list: unknown): Result<readonly unknown[]> {
  if (Array.isArray(list)) return found(list);
  if (typeof list === 'string' || isRecord(list)) return found([list]);
  return failed(new MqttFlowsError('routes-invalid', { stage: 'control', params: { value: shown(list, 200) } }));
}

/** The filter of the entry at `index`. An entry may be just a filter. */
export function filterOfEntry(entry: unknown, index: number): Result<TopicFilter> {
  const text = isRecord(entry) ? entry.filter : entry;
  if (typeof text !== 'string') return routeInvalid(index, text, { problemKey: 'topicFilter.empty' });
  const result = parseTopicFilter(text);
  if (result.ok) return found(result.filter);
  return routeInvalid(index, text, { problemKey: `topicFilter.${result.problem}`, at: result.at });
}

/** Whether `value` can be the id of a route. */
export function isRouteId(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function readRoute(entry: unknown, index: number, outputs: NamedOutputs): Result<ReadRoute> {
  const read = filterOfEntry(entry, index);
  if (!read.ok) return read;
  const filter = read.value;
  if (!isRecord(entry)) {
    return found({ definition: { filter: filter.text }, filter, output: outputs.unnamed, topic: undefined });
  }
  const { id, output: named, topic: text, data } = entry;
  const output = outputOf(named, outputs);
  if (output === undefined) {
    const params = { index, output: shown(named, 200), outputs: outputs.unnamed + 1 };
    return failed(new MqttFlowsError('route-output-unknown', { stage: 'control', params }));
  }
  const topic = topicOf(text, index);
  if (!topic.ok) return topic;
  const definition = {
    ...(isRouteId(id) ? { id } : {}),
    filter: filter.text,
    // outputOf() has just found it among the outputs.
    ...(named === undefined ? {} : { output: named as number | string }),
    ...(topic.value ? { topic: topic.value.text } : {}),
    ...(data === undefined ? {} : { data }),
  };
  return found({ definition, filter, output, topic: topic.value });
}

/** The output, counted from 0, that an entry names by its number or by the filter of its rule. Undefined when there is none. */
export function outputOf(named: unknown, { rules, unnamed }: NamedOutputs): number | undefined {
  if (named === undefined || named === null) return unnamed;
  if (typeof named === 'number') {
    return Number.isInteger(named) && named >= 1 && named <= unnamed + 1 ? named - 1 : undefined;
  }
  const found = typeof named === 'string' ? rules.indexOf(named) : -1;
  return found === -1 ? undefined : found;
}

function topicOf(text: unknown, index: number): Result<Template | undefined> {
  if (text === undefined || text === null || text === '') return found(undefined);
  const result = typeof text === 'string' ? parseTopicTemplate(text) : undefined;
  if (result?.ok) return found(result.template);
  return routeInvalid(index, text, result?.error.params ?? { problemKey: 'topicName.empty' });
}

function routeInvalid(index: number, value: unknown, problem: ErrorParams): Failed {
  const params = { ...problem, index, value: shown(value, 200) };
  return failed(new MqttFlowsError('route-invalid', { stage: 'control', params }));
}
