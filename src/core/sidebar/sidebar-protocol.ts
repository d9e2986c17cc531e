// The protocol between the topics sidebar and the runtime, and the readers of its requests. Requests come from a
// browser, so each value is checked.

import type { ErrorReport } from '../errors/mqtt-flows-error';
import type { QoS, UserProperties } from '../publications/publication';
import { isQoS } from '../publications/publication';
import type { BrokerStateReport } from '../reports/broker-state';
import type { OutboxFigures } from '../reports/outbox-figures';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { topicNameProblem } from '../topics/topic-name';
import type { HistoryPlace } from './history-page';
import type { Observation } from './observation';
import type { ShownPayload } from './shown-value';
import { SEARCH_PLACES } from './topic-search';
import type { Dropped } from './topic-tree';
import type { TopicRow, TopicSelection } from './topic-tree-view';

export interface ShownSubscription {
  readonly filter: string;
  readonly kind: 'pending' | 'granted' | 'refused';
  readonly qos?: QoS;
  /** Ids of the nodes that subscribe to it. */
  readonly nodes: readonly string[];
}

/** The health of a broker node, with counters since its deploy. */
export interface BrokerHealth {
  readonly state: BrokerStateReport;
  readonly received: number;
  readonly sent: number;
  /** Left out when the node is not deployed or its settings are invalid. */
  readonly outbox?: OutboxFigures;
  readonly subscriptions: readonly ShownSubscription[];
  /** It is a broker inside Node-RED, whose clients can be listed. */
  readonly hasClients?: boolean;
  /** It waits for its next attempt, or was disconnected on request: a user may connect it at once. */
  readonly mayConnectNow?: boolean;
}

export interface StartRequest {
  readonly broker: string;
  readonly filter: TopicFilter;
  /** True for a separate connection, false for the connection of the flows. */
  readonly own: boolean;
  /** Bytes of messages to be kept. */
  readonly bytes: number;
  /** The viewer that this page had before it was loaded again. It ends, if its page has been left. */
  readonly instead?: string;
}

/** A recording that is running. */
export interface ShownRecording {
  readonly broker: string;
  readonly filter: string;
  readonly own: boolean;
  /** Bytes of messages that it keeps at most. */
  readonly bytes: number;
  /** ms since the epoch */
  readonly since: number;
  readonly topics: number;
  readonly viewers: number;
}

/** What a viewer may choose to keep, in bytes of messages. All recordings together keep at most MOST_KEPT. */
export const KEEPS = [8, 32, 128].map((megabytes) => megabytes * 1024 * 1024);
export const USUAL_KEEP = 32 * 1024 * 1024;
export const MOST_KEPT = 256 * 1024 * 1024;

export interface HistoryRequest {
  readonly viewer: string;
  readonly topic: string;
  /** As in ViewRequest. */
  readonly format: string;
  readonly place: HistoryPlace;
  readonly count: number;
}

export interface HistoryAnswer {
  /** Oldest first. */
  readonly messages: readonly ShownMessage[];
  readonly older: number;
  readonly newer: number;
}

export interface ViewRequest {
  readonly viewer: string;
  readonly from: number;
  readonly count: number;
  /** Left out when nothing has changed since the last request. */
  readonly selection?: TopicSelection;
  /** The topic whose messages are requested, and the sequence number of the last one that the viewer has. */
  readonly topic?: string;
  readonly after: number;
  /** The format in which to read them; left out to go by the message, the topic and the flow. */
  readonly format?: string;
  /** Topics whose rows are always requested. */
  readonly pins?: readonly string[];
  /** Whether the page is hidden. It then asks less often. */
  readonly hidden: boolean;
}

/** Binary values are in base64. */
export interface ShownMessage extends Pick<Observation, 'sequence' | 'at' | 'size' | 'qos' | 'retain'> {
  readonly payload: string;
  /** Left out where the payload is text, JSON or bytes. */
  readonly shown?: ShownPayload;
  readonly properties?: {
    readonly payloadFormatIndicator?: boolean;
    readonly messageExpiryInterval?: number;
    readonly contentType?: string;
    readonly responseTopic?: string;
    readonly correlationData?: string;
    readonly userProperties?: UserProperties;
  };
}

export interface ViewAnswer {
  readonly state: BrokerStateReport;
  /** Why the server refused the subscription. */
  readonly refused?: ErrorReport;
  /** The number of rows of the whole tree with its open branches. */
  readonly total: number;
  /** The number of topics that match the search; left out where nothing is searched for. */
  readonly found?: number;
  readonly rows: readonly TopicRow[];
  /** The rows of pinned topics, as far as they were seen. */
  readonly pins?: readonly TopicRow[];
  readonly messages: number;
  readonly topics: number;
  readonly rate: number;
  readonly dropped: Dropped;
  /** What `news` are about: the topic, and the format that was asked for. */
  readonly about?: { readonly topic: string; readonly format: string };
  /** New messages of the requested topic, oldest first. */
  readonly news: readonly ShownMessage[];
}

export interface PublishRequest {
  readonly broker: string;
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** How `payload` becomes bytes; left out to send it as it is. What other formats have is JSON. */
  readonly format?: string;
  /** Whether the message says what it is, by its content type. */
  readonly describe?: boolean;
}

export interface ClearRequest {
  readonly broker: string;
  /** Topics whose retained messages are deleted. */
  readonly topics: readonly string[];
}

/** What a payload is once a format has made its bytes. `start` has the first of them, in base64. */
export type EncodedAnswer =
  | { readonly ok: true; readonly size: number; readonly start: string; readonly contentType?: string }
  | { readonly ok: false; readonly error: ErrorReport };

/** The most rows in one answer: a few screens. */
const MOST_ROWS = 500;
const MOST_EXCEPTIONS = 20_000;
const LONGEST_FORMAT = 500;
const LONGEST_SEARCH = 1000;
export const MOST_PINS = 30;
/** The most topics in one request to delete retained messages. */
export const MOST_CLEARED = 100;
/** Characters of a topic (MQTT 5, section 1.5.4: 65,535 bytes). */
const LONGEST_TOPIC = 65_535;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(body: unknown): Fields {
  // A browser may send anything, so each field is checked where it is read.
  return typeof body === 'object' && body !== null ? (body as Fields) : {};
}

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
