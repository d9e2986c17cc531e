// The field for the topic of a node that publishes.

import { textOfLiteral } from '../../core/conversion/saved-text';
import type { PublishConfig, TypedValue, ValueType } from '../../settings/publish.config';
import { sharedText } from '../fields/shared-text';
import { topicTemplateProblem } from '../fields/template-problem';
import { completeTopic } from '../fields/topic-completion';
import { previewHint } from './template-preview';
import { prepareTypedField } from './typed-field';
import { typedValueProblem } from './typed-value-problem';

/** The error for a topic that no message can make valid, or undefined. */
export function topicProblem({ value, type }: TypedValue): string | undefined {
  if (type === 'str') return topicTemplateProblem(value);
  return type === 'msg' ? topicTemplateProblem(`{{${value}}}`) : typedValueProblem({ value, type });
}

/** Prepares `#node-input-topic`. */
export function prepareTopicField(types: readonly ValueType[]): void {
  prepareTypedField($('#mqtt-flows-topic-row'), $('#node-input-topic'), {
    types,
    typeField: $('#node-input-topicType'),
    complete: completeTopic,
    note(typed) {
      const hint = previewHint(typed.value) ?? sharedText('fields.template');
      if (typed.type === 'reply') return { hint: sharedText('fields.reply') };
      return { problem: topicProblem(typed), hint: typed.type === 'str' ? hint : undefined };
    },
  });
}

/** The topic, where it does not depend on the message or only on a template; blank elsewhere. */
export function fixedTopic({ topic, topicType }: Pick<PublishConfig, 'topic' | 'topicType'>): string {
  return topicType === 'str' ? topic : (textOfLiteral({ value: topic, type: topicType }) ?? '');
}
