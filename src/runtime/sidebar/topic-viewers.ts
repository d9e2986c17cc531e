// The viewers of each recorder. A recorder starts with its first viewer and stops with its last. A viewer that has sent
// no request for a while counts as gone.

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { NodeAPI } from 'node-red';
import { type Clock, systemClock } from '../../connection/clock';
import type { Connection } from '../../connection/connection';
import { firstIndex, historyPage } from '../../core/sidebar/history-page';
import type { Observation } from '../../core/sidebar/observation';
import type { ShownPayload } from '../../core/sidebar/shown-value';
import {
  type HistoryAnswer,
  type HistoryRequest,
  MOST_KEPT,
  type ShownMessage,
  type ShownRecording,
  type StartRequest,
  type ViewAnswer,
  type ViewRequest,
} from '../../core/sidebar/sidebar-protocol';
import { TopicTreeView } from '../../core/sidebar/topic-tree-view';
import { parseTopicFilter } from '../../core/topics/topic-filter';
import { TopicTrie } from '../../core/topics/trie/topic-trie';
import { PayloadReader } from './payload-reader';
import { TopicRecorder } from './topic-recorder';

/** ms without a request after which a viewer counts as gone */
const LEASE = 15_000;
/** The same in ms for a hidden page, which browsers let send one request a minute. */
const HIDDEN_LEASE = 150_000;
/** The same in ms for a page that has been left: the editor takes long to load again over a slow link. */
const LEFT_LEASE = 60_000;
const SWEEP = 1000;
const MOST_VIEWERS = 20;
const MOST_RECORDERS = 5;
/**
 * Listing a large tree takes time from the flows: the next listing waits this many times as long as the last one took.
 */
const REST = 20;
/** The most messages in one answer. The page asks for older ones when they are looked at. */
const MOST_NEWS = 500;
/** The most characters of payloads in one answer. */
const MOST_PAYLOAD = 2 * 1024 * 1024;

interface Viewer {
  readonly recorder: TopicRecorder;
  readonly view: TopicTreeView;
  /** ms of `Clock.now()` */
  expires: number;
  /** Its page has been left. Its requests that were under way may arrive later. */
  left: boolean;
  /** ms of the monotonic clock */
  listAgain: number;
}

export class TopicViewers {
  readonly #RED: NodeAPI;
  readonly #viewers = new Map<string, Viewer>();
  readonly #clock: Clock;
  #cancelSweep: (() => void) | undefined;

  constructor(RED: NodeAPI, clock: Clock = systemClock) {
    this.#RED = RED;
    this.#clock = clock;
  }

  get recorders(): ReadonlySet<TopicRecorder> {
    return new Set(Array.from(this.#viewers.values(), ({ recorder }) => recorder));
  }

  /** The recordings that are running. Whoever starts the same one sees what it has. */
  get shown(): readonly ShownRecording[] {
    const all = [...this.#viewers.values()];
    return Array.from(this.recorders, (recorder) => {
      const { broker, filter, own } = recorder.request;
      const viewers = all.filter((viewer) => viewer.recorder === recorder).length;
      const { room: bytes, root } = recorder.tree;
      return { broker, filter: filter.text, own, bytes, since: recorder.since, topics: root.topics, viewers };
    });
  }

  /** Starts a viewer and returns its id; undefined when there are too many. */
  start(request: StartRequest): string | undefined {
    const { recorders } = this;
    let recorder = [...recorders].find((each) => each.serves(request));
    if (this.#viewers.size >= MOST_VIEWERS || (!recorder && recorders.size >= MOST_RECORDERS)) return undefined;
    const others = [...recorders].reduce((sum, each) => (each === recorder ? sum : sum + each.tree.room), 0);
    if (others + request.bytes > MOST_KEPT) return undefined;
    if (recorder) recorder.tree.room = Math.max(recorder.tree.room, request.bytes);
    recorder ??= new TopicRecorder(this.#RED, request, this.#clock);
    const id = randomBytes(16).toString('hex');
    const view = new TopicTreeView(recorder.tree);
    this.#viewers.set(id, { recorder, view, expires: this.#clock.now() + LEASE, left: false, listAgain: 0 });
    const { instead } = request;
    if (instead !== undefined && this.#viewers.get(instead)?.left) this.stop(instead);
    this.#cancelSweep ??= this.#clock.after(SWEEP, () => this.#sweep());
    return id;
  }

  stop(id: string): void {
    const viewer = this.#viewers.get(id);
    this.#viewers.delete(id);
    if (viewer && !this.recorders.has(viewer.recorder)) viewer.recorder.stop();
    if (this.#viewers.size > 0) return;
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  /** The page of a viewer is being left, perhaps to be loaded again: it goes on for a while. */
  leave(id: string): void {
    const viewer = this.#viewers.get(id);
    if (!viewer) return;
    viewer.left = true;
    viewer.expires = this.#clock.now() + LEFT_LEASE;
  }

  /** A part of the messages of a topic; undefined when the viewer is gone. */
  history({ viewer, topic, format, place, count }: HistoryRequest): HistoryAnswer | undefined {
    const recorder = this.recorderOf(viewer);
    if (!recorder) return undefined;
    const { messages, older, newer } = historyPage(recorder.tree.find(topic)?.history ?? [], place, count);
    // What does not fit is the older part of it.
    const shown = shownMessages(this.#RED, recorder, messages, topic, format);
    return { messages: shown, older: older + messages.length - shown.length, newer };
  }

  /** The recorder of a viewer; undefined when the viewer is gone. */
  recorderOf(id: string): TopicRecorder | undefined {
    return this.#viewers.get(id)?.recorder;
  }

  /** The current view of a viewer; undefined when the viewer is gone. */
  look(request: ViewRequest): ViewAnswer | undefined {
    const viewer = this.#viewers.get(request.viewer);
    if (!viewer) return undefined;
    const { recorder, view } = viewer;
    const { root, dropped } = recorder.tree;
    const now = this.#clock.now();
    if (!viewer.left) viewer.expires = now + (request.hidden ? HIDDEN_LEASE : LEASE);
    list(viewer, request, this.#clock.wall());
    return {
      state: recorder.state,
      ...(recorder.refused ? { refused: recorder.refused } : {}),
      total: view.length,
      ...(view.found === undefined ? {} : { found: view.found }),
      rows: view.rows(request.from, request.count, now),
      ...(request.pins ? { pins: view.rowsOf(request.pins, now) } : {}),
      messages: root.messages,
      topics: root.topics,
      rate: root.rate.at(now),
      dropped,
      ...news(this.#RED, recorder, request),
    };
  }

  #sweep(): void {
    const now = this.#clock.now();
    this.#cancelSweep = this.#clock.after(SWEEP, () => this.#sweep());
    for (const [id, { expires }] of this.#viewers) if (expires < now) this.stop(id);
  }
}

/** `now` is in ms since the epoch. */
function list(viewer: Viewer, { selection }: ViewRequest, now: number): void {
  const { view, recorder } = viewer;
  if (selection) view.show(selection);
  const start = performance.now();
  if (!view.isStale(now) || (!selection && start < viewer.listAgain)) return;
  view.refresh({ now, subscribed: subscribedBy(recorder.flows) });
  const end = performance.now();
  viewer.listAgain = end + REST * (end - start);
}

/** Tells which topics the subscriptions of the nodes match. */
function subscribedBy(flows: Connection | undefined): (topic: string) => boolean {
  let trie: TopicTrie<true> | undefined;
  const filters = (): TopicTrie<true> => {
    const made = new TopicTrie<true>();
    for (const { filter, owners } of flows?.subscriptionsInUse ?? []) {
      // The recorder may subscribe on the same connection, and has no node.
      const parsed = owners.length > 0 ? parseTopicFilter(filter) : undefined;
      if (parsed?.ok) made.add(parsed.filter, true);
    }
    return made;
  };
  return (topic) => {
    trie ??= filters();
    return trie.match(topic).length > 0;
  };
}

/** The newest messages of the requested topic, and how they are to be read. */
function news(
  RED: NodeAPI,
  recorder: TopicRecorder,
  { topic, format = '', after }: ViewRequest,
): Pick<ViewAnswer, 'about' | 'news'> {
  if (topic === undefined) return { news: [] };
  const history = recorder.tree.find(topic)?.history ?? [];
  const from = Math.max(
    firstIndex(history, ({ sequence }) => sequence > after),
    history.length - MOST_NEWS,
  );
  return { about: { topic, format, after }, news: shownMessages(RED, recorder, history.slice(from), topic, format) };
}

/** The newest of `messages`, as many as fit into an answer. */
function shownMessages(
  RED: NodeAPI,
  { tree, flows }: TopicRecorder,
  messages: readonly Observation[],
  topic: string,
  format: string,
): ShownMessage[] {
  let room = MOST_PAYLOAD;
  let from = messages.length;
  // The last message is always included.
  while (from > 0 && (room > 0 || from === messages.length)) {
    room -= messages[from - 1]?.bytes.length ?? 0;
    if (room < 0 && from < messages.length) break;
    from--;
  }
  const newest = messages.slice(from);
  const read = newest.length === 0 ? [] : new PayloadReader(RED, tree, flows).read(newest, topic, format);
  return newest.map((one, index) => shownMessage(one, read[index]));
}

/** A message for the editor: plain data, with its bytes in base64. */
function shownMessage({ bytes, properties, ...rest }: Observation, read: ShownPayload | undefined): ShownMessage {
  const payload = Buffer.from(bytes, 'latin1').toString('base64');
  const observation = read ? { ...rest, shown: read } : rest;
  if (!properties) return { ...observation, payload };
  const { correlationData, ...texts } = properties;
  const data = correlationData ? { correlationData: correlationData.toString('base64') } : {};
  return { ...observation, payload, properties: { ...texts, ...data } };
}
