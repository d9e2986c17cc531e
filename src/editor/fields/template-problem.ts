// Checks topic templates in dialogs with the parser of the runtime.

import { topicNameProblem } from '../../core/topics/topic-name';
import { parseTemplate } from '../../core/values/template';
import { namesVariables } from '../../settings/environment-text';
import { sharedText } from './shared-text';

/**
 * The error for a template that cannot make a topic, or undefined. A template with variables is checked by the runtime.
 */
export function topicTemplateProblem(text: string): string | undefined {
  if (namesVariables(text)) return undefined;
  const result = parseTemplate(text);
  if (!result.ok) return sharedText(`template.${result.problem}`, { at: result.at });
  const { constant } = result.template;
  const problem = constant === undefined ? undefined : topicNameProblem(constant);
  return problem && sharedText(`topicName.${problem}`);
}
