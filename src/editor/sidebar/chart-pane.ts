// A chart of a number in the messages of a topic.

import type { MessageLog } from './message-log';
import { numberChart } from './number-chart';
import type { TabPane } from './tab-strip';
import { topicsText } from './topics-text';
import { hint } from './value-pane';

export function chartPane(log: MessageLog): TabPane {
  let chosen: string | undefined;
  const render = (pane: JQuery): void => {
    const paths = [...(log.latest?.numbers.keys() ?? [])];
    const path =
      chosen !== undefined && log.messages.some(({ numbers }) => numbers.has(chosen ?? '')) ? chosen : paths[0];
    if (path === undefined) return void pane.empty().append(hint(topicsText('chart.none')));
    const points = log.messages.flatMap(({ at, numbers }) => {
      const value = numbers.get(path);
      return value === undefined ? [] : [{ at, value }];
    });
    // The list must not change while somebody chooses from it.
    const known = pane.find('select');
    const offered = paths.includes(path) ? paths : [path, ...paths];
    if (known.data('paths') !== offered.join('\n')) {
      const choice = $('<select>', { 'aria-label': topicsText('chart.number') }).data('paths', offered.join('\n'));
      for (const each of offered)
        choice.append($('<option>', { value: each, text: each || topicsText('chart.payload') }));
      choice.val(path).on('change', () => {
        chosen = String(choice.val());
        render(pane);
      });
      pane.empty().append(choice);
    }
    pane.find('figure, .mqtt-flows-now').remove();
    const now = $('<div>', { class: 'mqtt-flows-now', text: points.at(-1)?.value ?? '' });
    pane.append(now, numberChart(points));
  };
  return { label: topicsText('tab.chart'), render };
}
