// What a dialog says about the value of an MQTT 5 property, wherever it is set.

import { topicNameProblem } from '../../core/topics/topic-name';
import { namesVariables } from '../../settings/environment-text';
import { type NumberRange, numberProblem } from './number-field';
import { sharedText } from './shared-text';

/** s; four bytes (MQTT 5, sections 3.1.3.2.2 and 3.3.2.3.3) */
const SECONDS: NumberRange = [0, 0xffff_ffff];

/** The sentence for an interval in s that no packet can carry, or undefined. Blank and variables are right. */
export function intervalProblem(value: unknown): string | undefined {
  return numberProblem(value, SECONDS);
}

/** The sentence for a topic that nobody can answer to, or undefined. Blank and variables are right. */
export function responseTopicProblem(topic: string): string | undefined {
  const problem = topic === '' || namesVariables(topic) ? undefined : topicNameProblem(topic);
  return problem && sharedText(`topicName.${problem}`);
}
