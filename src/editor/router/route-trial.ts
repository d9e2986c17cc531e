// The line of the router's dialog that tries a topic and shows which rules take it.

import type { Route } from '../../core/routes/route';
import { type TrialStep, tryTopic } from '../../core/routes/route-trial';
import { namesVariables } from '../../settings/environment-text';
import { parseRule, type RuleConfig } from '../../settings/router.config';
import { sharedText } from '../fields/shared-text';
import { offerTopics } from '../fields/topic-completion';
import { trimPasted } from '../fields/trim-pasted';

/** The rules as entered in the dialog. */
export interface TriedRules {
  readonly rules: readonly RuleConfig[];
  readonly match: 'first' | 'all';
}

/** Adds the line to `container`. Returns a function that updates the result when the rules have changed. */
export function addRouteTrial(container: JQuery, tried: () => TriedRules): () => void {
  const label = sharedText('trial.topic');
  const input = $('<input>', { type: 'text', placeholder: label, 'aria-label': label, spellcheck: false })
    .css({ width: '100%' })
    .appendTo(container);
  trimPasted(input);
  offerTopics(input, 0);
  const result = $('<div>', { class: 'mqtt-flows-trial', 'aria-live': 'polite' })
    .css({ marginTop: '4px', maxHeight: '130px', overflowY: 'auto', overflowWrap: 'anywhere' })
    .appendTo(container);
  const show = (): void => {
    const topic = String(input.val()).trim();
    const before = result.outerHeight();
    const lines = topic === '' ? [] : linesFor(topic, tried());
    result.empty().append(lines.map((line) => $('<div>').text(line)));
    // The list of rules gives up the height that the line needs.
    if (result.outerHeight() !== before) $(window).trigger('resize');
  };
  input.on('input change', show);
  return show;
}

function linesFor(topic: string, { rules, match }: TriedRules): string[] {
  const lines = tryTopic(rules.flatMap(routeOf), match, topic).map(lineFor);
  if (lines.length === 0) lines.push(sharedText('trial.none'));
  if (rules.some(({ filter }) => namesVariables(filter))) lines.push(sharedText('trial.variables'));
  return lines;
}

/** An invalid rule has a note in its own row. */
function routeOf(rule: RuleConfig, index: number): Route[] {
  const result = parseRule(rule, index);
  return result.ok && !namesVariables(rule.filter) ? [result.config] : [];
}

function lineFor({ route, result, certain }: TrialStep): string {
  const parts = [`${route.output + 1}. ${route.filter.text}`];
  if (result.ok) {
    const { params, topic } = result.change;
    for (const [name, value] of Object.entries(params ?? {})) parts.push(`${name} = ${JSON.stringify(value)}`);
    if (topic !== undefined) parts.push(sharedText('trial.newTopic', { topic: String(topic) }));
  } else {
    const { path = '' } = result.error.params;
    parts.push(path === '' ? sharedText('trial.badTopic') : sharedText('trial.needs', { path }));
  }
  if (!certain) parts.push(sharedText('trial.uncertain'));
  return parts.join(' · ');
}
