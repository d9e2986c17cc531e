// How many messages each rule has taken since the deploy, from the runtime.

import type { RouteCounts } from '../../core/reports/route-counts';
import { numberText } from '../fields/local-text';
import { sharedText } from '../fields/shared-text';
import type { SavedRule } from './rule-row';

/**
 * Requests the counts of the node `id` and shows them in the rows of `list` and in the lines of the last two outputs.
 */
export function showRuleCounts(id: string, list: JQuery, dynamic: JQuery, otherwise: JQuery): void {
  void $.getJSON(`mqtt-flows/routers/${encodeURIComponent(id)}/counts`, (counts: RouteCounts | undefined) => {
    // A node that is not deployed has no counts.
    if (!counts) return;
    list.find('.mqtt-flows-rule-taken').each((_index, element) => {
      // addRuleRow() has set this data.
      const { output, filter } = $(element).data('rule') as SavedRule;
      const rule = counts.rules[output ?? -1];
      // There is no count for a rule that has changed since the deploy.
      if (rule?.filter === filter) $(element).text(takenText(rule.taken));
    });
    const routes = numberText(counts.routes);
    if (counts.routes > 0)
      dynamic.text(`${sharedText('rule.routes', { number: routes })}; ${takenText(counts.dynamic)}`);
    otherwise.text(takenText(counts.otherwise));
  });
}

function takenText(count: number): string {
  return sharedText('rule.taken', { number: numberText(count) });
}
