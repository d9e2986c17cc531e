// How many messages each rule has taken since the deploy, as the runtime has counted them.

import type { RouteCounts } from '../../core/reports/route-counts';
import { sharedText } from '../fields/shared-text';
import type { SavedRule } from './rule-row';

/** Asks for the counts of the node `id` and shows them in the rows of `list` and in the lines of the last two outputs. */
export function showRuleCounts(id: string, list: JQuery, dynamic: JQuery, otherwise: JQuery): void {
  void $.getJSON(`mqtt-flows/routers/${encodeURIComponent(id)}/counts`, (counts: RouteCounts | undefined) => {
    // A node that is not deployed has counted nothing.
    if (!counts) return;
    list.find('.mqtt-flows-rule-taken').each((_index, element) => {
      // The row has left it there.
      const { output, filter } = $(element).data('rule') as SavedRule;
      const rule = counts.rules[output ?? -1];
      // Of a rule that has been changed without a deploy nothing is known.
      if (rule?.filter === filter) $(element).text(takenText(rule.taken));
    });
    const routes = counts.routes.toLocaleString();
    if (counts.routes > 0)
      dynamic.text(`${sharedText('rule.routes', { number: routes })}; ${takenText(counts.dynamic)}`);
    otherwise.text(takenText(counts.otherwise));
  });
}

function takenText(count: number): string {
  return sharedText('rule.taken', { number: count.toLocaleString() });
}
