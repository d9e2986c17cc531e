// The messages of a topic over time: a list with the difference between two of them, and a chart of a number.

import { differenceOf } from '../../core/sidebar/payload-difference';
import type { LoggedMessage, MessageLog } from './message-log';
import { numberChart } from './number-chart';
import { comparableText, comparableValue } from './payload-view';
import type { TabPane } from './tab-strip';
import { topicsText } from './topics-text';
import { factsOf, hint } from './value-pane';

/** The number of newest messages that are listed. The chart has all of them. */
const LISTED = 100;

/** The two messages that are compared, by sequence number. */
interface Compared {
  newer: number | undefined;
  older: number | undefined;
}

export function historyPane(log: MessageLog): TabPane {
  const compared: Compared = { newer: undefined, older: undefined };
  let drawn = '';
  const render = (pane: JQuery): void => {
    const messages = log.messages.slice(-LISTED);
    const state = JSON.stringify([messages[0]?.sequence, log.after, log.format, compared]);
    if (state === drawn && pane.children().length > 0) return;
    drawn = state;
    const newer = messages.find(({ sequence }) => sequence === compared.newer) ?? messages.at(-1);
    const before = newer ? messages[messages.indexOf(newer) - 1] : undefined;
    const older = messages.find(({ sequence }) => sequence === compared.older) ?? before;
    const list = $('<ol>', { class: 'mqtt-flows-history' });
    for (const message of [...messages].reverse()) {
      list.append(entry(message, compared, message === newer, message === older, () => render(pane)));
    }
    pane.empty().append(difference(newer, older), list);
  };
  return { label: topicsText('tab.history'), render };
}

function entry(
  message: LoggedMessage,
  compared: Compared,
  isNewer: boolean,
  isOlder: boolean,
  changed: () => void,
): JQuery {
  const choose = (which: keyof Compared, label: string, chosen: boolean): JQuery =>
    $('<button>', { type: 'button', class: 'mqtt-flows-choose', 'aria-pressed': String(chosen), title: label })
      .attr('aria-label', label)
      .text(which === 'older' ? '−' : '+')
      .on('click', () => {
        compared[which] = chosen ? undefined : message.sequence;
        changed();
      });
  const { read, decoded } = message;
  const text = decoded?.ok ? comparableValue(decoded.value) : (read.text ?? comparableText(read));
  return $('<li>').append(
    choose('older', topicsText('history.older'), isOlder),
    choose('newer', topicsText('history.newer'), isNewer),
    $('<span>', { class: 'mqtt-flows-history-text' }).append(
      factsOf(message),
      $('<code>', { text: text.slice(0, 200) }),
    ),
  );
}

function difference(newer: LoggedMessage | undefined, older: LoggedMessage | undefined): JQuery {
  if (!newer || !older) return hint(topicsText('history.one'));
  const lines = differenceOf(linesOf(older), linesOf(newer));
  if (lines.every(({ sign }) => sign === ' ')) return hint(topicsText('history.same'));
  const classes = { ' ': 'mqtt-flows-kept', '-': 'mqtt-flows-removed', '+': 'mqtt-flows-added' } as const;
  const box = $('<pre>', { class: 'mqtt-flows-difference', tabindex: 0 });
  box.attr('aria-label', topicsText('history.difference'));
  for (const { sign, text } of lines.slice(0, 2000)) {
    box.append($('<div>', { class: classes[sign], text: `${sign} ${text}` }));
  }
  return box;
}

function linesOf({ decoded, read }: LoggedMessage): string {
  return decoded?.ok ? comparableValue(decoded.value) : comparableText(read);
}

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
