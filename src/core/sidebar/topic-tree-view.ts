// One viewer's view of a topic tree: open branches, the search, and the rows that result.

import type { QoS } from '../publications/publication';
import { parseTopicFilter } from '../topics/topic-filter';
import { TopicTrie } from '../topics/trie/topic-trie';
import type { TopicNode, TopicTree } from './topic-tree';

/** A row of the tree, as plain data. */
export interface TopicRow {
  readonly path: string;
  readonly name: string;
  /** 0 for the first level. */
  readonly depth: number;
  /** Undefined for a topic with nothing below it. */
  readonly open: boolean | undefined;
  readonly messages: number;
  readonly topics: number;
  /** Messages per second. */
  readonly rate: number;
  /** Preview of the last message; undefined for a branch without messages. */
  readonly preview?: string;
  /** Whether the server has a retained message. */
  readonly retained?: boolean;
  readonly qos?: QoS;
  /** ms since the epoch */
  readonly at?: number;
}

/** What the viewer has chosen. */
export interface TopicSelection {
  /** Whether branches are open by default. The exceptions are the opposite. */
  readonly open: boolean;
  readonly exceptions: ReadonlySet<string>;
  /** A topic filter with wildcards, or part of a topic, whatever its case. Blank for all topics. */
  readonly search: string;
}

export const EVERYTHING_CLOSED: TopicSelection = { open: false, exceptions: new Set(), search: '' };

export class TopicTreeView {
  readonly #tree: TopicTree;
  #selection = EVERYTHING_CLOSED;
  #listed: TopicNode[] = [];
  /** The number of nodes when the tree was last listed; undefined when it has to be listed again. */
  #listedNodes: number | undefined;

  constructor(tree: TopicTree) {
    this.#tree = tree;
  }

  show(selection: TopicSelection): void {
    this.#selection = selection;
    this.#listedNodes = undefined;
  }

  /** Whether the next rows() has to walk the tree, which takes time for a large one. */
  get stale(): boolean {
    return this.#listedNodes !== this.#tree.nodes;
  }

  /** Lists the rows anew if the tree has grown or the selection has changed. */
  refresh(): void {
    if (!this.stale) return;
    this.#listed = listed(this.#tree.root, this.#selection);
    this.#listedNodes = this.#tree.nodes;
  }

  /** The number of rows at the last refresh(). */
  get length(): number {
    return this.#listed.length;
  }

  /** `count` rows from the one with the index `from`, as they are at `now` in ms. */
  rows(from: number, count: number, now: number): TopicRow[] {
    return this.#listed.slice(from, from + count).map((node) => this.#row(node, now));
  }

  #row(node: TopicNode, now: number): TopicRow {
    const { path, name, depth, messages, topics, rate, latest, retained } = node;
    const open = node.hasChildren ? isOpen(node, this.#selection) : undefined;
    const row = { path, name, depth, open, messages, topics, rate: rate.at(now) };
    const preview = node.preview;
    if (preview === undefined) return row;
    const shown = { ...row, preview, retained };
    return latest ? { ...shown, qos: latest.qos, at: latest.at } : shown;
  }
}

function isOpen({ path }: TopicNode, { open, exceptions, search }: TopicSelection): boolean {
  // Search results are somewhere below, so a branch is open unless the viewer has closed it.
  return (open || search !== '') !== exceptions.has(path);
}

/** The rows from top to bottom. It does not recurse: a server chooses how deep its topics are. */
function listed(root: TopicNode, selection: TopicSelection): TopicNode[] {
  const wanted = selection.search === '' ? undefined : matching(root, selection.search);
  const rows: TopicNode[] = [];
  const waiting = [...root.children].reverse();
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (wanted && !wanted.has(node)) continue;
    rows.push(node);
    if (!node.hasChildren || !isOpen(node, selection)) continue;
    const { children } = node;
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i] as TopicNode);
  }
  return rows;
}

/** The topics that match the search, and all branches that lead to them. */
function matching(root: TopicNode, search: string): ReadonlySet<TopicNode> {
  const found = new Set<TopicNode>();
  const matches = matcher(search);
  const waiting = [...root.children];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.isTopic && matches(node.path)) {
      for (let at: TopicNode | undefined = node; at && !found.has(at); at = at.parent) found.add(at);
    }
    for (const child of node.children) waiting.push(child);
  }
  return found;
}

function matcher(search: string): (topic: string) => boolean {
  const parsed = parseTopicFilter(search);
  if (parsed.ok && /[+#]/.test(parsed.filter.wire)) {
    const trie = new TopicTrie<true>();
    trie.add(parsed.filter, true);
    return (topic) => trie.match(topic).length > 0;
  }
  const part = search.toLowerCase();
  return (topic) => topic.toLowerCase().includes(part);
}
