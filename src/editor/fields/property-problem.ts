// Errors for values of MQTT 5 properties and for context keys in dialogs.

import { topicNameProblem } from '../../core/topics/topic-name';
import { namesVariables } from '../../settings/environment-text';
import { type NumberRange, numberProblem } from './number-field';
import { sharedText } from './shared-text';

/** s; four bytes (MQTT 5, sections 3.1.3.2.2 and 3.3.2.3.3) */
const SECONDS: NumberRange = [0, 0xffff_ffff];

/** The error for an interval in s that no packet can carry, or undefined. Blanks and variables are valid. */
export function intervalProblem(value: unknown): string | undefined {
  return numberProblem(value, SECONDS);
}

/** The error for an invalid response topic, or undefined. Blanks and variables are valid. */
export function responseTopicProblem(topic: string): string | undefined {
  const problem = topic === '' || namesVariables(topic) ? undefined : topicNameProblem(topic);
  return problem && sharedText(`topicName.${problem}`);
}

/** The error for the key under which a node keeps something in a context, of the type `none` or a context; undefined if it is fine. */
export function contextKeyProblem(key: unknown, type: string): string | undefined {
  return type === 'none' || key ? undefined : sharedText('fields.nameMissing');
}
