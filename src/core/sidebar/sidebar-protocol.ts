// What the topics sidebar and the runtime say to each other, and how the runtime reads what it is asked: requests come
// from a browser, so each value is checked.

import type { ErrorReport } from '../errors/mqtt-flows-error';
import type { QoS, UserProperties } from '../publications/publication';
import { isQoS } from '../publications/publication';
import type { BrokerStateReport } from '../reports/broker-state';
import type { OutboxFigures } from '../reports/outbox-figures';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { topicNameProblem } from '../topics/topic-name';
import type { Observation } from './observation';
import type { Dropped } from './topic-tree';
import type { TopicRow, TopicSelection } from './topic-tree-view';

export interface ShownSubscription {
  readonly filter: string;
  readonly kind: 'pending' | 'granted' | 'refused';
  readonly qos?: QoS;
  /** Ids of the nodes that want it. */
  readonly nodes: readonly string[];
}

/** How a broker node is, with counters since it was deployed. */
export interface BrokerHealth {
  readonly state: BrokerStateReport;
  readonly received: number;
  readonly sent: number;
  /** Left out where the node is not deployed or cannot work. */
  readonly outbox?: OutboxFigures;
  readonly subscriptions: readonly ShownSubscription[];
}

export interface StartRequest {
  readonly broker: string;
  readonly filter: TopicFilter;
  /** By a connection of its own, or through that of the flows. */
  readonly own: boolean;
}

export interface ViewRequest {
  readonly viewer: string;
  readonly from: number;
  readonly count: number;
  /** Left out when nothing has changed since the last request. */
  readonly selection?: TopicSelection;
  /** The topic whose messages are wanted, and the sequence number of the last one that is known. */
  readonly topic?: string;
  readonly after: number;
  /** The page is not on the screen: it asks less often. */
  readonly hidden: boolean;
}

/** Binary values are in base64. */
export interface ShownMessage extends Pick<Observation, 'sequence' | 'at' | 'size' | 'qos' | 'retain'> {
  readonly payload: string;
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
  /** Why the server does not send what was asked for. */
  readonly refused?: ErrorReport;
  /** Rows of the whole tree as it is opened. */
  readonly total: number;
  readonly rows: readonly TopicRow[];
  readonly messages: number;
  readonly topics: number;
  readonly rate: number;
  readonly dropped: Dropped;
  /** Of the topic asked for, oldest first: those that are new. */
  readonly news: readonly ShownMessage[];
}

export interface PublishRequest {
  readonly broker: string;
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** Rows in one answer, a few screens of them. */
const MOST_ROWS = 500;
const MOST_EXCEPTIONS = 20_000;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(body: unknown): Fields {
  // What a browser sends may be anything; each field is checked where it is read.
  return typeof body === 'object' && body !== null ? (body as Fields) : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Undefined for a body that is no such request. */
export function readStart(body: unknown, own: boolean): StartRequest | undefined {
  const { broker, filter } = fieldsOf(body);
  if (typeof broker !== 'string' || typeof filter !== 'string') return undefined;
  const parsed = parseTopicFilter(filter);
  // Whoever joins the group of a shared subscription takes messages away from the others in it.
  if (!parsed.ok || parsed.filter.shareGroup !== undefined) return undefined;
  return { broker, filter: parsed.filter, own };
}

/** The viewer that a request is about. */
export function readViewer(body: unknown): string | undefined {
  const { viewer } = fieldsOf(body);
  return typeof viewer === 'string' ? viewer : undefined;
}

/** Undefined for a body that is no such request. */
export function readView(body: unknown): ViewRequest | undefined {
  const { viewer, from, count, selection, topic, after, hidden } = fieldsOf(body);
  if (typeof viewer !== 'string' || !isCount(from) || !isCount(count) || !isCount(after)) return undefined;
  if (topic !== undefined && typeof topic !== 'string') return undefined;
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
  };
}

function readSelection(value: unknown): TopicSelection | undefined {
  const { open, exceptions, search } = fieldsOf(value);
  if (typeof open !== 'boolean' || typeof search !== 'string' || !Array.isArray(exceptions)) return undefined;
  if (exceptions.length > MOST_EXCEPTIONS) return undefined;
  return { open, search, exceptions: new Set(exceptions.filter((path) => typeof path === 'string')) };
}

/** Undefined for a body that is no such request, an invalid topic included. */
export function readPublish(body: unknown): PublishRequest | undefined {
  const { broker, topic, payload, qos, retain } = fieldsOf(body);
  if (typeof broker !== 'string' || typeof payload !== 'string' || typeof retain !== 'boolean') return undefined;
  if (!isQoS(qos) || typeof topic !== 'string' || topicNameProblem(topic)) return undefined;
  return { broker, topic, payload, qos, retain };
}
