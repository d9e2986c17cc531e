// The topic filters that say what a client of the embedded broker may publish or read. `{{username}}` and `{{clientid}}`
// stand for what the client is called. Runs in the editor too.

import { fillTemplate, parseTemplate, type Template, type TemplateProblem } from '../values/template';
import { type FilterLevels, filterLevels } from './filter-relations';
import { parseTopicFilter, type TopicFilterProblem } from './topic-filter';

/** Whom a permission is about. A blank name stands for none. */
interface PermittedClient {
  readonly username: string;
  readonly clientid: string;
}

/** A permission as it was written, checked. */
export interface TopicPermission {
  readonly template: Template;
}

/** Why a text is no permission. `placeholder`: another one than the two, or one beside a wildcard. */
type TopicPermissionProblem = TopicFilterProblem | TemplateProblem | 'placeholder';

type TopicPermissionResult =
  | { readonly ok: true; readonly permission: TopicPermission }
  | { readonly ok: false; readonly problem: TopicPermissionProblem /** The part at fault. */; readonly at: string };

/** What cannot stand for one level of a topic (as mosquitto has it for its patterns). */
const SPECIAL = ['+', '#', '/', '\0'];

const EXAMPLE: PermittedClient = { username: 'x', clientid: 'x' };

function isName(text: string): text is keyof PermittedClient {
  return Object.hasOwn(EXAMPLE, text);
}

export function parseTopicPermission(text: string): TopicPermissionResult {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return parsed;
  const { template } = parsed;
  const other = template.segments.find(({ kind, text: name }) => kind === 'value' && !isName(name));
  if (other) return { ok: false, problem: 'placeholder', at: `{{${other.text}}}` };
  const filled = fillTemplate(template, EXAMPLE);
  if (!filled.ok) return { ok: false, problem: 'placeholder', at: filled.at };
  // What is filled in would become the name of a wildcard.
  const mixed = text.split('/').find((level) => level.includes('{{') && (level.includes('+') || level.includes('#')));
  if (mixed !== undefined) return { ok: false, problem: 'placeholder', at: mixed };
  const filter = parseTopicFilter(filled.text);
  if (!filter.ok) return filter;
  if (filter.filter.shareGroup !== undefined) return { ok: false, problem: 'shareFilter', at: text };
  const capture = filter.filter.captures[0];
  if (capture) return { ok: false, problem: 'wildcardInLevel', at: `${capture.rest ? '#' : '+'}${capture.name}` };
  return { ok: true, permission: { template } };
}

/**
 * The filter for `client`; undefined where its name would change what the filter means, or where it has none. A name
 * that begins with `$` would lead to the topics of the broker.
 */
export function permittedLevels({ template }: TopicPermission, client: PermittedClient): FilterLevels | undefined {
  if (template.constant !== undefined) return filterLevels(template.constant);
  for (const segment of template.segments) {
    if (segment.kind === 'text' || !isName(segment.text)) continue;
    const name = client[segment.text];
    if (name === '' || name.startsWith('$') || SPECIAL.some((special) => name.includes(special))) return undefined;
  }
  const filled = fillTemplate(template, client);
  return filled.ok ? filterLevels(filled.text) : undefined;
}
