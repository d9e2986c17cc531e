// What in a topic or filter is allowed and yet most likely a slip. Dialogs say it; nothing is refused for it.

/** Each value has a sentence in the locales under `topicOddity.`. */
export type TopicOddity = 'tab' | 'braces' | 'tripleBraces' | 'firstLevel' | 'address' | 'star' | 'list';

/** A level such as the one that other systems write for any. */
const STAR = /(^|\/)\*+(\/|$)/;
/** A comma alone may be part of a level. */
const LIST = /,\s|,.*\//;
const ADDRESS = /^(mqtts?|tcp|ssl|tls|wss?|https?):\/\//i;

/** The first oddity of a topic filter, in which `{{…}}` means nothing. */
export function filterOddity(filter: string): TopicOddity | undefined {
  const odd = fixedTopicOddity(filter);
  if (odd) return odd;
  if (LIST.test(filter)) return 'list';
  return STAR.test(filter) ? 'star' : undefined;
}

/** The first oddity of a topic in which `{{…}}` means nothing. */
export function fixedTopicOddity(topic: string): TopicOddity | undefined {
  return topic.includes('{{') ? 'braces' : oddity(topic);
}

/** The first oddity of a topic, or of a template for one. */
export function topicOddity(topic: string): TopicOddity | undefined {
  return topic.includes('{{{') ? 'tripleBraces' : oddity(topic);
}

function oddity(text: string): TopicOddity | undefined {
  if (text.includes('\t')) return 'tab';
  if (ADDRESS.test(text)) return 'address';
  // MQTT 5, section 4.7.1.1: a leading slash makes a first level without a name.
  return text.startsWith('/') ? 'firstLevel' : undefined;
}
