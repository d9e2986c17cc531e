// The protocol between the topics sidebar and the runtime. The requests are read by sidebar-requests.ts.

import type { ErrorReport } from '../errors/mqtt-flows-error';
import type { QoS, UserProperties } from '../publications/publication';
import type { BrokerStateReport } from '../reports/broker-state';
import type { OutboxFigures } from '../reports/outbox-figures';
import type { TopicFilter } from '../topics/topic-filter';
import type { HistoryPlace } from './history-page';
import type { Observation } from './observation';
import type { ShownPayload } from './shown-value';
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
  /** Why devices cannot connect to it as its settings say; left out while they can. */
  readonly listenerProblems?: readonly ErrorReport[];
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

/** A number in the messages of a topic. */
export interface SeriesAsked {
  readonly topic: string;
  /** As in payload-numbers.ts. */
  readonly path: string;
  /** As in ViewRequest; blank for none. */
  readonly format: string;
  /** The sequence number of the last message that the page has. */
  readonly after: number;
}

export interface NumberSeries extends Omit<SeriesAsked, 'after'> {
  /** The sequence number of the last message that was read. */
  readonly last: number;
  /** ms since the epoch, oldest first */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

export interface SeriesRequest {
  readonly viewer: string;
  readonly series: readonly SeriesAsked[];
}

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
  /** What `news` are about: the topic, the format that was asked for, and the message after which they come. */
  readonly about?: { readonly topic: string; readonly format: string; readonly after: number };
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

/** The most series of a chart. */
export const MOST_SERIES = 8;
/** The most topics that are pinned on top. */
export const MOST_PINS = 30;
/** The most topics in one request to delete retained messages. */
export const MOST_CLEARED = 100;
