// A place where a node of the flows meets MQTT: a filter that it subscribes to, or a topic that it publishes to. All of
// them together are the surface of the flows: what devices and other programs see of them.

import type { QoS } from '../publications/publication';
import { parseTopicFilter, type TopicFilter } from '../topics/topic-filter';
import { parseTemplate } from '../values/template';

/** What the node does there. A router gets its messages from other nodes, so it is no part of the surface by itself. */
export type UseKind = 'subscribe' | 'publish' | 'request' | 'response' | 'state' | 'route';

export interface TopicUse {
  /** Id of the node. */
  readonly node: string;
  readonly kind: UseKind;
  /** As it is set in the node: a filter, a topic or a template. Blank where each message says it. */
  readonly text: string;
  /** The topics that it may concern; undefined where that is known at run time only. */
  readonly filter: TopicFilter | undefined;
  readonly qos?: QoS;
  readonly retain?: boolean;
}

/** Whether the flows receive there. */
export function receives({ kind }: TopicUse): boolean {
  return kind === 'subscribe' || kind === 'response' || kind === 'state';
}

/** Whether it is a part of the surface. */
export function meetsMqtt({ kind }: TopicUse): boolean {
  return kind !== 'route';
}

/** Stands for what is filled in. No topic can have it (MQTT 5, section 1.5.4). */
const FILLED_IN = '\0';

/** The topics that a template may give: each level with a placeholder or a variable in it is a wildcard. */
export function filterOfTemplate(text: string): TopicFilter | undefined {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return undefined;
  const parts = parsed.template.segments.map((segment) => (segment.kind === 'text' ? segment.text : FILLED_IN));
  return filterOfVariables(parts.join(''));
}

/** The topics of a filter that may have `${NAME}` in it. */
export function filterOfVariables(text: string): TopicFilter | undefined {
  const isFilledIn = (level: string): boolean => level.includes(FILLED_IN) || level.includes('${');
  const levels = text.split('/');
  // Of a text that is filled in as a whole nothing is known, not even the number of levels.
  if (levels.every(isFilledIn)) return undefined;
  const parsed = parseTopicFilter(levels.map((level) => (isFilledIn(level) ? '+' : level)).join('/'));
  return parsed.ok ? parsed.filter : undefined;
}
