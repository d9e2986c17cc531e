// What in a topic or filter is allowed and yet most likely a slip. Dialogs say it; nothing is refused for it.

/** Each value has a sentence in the locales under `topicOddity.`. */
export type TopicOddity = 'blanks' | 'tab' | 'braces' | 'tripleBraces' | 'firstLevel';

/** The first oddity of a topic filter, in which `{{…}}` means nothing. */
export function filterOddity(filter: string): TopicOddity | undefined {
  return filter.includes('{{') ? 'braces' : oddity(filter);
}

/** The first oddity of a topic, or of a template for one. */
export function topicOddity(topic: string): TopicOddity | undefined {
  return topic.includes('{{{') ? 'tripleBraces' : oddity(topic);
}

function oddity(text: string): TopicOddity | undefined {
  if (text.includes('\t')) return 'tab';
  if (text !== text.trim()) return 'blanks';
  // MQTT 5, section 4.7.1.1: a leading slash makes a first level without a name.
  return text.startsWith('/') ? 'firstLevel' : undefined;
}
