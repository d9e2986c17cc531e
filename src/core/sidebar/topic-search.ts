// What a viewer searches for in a topic tree: topics, values or user properties that contain some text, and topics in a
// certain state. One predicate for each search, so that a large tree is walked fast.

import type { UserProperties } from '../publications/publication';
import { filterLevels, matchesTopic } from '../topics/filter-relations';
import { matchedText, parseTopicFilter } from '../topics/topic-filter';
import type { TopicNode } from './topic-tree';

export const SEARCH_PLACES = ['topic', 'value', 'property'] as const;
export type SearchPlace = (typeof SEARCH_PLACES)[number];

export interface TopicSearch {
  /**
   * Blank for all topics. In topics: a topic filter with wildcards, or words that the topic contains. In values: a text
   * in the last payload. In user properties: part of a name or a value, or `name=part of the value`.
   */
  readonly search: string;
  readonly place: SearchPlace;
  /** Only topics for which the server has a retained message. */
  readonly retained: boolean;
  /** Only topics with a live message in the last minute. */
  readonly changed: boolean;
  /** Only topics that no subscription of the flows matches. */
  readonly unsubscribed: boolean;
}

export interface SearchWorld {
  /** ms since the epoch, as in `Observation.at` */
  readonly now: number;
  /** Whether a subscription of the flows matches this topic. */
  subscribed(topic: string): boolean;
}

/** ms in which a topic counts as changed */
const CHANGED = 60_000;
// Letters outside of ASCII have several bytes.
const ASCII = /^\p{ASCII}*$/u;

export function isSearching({ search, retained, changed, unsubscribed }: TopicSearch): boolean {
  return search !== '' || retained || changed || unsubscribed;
}

/** Whether other topics may match as soon as there are messages, time passes or flows are deployed. */
export function dependsOnMessages({ search, place, ...states }: TopicSearch): boolean {
  return (search !== '' && place !== 'topic') || states.retained || states.changed || states.unsubscribed;
}

/** Tells which topics match. Letters match in any case. */
export function topicSearch(search: TopicSearch, world: SearchWorld): (node: TopicNode) => boolean {
  const { retained, changed, unsubscribed } = search;
  const matches = search.search === '' ? undefined : textSearch(search.search, search.place);
  return (node) => {
    if (retained && !node.retained) return false;
    if (changed && !(node.changedAt > world.now - CHANGED)) return false;
    if (matches && !matches(node)) return false;
    return !(unsubscribed && world.subscribed(node.path));
  };
}

function textSearch(text: string, place: SearchPlace): (node: TopicNode) => boolean {
  switch (place) {
    case 'topic':
      return inPaths(text);
    case 'value':
      return inValues(text.toLowerCase());
    case 'property':
      return inProperties(text.toLowerCase());
  }
}

function inPaths(text: string): (node: TopicNode) => boolean {
  const matches = inTopics(text);
  return ({ path }) => matches(path);
}

/** Tells whether a topic matches a filter with wildcards, or contains all words of another text. */
export function inTopics(text: string): (topic: string) => boolean {
  const parsed = parseTopicFilter(text);
  if (parsed.ok && /[+#]/.test(parsed.filter.wire)) {
    const levels = filterLevels(matchedText(parsed.filter));
    return (topic) => matchesTopic(levels, topic);
  }
  const words = searchWords(text);
  return (topic) => {
    const lower = topic.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

/** The words of a search, in lower case. */
export function searchWords(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '');
}

function inValues(text: string): (node: TopicNode) => boolean {
  // The payload is kept with one character for each byte, which is text already as far as only ASCII is searched for.
  if (ASCII.test(text)) return ({ latest }) => latest?.bytes.toLowerCase().includes(text) === true;
  return ({ latest }) =>
    latest !== undefined && Buffer.from(latest.bytes, 'latin1').toString().toLowerCase().includes(text);
}

function inProperties(text: string): (node: TopicNode) => boolean {
  const equals = text.indexOf('=');
  const [name, part] = equals < 0 ? ['', ''] : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
  const matches =
    name === ''
      ? (key: string, value: string) => key.includes(text) || value.includes(text)
      : (key: string, value: string) => key === name && value.includes(part);
  return ({ latest }) => {
    const properties: UserProperties | undefined = latest?.properties?.userProperties;
    if (!properties) return false;
    return Object.entries(properties).some(([key, values]) =>
      [values].flat().some((value) => matches(key.toLowerCase(), value.toLowerCase())),
    );
  };
}
