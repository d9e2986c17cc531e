// How a subscribe node reads the messages of a topic: by the first of its filters that matches.

import { filterLevels, matchesTopic } from '../../core/topics/filter-relations';
import { matchedText, type TopicFilter } from '../../core/topics/topic-filter';
import type { SubscribeSettings } from '../../settings/subscribe.config';
import type { FormatOfTopic } from '../node/formats-in-use';
import type { NodeSubscriptions } from './node-subscriptions';

/** Undefined when the node gets no messages of `topic`. */
export function formatOfTopic(
  { format, messageType }: Pick<SubscribeSettings, 'format' | 'messageType'>,
  subscriptions: Pick<NodeSubscriptions, 'fixed' | 'requested'>,
  topic: string,
): FormatOfTopic | undefined {
  const fixed = subscriptions.fixed.find(({ options }) => takes(options.filter, topic));
  const own = fixed?.row ?? subscriptions.requested.find(({ filter }) => takes(filter, topic));
  if (!own) return undefined;
  return { format: own.format || format, messageType: own.messageType || messageType };
}

function takes(filter: TopicFilter, topic: string): boolean {
  return matchesTopic(filterLevels(matchedText(filter)), topic);
}
