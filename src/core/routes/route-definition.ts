// Routes from messages: what `msg.routes` may hold, and the error for an entry that is no route.

import { type ErrorParams, MqttFlowsError } from '../errors/mqtt-flows-error';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { parseTopicTemplate } from '../topics/topic-template';
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
export function readRoutes(list: unknown, outputs: NamedOutputs): ReadRoute[] | MqttFlowsError {
  const entries = entriesOf(list);
  if (entries instanceof MqttFlowsError) return entries;
  const routes: ReadRoute[] = [];
  for (const [index, entry] of entries.entries()) {
    const route = readRoute(entry, index, outputs);
    if (route instanceof MqttFlowsError) return route;
    routes.push(route);
  }
  return routes;
}

/** The entries of a list. A single entry counts as a list of one. */
export function entriesOf(list: unknown): readonly unknown[] | MqttFlowsError {
  if (Array.isArray(list)) return list;
  if (typeof list === 'string' || isRecord(list)) return [list];
  return new MqttFlowsError('routes-invalid', { stage: 'control', params: { value: shown(list) } });
}

/** The filter of the entry at `index`. An entry may be just a filter. */
export function filterOfEntry(entry: unknown, index: number): TopicFilter | MqttFlowsError {
  const text = isRecord(entry) ? entry.filter : entry;
  if (typeof text !== 'string') return routeInvalid(index, text, { problemKey: 'topicFilter.empty' });
  const result = parseTopicFilter(text);
  if (result.ok) return result.filter;
  return routeInvalid(index, text, { problemKey: `topicFilter.${result.problem}`, at: result.at });
}

/** Whether `value` can be the id of a route. */
export function isRouteId(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readRoute(entry: unknown, index: number, outputs: NamedOutputs): ReadRoute | MqttFlowsError {
  const filter = filterOfEntry(entry, index);
  if (filter instanceof MqttFlowsError) return filter;
  if (!isRecord(entry))
    return { definition: { filter: filter.text }, filter, output: outputs.unnamed, topic: undefined };
  const { id, output: named, topic: text, data } = entry;
  const output = outputOf(named, outputs);
  if (output === undefined) {
    const params = { index, output: shown(named), outputs: outputs.unnamed + 1 };
    return new MqttFlowsError('route-output-unknown', { stage: 'control', params });
  }
  const topic = topicOf(text, index);
  if (topic instanceof MqttFlowsError) return topic;
  const definition = {
    ...(isRouteId(id) ? { id } : {}),
    filter: filter.text,
    // outputOf() has just found it among the outputs.
    ...(named === undefined ? {} : { output: named as number | string }),
    ...(topic ? { topic: topic.text } : {}),
    ...(data === undefined ? {} : { data }),
  };
  return { definition, filter, output, topic };
}

function outputOf(named: unknown, { rules, unnamed }: NamedOutputs): number | undefined {
  if (named === undefined || named === null) return unnamed;
  if (typeof named === 'number') {
    return Number.isInteger(named) && named >= 1 && named <= unnamed + 1 ? named - 1 : undefined;
  }
  const found = typeof named === 'string' ? rules.indexOf(named) : -1;
  return found === -1 ? undefined : found;
}

function topicOf(text: unknown, index: number): Template | undefined | MqttFlowsError {
  if (text === undefined || text === null || text === '') return undefined;
  const result = typeof text === 'string' ? parseTopicTemplate(text) : undefined;
  if (result?.ok) return result.template;
  return routeInvalid(index, text, result?.error.params ?? { problemKey: 'topicName.empty' });
}

function routeInvalid(index: number, value: unknown, problem: ErrorParams): MqttFlowsError {
  const params = { ...problem, index, value: shown(value) };
  return new MqttFlowsError('route-invalid', { stage: 'control', params });
}

/** A value as an error shows it: short, and never a whole structure. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : typeof value;
}
