// What makes a string a topic name that can be published to (MQTT 5, section 4.7).
// Runs in the editor too, so it knows nothing of Node.js.

/** Why a string is not a topic name. Each value has a sentence in the locales under `topicName.`. */
export type TopicNameProblem = 'empty' | 'nul' | 'tooLong' | 'unpairedSurrogate' | 'wildcard';

/** MQTT 5, section 1.5.4: a UTF-8 encoded string is at most 65,535 bytes. */
const MAX_UTF8_BYTES = 65_535;
/** A UTF-16 code unit becomes at most three bytes of UTF-8, so shorter strings need no counting. */
const CERTAINLY_SHORT = Math.floor(MAX_UTF8_BYTES / 3);

const utf8 = new TextEncoder();

/** True when `text` needs more than 65,535 bytes of UTF-8, the most that MQTT can carry in one string. */
export function exceedsMqttString(text: string): boolean {
  return text.length > CERTAINLY_SHORT && utf8.encode(text).length > MAX_UTF8_BYTES;
}

/**
 * Why `text` is not an MQTT string (topic names and filters alike), or undefined when it is one. MQTT 5, sections 1.5.4
 * and 4.7.3: no U+0000, no unpaired surrogate, 1 to 65,535 bytes.
 */
export function mqttStringProblem(text: string): Exclude<TopicNameProblem, 'wildcard'> | undefined {
  if (text === '') return 'empty';
  if (text.includes('\0')) return 'nul';
  if (exceedsMqttString(text)) return 'tooLong';
  if (!text.isWellFormed()) return 'unpairedSurrogate';
  return undefined;
}

/** Whether `value` can be the text of a property: every MQTT string, or the empty string. */
export function isMqttText(value: unknown): value is string {
  return typeof value === 'string' && (value === '' || mqttStringProblem(value) === undefined);
}

/** Why `text` is not a topic name, or undefined when it is one (MQTT 5, section 4.7.1). */
export function topicNameProblem(text: string): TopicNameProblem | undefined {
  if (text.includes('+') || text.includes('#')) return 'wildcard';
  return mqttStringProblem(text);
}
