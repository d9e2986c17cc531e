// The topics that an observer has seen, as a tree by level, with the last messages of each. Bounded in every direction:
// what does not fit is counted instead of kept. Times are handed in.

import type { IncomingPublication } from '../publications/publication';
import { Fifo } from '../queues/fifo';
import { TokenBucket } from '../queues/token-bucket';
import { MessageRate } from './message-rate';
import { compareNames } from './name-order';
import { type Observation, observationCost, observe, previewOf } from './observation';

export interface TopicTreeLimits {
  /** Levels of all topics together: the rows that the tree could show. */
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
  /** Messages that may come at once: what a server has kept does, when it is asked. */
  readonly burst: number;
}

/** Messages that were not recorded, by the limit that kept them out. */
export interface Dropped {
  rate: number;
  topics: number;
}

const NO_NODES: readonly TopicNode[] = [];

export class TopicNode {
  readonly name: string;
  /** The topic whose last level this is; also that of branches that carry no messages themselves. */
  readonly path: string;
  readonly parent: TopicNode | undefined;
  readonly depth: number;
  /** Messages recorded at this topic or below. */
  messages = 0;
  /** Topics with messages, this one or below. */
  topics = 0;
  readonly rate = new MessageRate();
  latest: Observation | undefined;
  /** Whether the server keeps a message of this topic, as far as what has come tells. */
  retained = false;
  /** The beginning of the last payload; known only once that is no longer kept. */
  lastPreview: string | undefined;
  /** Oldest first. */
  readonly history: Observation[] = [];
  // Most nodes are leaves: what they do not need, they do not have.
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
      // Nearly sorted input is what the sort of the engine is quick at.
      this.#unsorted.sort((a, b) => compareNames(a.name, b.name));
      this.#sorted = this.#sorted.concat(this.#unsorted).sort((a, b) => compareNames(a.name, b.name));
      this.#unsorted = undefined;
    }
    return this.#sorted;
  }

  /** Whether messages have come at this very topic. */
  get isTopic(): boolean {
    return this.latest !== undefined || this.lastPreview !== undefined;
  }

  /** What stands beside the topic: the beginning of its last payload. */
  get preview(): string | undefined {
    return this.latest ? previewOf(this.latest) : this.lastPreview;
  }
}

export class TopicTree {
  readonly root = new TopicNode('', undefined);
  readonly dropped: Dropped = { rate: 0, topics: 0 };
  readonly #limits: TopicTreeLimits;
  /** Topics with more than one message kept: they give way first, in turn. */
  readonly #rich = new Fifo<TopicNode>();
  /** Topics with any message kept, in the order of their first. */
  readonly #kept = new Fifo<TopicNode>();
  #nodes = 0;
  #characters = 0;
  #bytes = 0;
  #sequence = 0;
  readonly #pace: TokenBucket;
  /** Messages that were admitted and are still to come. */
  #promised = 0;

  constructor(limits: TopicTreeLimits) {
    this.#limits = limits;
    this.#pace = new TokenBucket(limits.messagesPerSecond, limits.burst);
  }

  /** Changes when rows are added: whoever has listed the tree need not do so again before. */
  get nodes(): number {
    return this.#nodes;
  }

  /** Bytes of the messages that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a message that comes at `now`, in ms since the epoch, is to be read and recorded; if not, it is counted as dropped. */
  admits(now: number): boolean {
    if (!this.#hasTime(now)) return false;
    this.#promised++;
    return true;
  }

  /** Records a message, or counts it among the dropped. `now` in ms since the epoch. */
  record(publication: IncomingPublication, now: number): void {
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
      // What a server had kept says nothing about how often messages come.
      if (!publication.retain) at.rate.count(now);
    }
    this.#keep(node, observe(publication, ++this.#sequence, now, this.#limits.payload));
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

  /** Everything that is kept, in the order in which it came. */
  recorded(): { readonly topic: string; readonly observation: Observation }[] {
    const all: { topic: string; observation: Observation }[] = [];
    const waiting = [this.root];
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

  /** The node of a topic. A new one gets all of its levels or none. */
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
    // Another message leaves the one that is kept alone; an empty one takes it away (MQTT 5, section 3.3.1.3). Below MQTT 5
    // the flag is missing then.
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

  /** Forgets one message: of a topic with several if there is one, so that each keeps its last as long as possible. */
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
