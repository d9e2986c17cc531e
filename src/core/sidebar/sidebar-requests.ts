// Reads the requests of the topics sidebar. They come from a browser, so each value is checked.

import { isQoS } from '../publications/publication';
import { parseTopicFilter } from '../topics/topic-filter';
import { topicNameProblem } from '../topics/topic-name';
import { fieldsOf } from '../values/plain-value';
import type { HistoryPlace } from './history-page';
import {
  type ClearRequest,
  type HistoryRequest,
  KEEPS,
  MOST_CLEARED,
  MOST_PINS,
  MOST_SERIES,
  type PublishRequest,
  type SeriesRequest,
  type StartRequest,
  USUAL_KEEP,
  type ViewRequest,
} from './sidebar-protocol';
import { SEARCH_PLACES } from './topic-search';
import type { TopicSelection } from './topic-tree-view';

/** The most rows in one answer: a few screens. */
const MOST_ROWS = 500;
const MOST_EXCEPTIONS = 20_000;
const LONGEST_FORMAT = 500;
const LONGEST_SEARCH = 1000;
/** Characters of a topic (MQTT 5, section 1.5.4: 65,535 bytes). */
const LONGEST_TOPIC = 65_535;

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Names of formats are short; whether there is such a format, the list of codecs knows. */
function isFormat(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_FORMAT;
}

function isTopicList(value: unknown, most: number): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= most &&
    value.every((topic) => typeof topic === 'string' && topic.length <= LONGEST_TOPIC)
  );
}

/** Undefined when the body is not such a request. */
export function readStart(body: unknown, own: boolean): StartRequest | undefined {
  const { broker, filter, bytes = USUAL_KEEP, instead } = fieldsOf(body);
  if (typeof broker !== 'string' || typeof filter !== 'string') return undefined;
  const kept = KEEPS.find((each) => each === bytes);
  if (kept === undefined) return undefined;
  const parsed = parseTopicFilter(filter);
  // A member of a shared subscription takes messages away from the other members.
  if (!parsed.ok || parsed.filter.shareGroup !== undefined) return undefined;
  const former = typeof instead === 'string' ? { instead } : {};
  return { broker, filter: parsed.filter, own, bytes: kept, ...former };
}

/** The viewer that is to be stopped. With `reload`, its page may come back. */
export function readStop(body: unknown): { readonly viewer: string; readonly reload: boolean } | undefined {
  const { viewer, reload } = fieldsOf(body);
  return typeof viewer === 'string' ? { viewer, reload: reload === true } : undefined;
}

/** Undefined when the body is not such a request. */
export function readSeries(body: unknown): SeriesRequest | undefined {
  const { viewer, series } = fieldsOf(body);
  if (typeof viewer !== 'string' || !Array.isArray(series) || series.length > MOST_SERIES) return undefined;
  const read = series.flatMap((each: unknown) => {
    const { topic, path, format, after } = fieldsOf(each);
    if (typeof topic !== 'string' || typeof path !== 'string' || !isFormat(format) || !isCount(after)) return [];
    return [{ topic, path, format, after }];
  });
  return read.length === series.length ? { viewer, series: read } : undefined;
}

/** Undefined when the body is not such a request. */
export function readHistory(body: unknown): HistoryRequest | undefined {
  const { viewer, topic, format = '', count, before, after, at } = fieldsOf(body);
  if (typeof viewer !== 'string' || typeof topic !== 'string' || !isFormat(format) || !isCount(count)) return undefined;
  const place: HistoryPlace | undefined = isCount(before)
    ? { kind: 'before', sequence: before }
    : isCount(after)
      ? { kind: 'after', sequence: after }
      : isCount(at)
        ? { kind: 'at', at }
        : undefined;
  return place && { viewer, topic, format, count: Math.min(count, MOST_ROWS), place };
}

/** Undefined when the body is not such a request. */
export function readView(body: unknown): ViewRequest | undefined {
  const { viewer, from, count, selection, topic, after, format, pins, hidden } = fieldsOf(body);
  if (typeof viewer !== 'string' || !isCount(from) || !isCount(count) || !isCount(after)) return undefined;
  if (topic !== undefined && typeof topic !== 'string') return undefined;
  if (format !== undefined && !isFormat(format)) return undefined;
  if (pins !== undefined && !isTopicList(pins, MOST_PINS)) return undefined;
  const chosen = selection === undefined ? undefined : readSelection(selection);
  if (selection !== undefined && !chosen) return undefined;
  return {
    viewer,
    from,
    count: Math.min(count, MOST_ROWS),
    after,
    hidden: hidden === true,
    ...(chosen ? { selection: chosen } : {}),
    ...(topic === undefined ? {} : { topic }),
    ...(format === undefined ? {} : { format }),
    ...(pins === undefined ? {} : { pins }),
  };
}

function readSelection(value: unknown): TopicSelection | undefined {
  const { open, exceptions, search, place = 'topic', retained, changed, unsubscribed } = fieldsOf(value);
  if (typeof open !== 'boolean' || typeof search !== 'string' || !Array.isArray(exceptions)) return undefined;
  const where = SEARCH_PLACES.find((each) => each === place);
  if (!where || search.length > LONGEST_SEARCH || exceptions.length > MOST_EXCEPTIONS) return undefined;
  return {
    open,
    search,
    place: where,
    exceptions: new Set(exceptions.filter((path) => typeof path === 'string')),
    retained: retained === true,
    changed: changed === true,
    unsubscribed: unsubscribed === true,
  };
}

/** Undefined when the body is not such a request, or its topic is invalid. */
export function readPublish(body: unknown): PublishRequest | undefined {
  const { broker, topic, payload, qos, retain, format, describe } = fieldsOf(body);
  if (typeof broker !== 'string' || typeof payload !== 'string' || typeof retain !== 'boolean') return undefined;
  if (!isQoS(qos) || typeof topic !== 'string' || topicNameProblem(topic)) return undefined;
  if (format !== undefined && !isFormat(format)) return undefined;
  const described = describe === true ? { describe } : {};
  return { broker, topic, payload, qos, retain, ...(format ? { format } : {}), ...described };
}

/** Undefined when the body is not such a request, or one of its topics is invalid. */
export function readClear(body: unknown): ClearRequest | undefined {
  const { broker, topics } = fieldsOf(body);
  if (typeof broker !== 'string' || !isTopicList(topics, MOST_CLEARED)) return undefined;
  return topics.some(topicNameProblem) ? undefined : { broker, topics };
}
