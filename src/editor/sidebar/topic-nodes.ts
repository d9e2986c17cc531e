// Makes nodes from a topic: a subscribe node that receives it, or a publish node that publishes to it.

import { parseTopicFilter } from '../../core/topics/topic-filter';
import { namesVariables } from '../../settings/environment-text';
import { publishDefaults } from '../../settings/publish.config';
import { subscribeDefaults, subscriptionDefaults } from '../../settings/subscribe.config';

export type NodeKind = 'subscribe' | 'publish';

/** One topic, or all topics of a branch. */
export interface NodeTopic {
  readonly broker: string;
  readonly path: string;
  readonly branch: boolean;
}

/**
 * A new node, or undefined when the setting would mean something other than the topic: a variable, a property of a
 * message or a shared group. Others choose the topics, which must not make flows read our variables.
 */
export function nodeFor(kind: NodeKind, { broker, path, branch }: NodeTopic): object | undefined {
  if (namesVariables(path) || path.includes('{{')) return undefined;
  const common = { id: RED.nodes.id(), z: '', x: 0, y: 0, wires: [[]] };
  if (kind === 'publish') {
    return { ...common, type: 'mqtt-flows-publish', ...publishDefaults, broker, topic: path, topicType: 'str' };
  }
  const filter = branch ? `${path}/#` : path;
  const parsed = parseTopicFilter(filter);
  if (!parsed.ok || parsed.filter.shareGroup !== undefined) return undefined;
  const subscriptions = [{ ...subscriptionDefaults, filter }];
  return { ...common, type: 'mqtt-flows-subscribe', ...subscribeDefaults, broker, subscriptions };
}
