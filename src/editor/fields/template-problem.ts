// What a dialog says about a topic template, by the parser that the runtime uses.

import { topicNameProblem } from '../../core/topics/topic-name';
import { parseTemplate } from '../../core/values/template';
import { namesVariables } from '../../settings/environment-text';
import { sharedText } from './shared-text';

/** The sentence for a template that cannot give a topic, or undefined. One with variables is judged where they are known. */
export function topicTemplateProblem(text: string): string | undefined {
  if (namesVariables(text)) return undefined;
  const result = parseTemplate(text);
  if (!result.ok) return sharedText(`template.${result.problem}`, { at: result.at });
  const { constant } = result.template;
  const problem = constant === undefined ? undefined : topicNameProblem(constant);
  return problem && sharedText(`topicName.${problem}`);
}
