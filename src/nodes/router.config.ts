// The saved configuration of a router node: its properties, their defaults, and how the runtime reads them.

import { filterInvalid } from '../core/mqtt-flows-error';
import { type ConfigResult, type RawConfig, SavedConfig } from '../core/saved-config';
import type { Template } from '../core/template';
import { parseTopicFilter, type TopicFilter } from '../core/topic-filter';
import { parseTopicTemplate } from '../core/topic-template';

export interface RuleConfig {
  filter: string;
  /** Template for a new `msg.topic`; blank leaves the topic as it is. */
  topic: string;
}

export interface RouterConfig {
  name: string;
  /** Each rule has the output of its position. */
  rules: RuleConfig[];
  match: 'first' | 'all';
  /** A last output for what no rule took. */
  otherwise: boolean;
  outputs: number;
}

export const ruleDefaults: RuleConfig = { filter: '', topic: '' };

export const routerDefaults: RouterConfig = {
  name: '',
  rules: [{ ...ruleDefaults }],
  match: 'all',
  otherwise: true,
  outputs: 2,
};

/** A rule that can be tried: `output` counts from 0 and is the rule's rank as well. */
export interface Route {
  readonly filter: TopicFilter;
  readonly topic: Template | undefined;
  readonly output: number;
}

export interface RouterSettings {
  readonly routes: readonly Route[];
  readonly match: 'first' | 'all';
  readonly otherwise: boolean;
}

/** Reads a saved configuration; the first value that does not fit is the error, and names its rule. */
export function parseRouterConfig(raw: RawConfig): ConfigResult<RouterSettings> {
  const saved = new SavedConfig(raw);
  const routes: Route[] = [];
  for (const [output, entry] of saved.list('rules').entries()) {
    const rule = output + 1;
    const text = entry.text('filter', '');
    const result = parseTopicFilter(text);
    const template = readTemplate(saved, entry.text('topic', ''), rule);
    if (result.ok) routes.push({ filter: result.filter, topic: template, output });
    else saved.fail(filterInvalid(text, result.problem, result.at, rule));
  }
  return saved.result({
    routes,
    match: saved.choice('match', ['first', 'all'], routerDefaults.match),
    otherwise: saved.boolean('otherwise', routerDefaults.otherwise),
  });
}

function readTemplate(saved: SavedConfig, text: string, rule: number): Template | undefined {
  if (text === '') return undefined;
  const result = parseTopicTemplate(text, { rule });
  if (result.ok) return result.template;
  saved.fail(result.error);
  return undefined;
}
