// What a recording has seen of the surface of the flows: for each filter its topics, with their last payloads, and the
// topics that no filter matches.

import { payloadValue, topicsBelow } from '../sidebar/topic-branch';
import type { TopicNode } from '../sidebar/topic-tree';
import { matchesPattern, parseTopicPattern, SEVERAL, type TopicPattern, widestFilter } from '../topics/topic-pattern';
import { TopicTrie } from '../topics/trie/topic-trie';
import { fieldsOf } from '../values/plain-value';

/** Filters of one request. */
const MOST_FILTERS = 5000;
/** Topics that are shown for a filter, and those that no filter matches. */
const MOST_TOPICS = 5;
const MOST_UNUSED = 500;
/** Bytes of a payload that is shown. Larger ones say little as an example. */
const MOST_BYTES = 2048;

/** The body of POST topics/surface, as it is read. */
interface SurfaceRequest {
  readonly viewer: string;
  readonly filters: readonly TopicPattern[];
}

/** Undefined when the body is not such a request, or one of its filters is invalid. */
export function readSurface(body: unknown): SurfaceRequest | undefined {
  const { viewer, filters } = fieldsOf(body);
  if (typeof viewer !== 'string' || !Array.isArray(filters) || filters.length > MOST_FILTERS) return undefined;
  const read: TopicPattern[] = [];
  for (const text of filters) {
    const pattern = typeof text === 'string' ? parseTopicPattern(text) : undefined;
    if (!pattern) return undefined;
    read.push(pattern);
  }
  return { viewer, filters: read };
}

export interface SeenTopic {
  readonly topic: string;
  /** The last payload: the value of JSON, text as it is, other bytes as `{ base64 }`. Left out when it is large. */
  readonly value?: unknown;
  readonly contentType?: string;
}

export interface SeenByFilter {
  /** The number of topics that it matches. */
  readonly count: number;
  /** Some of them. */
  readonly topics: readonly SeenTopic[];
}

export interface SeenSurface {
  /** In the order of the filters that were asked for. */
  readonly filters: readonly SeenByFilter[];
  /** Topics that no filter matches: their number, and some of them. */
  readonly unused: { readonly count: number; readonly topics: readonly string[] };
}

/**
 * Looks through the topics at `top` and below. A generator, since there may be 100,000: it yields after each topic, and
 * returns what it has found.
 */
export function* seenTopics(top: TopicNode, filters: readonly TopicPattern[]): Generator<undefined, SeenSurface> {
  const trie = new TopicTrie<number>();
  for (const [index, pattern] of filters.entries()) trie.add(widestFilter(pattern), index);
  const isExact = filters.map(({ levels }) => !levels.includes(SEVERAL));
  const takes = (index: number, topic: string): boolean => {
    const pattern = filters[index];
    return isExact[index] === true || (pattern !== undefined && matchesPattern(pattern, topic));
  };
  const seen = filters.map(() => ({ count: 0, topics: [] as SeenTopic[] }));
  const unused = { count: 0, topics: [] as string[] };
  for (const node of topicsBelow(top)) {
    const matching = trie.match(node.path).filter((index) => takes(index, node.path));
    if (matching.length === 0 && unused.count++ < MOST_UNUSED) unused.topics.push(node.path);
    for (const index of matching) {
      const found = seen[index];
      if (found && found.count++ < MOST_TOPICS) found.topics.push(seenTopic(node));
    }
    yield;
  }
  return { filters: seen, unused };
}

function seenTopic({ path, latest }: TopicNode): SeenTopic {
  if (!latest || latest.bytes.length === 0) return { topic: path };
  const contentType = latest.properties?.contentType;
  return {
    topic: path,
    ...(latest.bytes.length > MOST_BYTES ? {} : { value: payloadValue(latest) }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}
