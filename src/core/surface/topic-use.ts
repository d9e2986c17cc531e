// A place where a node of the flows meets MQTT: a filter that it subscribes to, or a topic that it publishes to. All of
// them together are the surface of the flows: what devices and other programs see of them.

import type { QoS } from '../publications/publication';
import type { TopicPattern } from '../topics/topic-pattern';

/** What the node does there. A router gets its messages from other nodes, so it is no part of the surface by itself. */
export type UseKind = 'subscribe' | 'publish' | 'request' | 'response' | 'state' | 'route';

export interface TopicUse {
  /** Id of the node. */
  readonly node: string;
  readonly kind: UseKind;
  /** As it is set in the node: a filter, a topic or a template. Blank where each message says it. */
  readonly text: string;
  /** The topics that it may concern; undefined where that is known at run time only. */
  readonly pattern: TopicPattern | undefined;
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
