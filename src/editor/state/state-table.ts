// The table of the topics that the deployed node knows: topic, value and age, live, with a line to search.

import type { StateRow, StateTable } from '../../core/reports/state-table';
import { sharedText } from '../fields/shared-text';
import { amountText, BYTES } from '../fields/unit';
import { ageText } from './age-text';

/** ms between two looks */
const INTERVAL = 1000;

/**
 * Fills `container`, a `<details>`, with the table of node `id`. It asks the runtime only while it is open and in sight.
 */
export function addStateTable(container: JQuery, id: string): void {
  const search = $('<input>', {
    type: 'text',
    class: 'mqtt-flows-state-search',
    placeholder: sharedText('stateTable.search'),
    'aria-label': sharedText('stateTable.search'),
    spellcheck: false,
  });
  const summary = $('<div>', { class: 'mqtt-flows-state-summary', role: 'status' });
  const body = $('<tbody>');
  const table = $('<table>', { class: 'mqtt-flows-state-table' }).append(head(), body);
  container.append(search, summary, $('<div>', { class: 'mqtt-flows-state-rows', tabindex: 0 }).append(table));
  const show = (known: StateTable | undefined): void => {
    summary.text(known ? summaryText(known) : sharedText('stateTable.notDeployed'));
    table.toggle(known !== undefined && known.rows.length > 0);
    body.empty().append((known?.rows ?? []).map(line));
  };
  const look = async (): Promise<void> => {
    const text = String(search.val());
    const url = `mqtt-flows/states/${encodeURIComponent(id)}?${new URLSearchParams({ text })}`;
    // There is no content when the node is not deployed; a failure may be that of a deploy under way.
    const known: StateTable | undefined = await Promise.resolve($.getJSON(url)).catch(() => undefined);
    if (text === String(search.val())) show(known);
  };
  let waiting = false;
  const live = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    while (container.prop('open') === true && container.closest('body').length > 0) {
      if (!document.hidden) await look();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
    waiting = false;
  };
  container.on('toggle', () => void live());
  search.on('input', () => void look());
}

function head(): JQuery {
  const names = [sharedText('stateTable.topic'), sharedText('stateTable.value'), sharedText('stateTable.age')];
  const row = $('<tr>').append(names.map((name) => $('<th>', { scope: 'col' }).text(name)));
  return $('<thead>').append(row);
}

/** Everything is set as text: it comes from devices. */
function line({ topic, preview, age, retain, silent }: StateRow): JQuery {
  const value = $('<td>').append($('<code>').text(preview));
  if (retain) $('<span>', { class: 'mqtt-flows-state-mark' }).text(sharedText('stateTable.retained')).appendTo(value);
  const when = $('<td>').text(ageText(age));
  if (silent) $('<span>', { class: 'mqtt-flows-state-silent' }).text(sharedText('stateTable.silent')).appendTo(when);
  return $('<tr>').append($('<td>').append($('<code>').text(topic)), value, when);
}

function summaryText({ topics, silent, bytes, crowdedOut, found, rows }: StateTable): string {
  const kibibytes = amountText(Math.ceil(bytes / 1024) * 1024, BYTES);
  const texts = [sharedText('stateTable.known', { topics: topics.toLocaleString(), bytes: kibibytes })];
  if (silent > 0) texts.push(sharedText('stateTable.silentOnes', { number: silent.toLocaleString() }));
  if (crowdedOut > 0) texts.push(sharedText('stateTable.crowdedOut', { number: crowdedOut.toLocaleString() }));
  if (rows.length < found) {
    texts.push(sharedText('stateTable.more', { shown: rows.length, found: found.toLocaleString() }));
  }
  return texts.join('; ');
}
