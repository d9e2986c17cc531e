// The field for the topic of a node that publishes.

import { textOfLiteral } from '../../core/conversion/saved-text';
import type { PublishConfig, TypedValue, ValueType } from '../../settings/publish.config';
import { sharedText } from '../fields/shared-text';
import { topicTemplateProblem } from '../fields/template-problem';
import { completeTopic } from '../fields/topic-completion';
import { templateHint } from '../fields/topic-hint';
import { enteredOwnSending, ownTopicProblem } from './own-sending';
import { previewHint } from './template-preview';
import { prepareTypedField } from './typed-field';
import { typedValueProblem } from './typed-value-problem';

/** The error for a topic that no message can make valid, or undefined. */
export function topicProblem({ value, type }: TypedValue): string | undefined {
  // Blank is msg.topic.
  if (type === 'str') return value === '' ? undefined : topicTemplateProblem(value);
  if (isTopicAsPath({ value, type })) return sharedText('fields.topicAsPath');
  return type === 'msg' ? topicTemplateProblem(`{{${value}}}`) : typedValueProblem({ value, type });
}

/** Prepares `#node-input-topic`. */
export function prepareTopicField(types: readonly ValueType[]): void {
  const input = $('#node-input-topic');
  const fix = { label: sharedText('fields.isTopic'), apply: () => void input.typedInput('type', 'str') };
  prepareTypedField($('#mqtt-flows-topic-row'), input, {
    types,
    textLabel: sharedText('types.topic'),
    typeField: $('#node-input-topicType'),
    complete: completeTopic,
    note(typed) {
      const problem = topicProblem(typed) ?? ownTopicProblem(enteredOwnSending(), typed.value, typed.type);
      if (typed.type === 'reply') return { problem, hint: sharedText('fields.reply') };
      if (isTopicAsPath(typed)) return { problem, fix };
      return { problem, hint: typed.type === 'str' ? topicHint(typed.value) : undefined };
    },
  });
}

function topicHint(topic: string): string {
  if (topic.trim() === '') return sharedText('fields.blankTopic');
  return templateHint(topic) ?? previewHint(topic) ?? sharedText('fields.template');
}

/** Cuts the blanks around a topic in the dialog that is being saved, as around a filter. */
export function trimTopic(): void {
  const input = $('#node-input-topic');
  if (input.typedInput('type') === 'str') input.typedInput('value', input.typedInput('value').trim());
}

/** A topic that was typed where a property of the message is read, as `msg.home/light`. */
function isTopicAsPath({ value, type }: TypedValue): boolean {
  return type === 'msg' && value.includes('/');
}

/** The topic, where it does not depend on the message or only on a template; blank elsewhere. */
export function fixedTopic({ topic, topicType }: Pick<PublishConfig, 'topic' | 'topicType'>): string {
  return topicType === 'str' ? topic : (textOfLiteral({ value: topic, type: topicType }) ?? '');
}
