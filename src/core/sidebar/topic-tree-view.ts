// One viewer's view of a topic tree: open branches, the search, and the rows that result.

import type { QoS } from '../publications/publication';
import { dependsOnMessages, isSearching, type SearchWorld, type TopicSearch, topicSearch } from './topic-search';
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
export interface TopicSelection extends TopicSearch {
  /** Whether branches are open by default. The exceptions are the opposite. */
  readonly open: boolean;
  readonly exceptions: ReadonlySet<string>;
}

export const EVERYTHING_CLOSED: TopicSelection = {
  open: false,
  exceptions: new Set(),
  search: '',
  place: 'topic',
  retained: false,
  changed: false,
  unsubscribed: false,
};

/** ms after which time alone may have changed what matches */
const OUTDATED = 1000;

export class TopicTreeView {
  readonly #tree: TopicTree;
  #selection = EVERYTHING_CLOSED;
  #listed: TopicNode[] = [];
  #found: number | undefined;
  /** The tree and the time when it was last listed; undefined when it has to be listed again. */
  #listedAt: { readonly nodes: number; readonly messages: number; readonly time: number } | undefined;

  constructor(tree: TopicTree) {
    this.#tree = tree;
  }

  show(selection: TopicSelection): void {
    this.#selection = selection;
    this.#listedAt = undefined;
  }

  /** Whether the rows are no longer right at `now`, in ms since the epoch. refresh() takes time for a large tree. */
  isStale(now: number): boolean {
    const { nodes, root } = this.#tree;
    if (this.#listedAt?.nodes !== nodes) return true;
    if (!dependsOnMessages(this.#selection)) return false;
    return this.#listedAt.messages !== root.messages || Math.abs(now - this.#listedAt.time) >= OUTDATED;
  }

  /** Lists the rows anew if they may be others than before. */
  refresh(world: SearchWorld): void {
    if (!this.isStale(world.now)) return;
    const { nodes, root } = this.#tree;
    const wanted = isSearching(this.#selection) ? matching(root, topicSearch(this.#selection, world)) : undefined;
    this.#found = wanted?.found;
    this.#listed = listed(root, this.#selection, wanted?.shown);
    this.#listedAt = { nodes, messages: root.messages, time: world.now };
  }

  /** The number of topics that match the search; undefined where nothing is searched for. */
  get found(): number | undefined {
    return this.#found;
  }

  /** The number of rows at the last refresh(). */
  get length(): number {
    return this.#listed.length;
  }

  /** `count` rows from the one with the index `from`, as they are at `now` in ms. */
  rows(from: number, count: number, now: number): TopicRow[] {
    return this.#listed.slice(from, from + count).map((node) => this.#row(node, now));
  }

  /** The rows of single topics, without those that were never seen. */
  rowsOf(paths: readonly string[], now: number): TopicRow[] {
    return paths.flatMap((path) => {
      const node = this.#tree.find(path);
      return node ? [this.#row(node, now)] : [];
    });
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

function isOpen({ path }: TopicNode, selection: TopicSelection): boolean {
  // Search results are somewhere below, so a branch is open unless the viewer has closed it.
  return (selection.open || isSearching(selection)) !== selection.exceptions.has(path);
}

/** The rows from top to bottom. It does not recurse: a server chooses how deep its topics are. */
function listed(root: TopicNode, selection: TopicSelection, wanted: ReadonlySet<TopicNode> | undefined): TopicNode[] {
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

/** The number of topics that match, and them with all branches that lead to them. */
function matching(
  root: TopicNode,
  matches: (node: TopicNode) => boolean,
): { readonly found: number; readonly shown: ReadonlySet<TopicNode> } {
  const shown = new Set<TopicNode>();
  let found = 0;
  const waiting = [...root.children];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.isTopic && matches(node)) {
      found++;
      for (let at: TopicNode | undefined = node; at && !shown.has(at); at = at.parent) shown.add(at);
    }
    for (const child of node.children) waiting.push(child);
  }
  return { found, shown };
}
