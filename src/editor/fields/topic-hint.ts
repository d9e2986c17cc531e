// What is allowed in an entered topic or filter and yet most likely a slip. Dialogs cut the blanks around these fields.

import { filterOddity, fixedTopicOddity, topicOddity } from '../../core/topics/topic-oddity';
import { sharedText } from './shared-text';

/** The note for a topic filter in which `{{…}}` means nothing, or undefined. */
export function filterHint(text: string): string | undefined {
  return hint(text, filterOddity(text.trim()));
}

/** The note for a topic in which `{{…}}` means nothing, or undefined. */
export function fixedTopicHint(text: string): string | undefined {
  return hint(text, fixedTopicOddity(text.trim()));
}

/** The note for a template of a topic, or undefined. */
export function templateHint(text: string): string | undefined {
  return hint(text, topicOddity(text.trim()));
}

function hint(text: string, odd: ReturnType<typeof topicOddity>): string | undefined {
  if (odd) return sharedText(`topicOddity.${odd}`);
  return text === text.trim() ? undefined : sharedText('topicOddity.cut');
}
