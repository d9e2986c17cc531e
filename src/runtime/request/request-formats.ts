// How a request node makes and reads the payloads of a topic, for the topics sidebar.

import { matchesPattern, parseTopicPattern, patternOfParsed, type TopicPattern } from '../../core/topics/topic-pattern';
import type { ValueSource } from '../../core/values/value-source';
import type { RequestSettings } from '../../settings/request.config';
import type { FormatOfTopic } from '../node/formats-in-use';

/** The format of requests, or of the replies that devices send to topics of their own; undefined for other topics. */
export function requestFormats(
  settings: Pick<
    RequestSettings,
    'topic' | 'responder' | 'format' | 'messageType' | 'replyFormat' | 'replyMessageType'
  >,
): (topic: string) => FormatOfTopic | undefined {
  const { topic, responder, format, messageType, replyFormat, replyMessageType } = settings;
  const replies = responder.kind === 'device' ? patternOfParsed(responder.template) : undefined;
  const requests = patternOf(topic);
  return (asked) => {
    // A reply may come to a topic that requests could go to as well, not the other way round.
    if (replies && matchesPattern(replies, asked)) return { format: replyFormat, messageType: replyMessageType };
    return requests && matchesPattern(requests, asked) ? { format, messageType } : undefined;
  };
}

/** The topics that requests may go to; undefined where the messages say it. */
function patternOf(topic: ValueSource): TopicPattern | undefined {
  if (topic.kind === 'template') return patternOfParsed(topic.template);
  return topic.kind === 'fixed' && typeof topic.value === 'string' ? parseTopicPattern(topic.value) : undefined;
}
