// The requests of the topics sidebar. Paths are relative, so that Node-RED adds its root and the user's token.

import { errorSentence } from '../../core/errors/error-sentence';
import type { ClientList } from '../../core/sidebar/client-list';
import type {
  BrokerHealth,
  EncodedAnswer,
  HistoryAnswer,
  NumberSeries,
  PublishRequest,
  SeriesAsked,
  ShownRecording,
  ViewAnswer,
} from '../../core/sidebar/sidebar-protocol';
import type { BranchValues } from '../../core/sidebar/topic-branch';
import type { TopicSearch } from '../../core/sidebar/topic-search';
import type { SeenSurface } from '../../core/surface/seen-topics';
import { sharedText } from '../fields/shared-text';
import type { RecordingChoice } from './running-recordings';
import { topicsText } from './topics-text';

/** A deployed broker node. */
export interface DeployedBroker {
  readonly id: string;
  readonly name: string;
}

/** The body of POST topics/view. */
export interface View {
  readonly viewer: string;
  readonly from: number;
  readonly count: number;
  readonly selection?: TopicSearch & { readonly open: boolean; readonly exceptions: readonly string[] };
  readonly topic?: string;
  readonly after: number;
  readonly format?: string;
  readonly pins?: readonly string[];
  readonly hidden: boolean;
}

/** Why a request has failed, as a sentence. `gone` means that the runtime no longer knows the viewer or the user. */
export class RequestFailure extends Error {
  readonly gone: boolean;

  constructor(sentence: string, gone: boolean) {
    super(sentence);
    this.gone = gone;
  }
}

function failure(answer: JQuery.jqXHR): RequestFailure {
  // Our routes answer failures with one of these. Proxies and others may answer with anything.
  const body: { refusal?: unknown; error?: Parameters<typeof errorSentence>[0] } = answer.responseJSON ?? {};
  if (body.error) return new RequestFailure(errorSentence(body.error, {}, sharedText), false);
  const gone = body.refusal === 'viewer-gone' || answer.status === 401 || answer.status === 403;
  return new RequestFailure(sentence(answer.status, body.refusal), gone);
}

function sentence(status: number, refusal: unknown): string {
  if (status === 401 || status === 403) return topicsText('refused.permission');
  switch (refusal) {
    case 'viewer-gone':
      return topicsText('refused.viewerGone');
    case 'broker-gone':
      return topicsText('refused.brokerGone');
    case 'topic-gone':
      return topicsText('refused.topicGone');
    case 'too-many-viewers':
      return topicsText('refused.tooMany');
    case 'not-connected':
      return topicsText('refused.notConnected');
    case 'not-acknowledged':
      return topicsText('refused.notAcknowledged');
    case 'request-invalid':
      return topicsText('refused.invalid');
  }
  return status === 0 ? topicsText('refused.unreachable') : topicsText('refused.other', { status });
}

function ask<Answer>(settings: JQuery.AjaxSettings): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The routes answer as core/sidebar/sidebar-protocol.ts describes.
    $.ajax({ dataType: 'json', timeout: 30_000, ...settings }).then(
      (answer: Answer) => resolve(answer),
      (answer: JQuery.jqXHR) => reject(failure(answer)),
    );
  });
}

function post<Answer>(path: string, body: object): Promise<Answer> {
  const data = JSON.stringify(body);
  return ask({ url: `mqtt-flows/${path}`, method: 'POST', contentType: 'application/json', data });
}

export function askBrokers(): Promise<readonly DeployedBroker[]> {
  return ask({ url: 'mqtt-flows/brokers', cache: false });
}

export function askHealth(broker: string): Promise<BrokerHealth> {
  return ask({ url: `mqtt-flows/brokers/${encodeURIComponent(broker)}`, cache: false });
}

/** At most `count` clients of an embedded broker, with `text` in what they are called. */
export function askClients(broker: string, text: string, count: number): Promise<ClientList> {
  return ask({ url: `mqtt-flows/brokers/${encodeURIComponent(broker)}/clients`, data: { text, count }, cache: false });
}

export type ClientEnd = 'disconnect' | 'forget';

/** Ends the connection of a client, or its session too. */
export async function endClient(broker: string, end: ClientEnd, clientId: string): Promise<void> {
  await post(`brokers/${encodeURIComponent(broker)}/clients/${end}`, { clientId });
}

/** Resolves with the viewer id of this page. `instead` is the one that it had before it was loaded again. */
export async function startViewing(recording: RecordingChoice, instead?: string): Promise<string> {
  const { broker, filter, own, bytes } = recording;
  const path = own ? 'topics/start' : 'topics/start-shared';
  const { viewer } = await post<{ readonly viewer: string }>(path, { broker, filter, bytes, instead });
  return viewer;
}

/** The recordings that are running. */
export function askRecordings(): Promise<readonly ShownRecording[]> {
  return ask({ url: 'mqtt-flows/topics/recordings', cache: false });
}

/** A sequence number, or a time in ms since the epoch. */
export type HistoryPlaceAsked = { readonly before: number } | { readonly after: number } | { readonly at: number };

/** At most `count` messages of a topic. */
export function askHistory(
  viewer: string,
  topic: string,
  format: string,
  place: HistoryPlaceAsked,
  count: number,
): Promise<HistoryAnswer> {
  return post('topics/history', { viewer, topic, format, count, ...place });
}

export function askView(view: View): Promise<ViewAnswer> {
  return post('topics/view', view);
}

/** Also works while the page is being left. With `reload`, the recording goes on for some seconds. */
export function stopViewing(viewer: string, reload = false): void {
  const url = 'mqtt-flows/topics/stop';
  const tokens = RED.settings.get('auth-tokens');
  const token =
    typeof tokens === 'object' && tokens !== null && 'access_token' in tokens ? String(tokens.access_token) : undefined;
  const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  // Nobody waits for the answer. If the request fails, the runtime notices the missing viewer by itself.
  void fetch(url, { method: 'POST', keepalive: true, headers, body: JSON.stringify({ viewer, reload }) }).catch(
    () => {},
  );
}

/** The messages of Protobuf that the nodes of a broker know. */
export async function askMessageTypes(broker: string): Promise<readonly string[]> {
  const { messageTypes } = await ask<{ readonly messageTypes: readonly string[] }>({
    url: 'mqtt-flows/topics/formats',
    data: { broker },
    cache: false,
  });
  return messageTypes;
}

/** What a payload becomes, without sending it. */
export function tryPayload(request: PublishRequest): Promise<EncodedAnswer> {
  return post('topics/encode', request);
}

export async function publish(request: PublishRequest): Promise<void> {
  await post('topics/publish', request);
}

/** The new values of the series of a chart. */
export function askSeries(viewer: string, series: readonly SeriesAsked[]): Promise<readonly NumberSeries[]> {
  return post('topics/series', { viewer, series });
}

/** Deletes the retained messages of at most `MOST_CLEARED` topics. */
export async function clearTopics(broker: string, topics: readonly string[]): Promise<void> {
  await post('topics/clear', { broker, topics });
}

/** The topics at `path` and below that have a retained message. */
export async function askRetained(viewer: string, path: string): Promise<readonly string[]> {
  const data = { viewer, path };
  const { topics } = await ask<{ readonly topics: readonly string[] }>({
    url: 'mqtt-flows/topics/retained',
    data,
    cache: false,
  });
  return topics;
}

/** The last value of each topic at `path` and below. */
export function askValues(viewer: string, path: string): Promise<BranchValues> {
  return ask({ url: 'mqtt-flows/topics/values', data: { viewer, path }, cache: false });
}

/** What the recording has seen of `filters`, and the topics that none of them matches. */
export function askSurface(viewer: string, filters: readonly string[]): Promise<SeenSurface> {
  return post('topics/surface', { viewer, filters });
}

/** The messages kept in a recording as JSON lines: all, or those at the topic `path` and below. */
export function askRecording(viewer: string, path?: string): Promise<string> {
  const data = path === undefined ? { viewer } : { viewer, path };
  return ask({ url: 'mqtt-flows/topics/export', data, dataType: 'text', timeout: 120_000, cache: false });
}
