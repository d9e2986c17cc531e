// The topics that a recorder has seen, as a tree by level, with the last messages of each. Every dimension is bounded;
// what does not fit is counted instead of kept. The caller supplies the time.

import type { IncomingPublication } from '../publications/publication';
import { Fifo } from '../queues/fifo';
import { TokenBucket } from '../queues/token-bucket';
import { MessageRate } from './message-rate';
import { compareNames } from './name-order';
import { type Observation, observationCost, observe, previewOf } from './observation';

export interface TopicTreeLimits {
  /** The most levels of all topics together: the rows that the tree could show. */
  readonly nodes: number;
  /** Characters of all topics together. */
  readonly characters: number;
  /** Levels of one topic. */
  readonly levels: number;
  /** Messages kept of one topic. */
  readonly history: number;
  /** Bytes of the messages of all topics. */
  readonly bytes: number;
  /** Bytes kept of one payload. */
  readonly payload: number;
  readonly messagesPerSecond: number;
  /** The most messages that may arrive at once. Retained messages do, after a SUBSCRIBE. */
  readonly burst: number;
}

/** Messages that were not recorded, by the limit that they exceeded. */
export interface Dropped {
  rate: number;
  topics: number;
}

const NO_NODES: readonly TopicNode[] = [];

export class TopicNode {
  readonly name: string;
  /** The topic that ends with this level. Branches without messages have one too. */
  readonly path: string;
  readonly parent: TopicNode | undefined;
  readonly depth: number;
  /** Messages recorded at this topic or below. */
  messages = 0;
  /** Topics with messages, this one or below. */
  topics = 0;
  readonly rate = new MessageRate();
  /** When the last live message came, in ms since the epoch: one that the server had not kept. 0 for none. */
  changedAt = 0;
  latest: Observation | undefined;
  /** Whether the server has a retained message for this topic, as far as the received messages show. */
  retained = false;
  /** The beginning of the last payload, set only when that payload is no longer kept. */
  lastPreview: string | undefined;
  /** Oldest first. */
  readonly history: Observation[] = [];
  // Most nodes are leaves, which need no map of children.
  #children: Map<string, TopicNode> | undefined;
  #sorted = NO_NODES;
  #unsorted: TopicNode[] | undefined;

  constructor(name: string, parent: TopicNode | undefined) {
    this.name = name;
    this.parent = parent;
    this.depth = parent ? parent.depth + 1 : -1;
    this.path = !parent || parent.depth < 0 ? name : `${parent.path}/${name}`;
  }

  child(name: string): TopicNode | undefined {
    return this.#children?.get(name);
  }

  get hasChildren(): boolean {
    return this.#children !== undefined;
  }

  add(name: string): TopicNode {
    const node = new TopicNode(name, this);
    this.#children ??= new Map();
    this.#children.set(name, node);
    this.#unsorted ??= [];
    this.#unsorted.push(node);
    return node;
  }

  /** The children in the order of their names. */
  get children(): readonly TopicNode[] {
    if (this.#unsorted) {
      // The engine's sort is fast on nearly sorted input.
      this.#unsorted.sort((a, b) => compareNames(a.name, b.name));
      this.#sorted = this.#sorted.concat(this.#unsorted).sort((a, b) => compareNames(a.name, b.name));
      this.#unsorted = undefined;
    }
    return this.#sorted;
  }

  /** Whether messages have arrived at exactly this topic. */
  get isTopic(): boolean {
    return this.latest !== undefined || this.lastPreview !== undefined;
  }

  /** The text beside the topic: the beginning of its last payload. */
  get preview(): string | undefined {
    return this.latest ? previewOf(this.latest) : this.lastPreview;
  }
}

export class TopicTree {
  readonly root = new TopicNode('', undefined);
  readonly dropped: Dropped = { rate: 0, topics: 0 };
  #limits: TopicTreeLimits;
  /** Topics with more than one message kept. They lose messages first, in turn. */
  readonly #rich = new Fifo<TopicNode>();
  /** Topics with at least one message kept, in the order of their first. */
  readonly #kept = new Fifo<TopicNode>();
  #nodes = 0;
  #characters = 0;
  #bytes = 0;
  #sequence = 0;
  readonly #pace: TokenBucket;
  /** Messages that were admitted and have not arrived yet. */
  #promised = 0;

  constructor(limits: TopicTreeLimits) {
    this.#limits = limits;
    this.#pace = new TokenBucket(limits.messagesPerSecond, limits.burst);
  }

  /** Changes when rows are added. Until then, a list of the rows stays valid. */
  get nodes(): number {
    return this.#nodes;
  }

  /** The most bytes of messages that are kept. It may grow. */
  get room(): number {
    return this.#limits.bytes;
  }

  set room(bytes: number) {
    this.#limits = { ...this.#limits, bytes };
  }

  /** Bytes of all messages kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a message at `now` (ms of a clock that never goes back) shall be read and recorded. If not, it is counted as dropped. */
  admits(now: number): boolean {
    if (!this.#hasTime(now)) return false;
    this.#promised++;
    return true;
  }

  /** Messages that were admitted and have not arrived never will: their connection is gone. */
  forgetAdmitted(): void {
    this.#promised = 0;
  }

  /**
   * Records a message, or counts it as dropped. `now` is in ms of a clock that never goes back, `time` the time of day
   * that is shown, in ms since the epoch. `replayed` is true for a retained message that the server sends because of a
   * SUBSCRIBE: it arrives like any other, but its topic has not changed.
   */
  record(publication: IncomingPublication, now: number, replayed = false, time = now): void {
    if (this.#promised > 0) this.#promised--;
    else if (!this.#hasTime(now)) return;
    const node = this.#nodeFor(publication.topic);
    if (!node) {
      this.dropped.topics++;
      return;
    }
    const isNew = !node.isTopic;
    for (let at: TopicNode | undefined = node; at; at = at.parent) {
      at.messages++;
      if (isNew) at.topics++;
      at.rate.count(now);
    }
    if (!replayed) node.changedAt = time;
    this.#keep(node, observe(publication, ++this.#sequence, time, this.#limits.payload));
  }

  /** The node of a topic or of a branch. */
  find(path: string): TopicNode | undefined {
    let node: TopicNode | undefined = this.root;
    for (const level of levelsOf(path)) {
      node = node.child(level);
      if (!node) return undefined;
    }
    return node;
  }

  /** All messages kept at `top` and below, in order of arrival. */
  recorded(top = this.root): { readonly topic: string; readonly observation: Observation }[] {
    const all: { topic: string; observation: Observation }[] = [];
    const waiting = [top];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      for (const observation of node.history) all.push({ topic: node.path, observation });
      for (const child of node.children) waiting.push(child);
    }
    return all.sort((a, b) => a.observation.sequence - b.observation.sequence);
  }

  #hasTime(now: number): boolean {
    if (this.#pace.delay(now) > 0) {
      this.dropped.rate++;
      return false;
    }
    this.#pace.take();
    return true;
  }

  /** The node of a topic. A new topic gets all of its levels or none. */
  #nodeFor(topic: string): TopicNode | undefined {
    const known = this.find(topic);
    if (known) return known;
    const levels = levelsOf(topic);
    if (levels.length > this.#limits.levels) return undefined;
    if (this.#nodes + levels.length > this.#limits.nodes) return undefined;
    if (this.#characters + topic.length > this.#limits.characters) return undefined;
    this.#characters += topic.length;
    let node = this.root;
    for (const level of levels) {
      const known = node.child(level);
      if (!known) this.#nodes++;
      node = known ?? node.add(level);
    }
    return node;
  }

  #keep(node: TopicNode, observation: Observation): void {
    node.latest = observation;
    // A live message does not change the retained one, and an empty one deletes it (MQTT 5, section 3.3.1.3). Before
    // MQTT 5, live messages do not carry the flag.
    if (observation.size === 0) node.retained = false;
    else if (observation.retain) node.retained = true;
    node.lastPreview = undefined;
    node.history.push(observation);
    this.#bytes += observationCost(observation);
    if (node.history.length > this.#limits.history) this.#forgetOldest(node);
    else if (node.history.length === 1) this.#kept.push(node);
    else if (node.history.length === 2) this.#rich.push(node);
    while (this.#bytes > this.#limits.bytes && this.#giveWay());
  }

  /**
   * Removes one message, from a topic with several if there is one, so that each topic keeps its last as long as
   * possible.
   */
  #giveWay(): boolean {
    const rich = this.#rich.shift();
    if (rich) {
      this.#forgetOldest(rich);
      if (rich.history.length > 1) this.#rich.push(rich);
      return true;
    }
    const node = this.#kept.shift();
    if (!node) return false;
    node.lastPreview = node.preview;
    node.latest = undefined;
    this.#forgetOldest(node);
    return true;
  }

  #forgetOldest(node: TopicNode): void {
    const oldest = node.history.shift();
    if (oldest) this.#bytes -= observationCost(oldest);
  }
}

function levelsOf(path: string): string[] {
  return path.split('/');
}
