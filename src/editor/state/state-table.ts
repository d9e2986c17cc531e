// What the deployed node knows, live, with the parts of the topics sidebar: a line to search, the list of topics with value
// and age, and the value of the chosen one.

import { readShown } from '../../core/sidebar/shown-value';
import type { StateRow, StateTable, StateValueShown } from '../../core/sidebar/state-table';
import { numberText } from '../fields/local-text';
import { sharedText } from '../fields/shared-text';
import { amountText, BYTES } from '../fields/unit';
import { decodedView } from '../sidebar/decoded-view';
import { searchField } from '../sidebar/search-field';
import { shownAge, shownTime } from '../sidebar/shown-time';
import type { ListedRow, RowTexts } from '../sidebar/topic-row';
import { TopicTreeList } from '../sidebar/topic-tree-list';

/** ms between two looks */
const INTERVAL = 1000;

type KnownRow = ListedRow & StateRow;

/**
 * Fills `container`, a `<details>`, with the topics of node `id`. It asks the runtime only while it is open and in sight.
 */
export function addStateTable(container: JQuery, id: string): void {
  const table = new KnownTopics(id);
  container.append(table.elements);
  let waiting = false;
  const live = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    while (container.prop('open') === true && container.closest('body').length > 0) {
      if (!document.hidden) await table.look();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
    waiting = false;
  };
  container.on('toggle', () => void live());
}

class KnownTopics {
  readonly elements: JQuery[];
  readonly #id: string;
  readonly #summary = $('<div>', { class: 'mqtt-flows-facts', role: 'status' });
  readonly #value = $('<div>', { class: 'mqtt-flows-state-value' }).hide();
  readonly #facts = $('<div>', { class: 'mqtt-flows-facts' });
  readonly #list: TopicTreeList<KnownRow>;
  #search = '';
  /** The topic and value that are shown, as text. */
  #shown = '';

  constructor(id: string) {
    this.#id = id;
    const field = searchField(sharedText('stateTable.search'), '', (text) => {
      this.#search = text;
      this.#list.mark({ search: text, place: 'topic' });
      this.#list.clear();
      void this.look();
    });
    const look = { id: 'mqtt-flows-known', label: sharedText('stateTable.label'), texts, flat: true };
    this.#list = new TopicTreeList<KnownRow>(look, {
      moved: () => {
        if (this.#list.incomplete) void this.look();
      },
      select: () => void this.look(),
      // There is nothing below a topic, and the dialog covers the place where a row could be dropped.
      toggle: () => {},
      dragged: (_row, event) => event.preventDefault(),
    });
    this.elements = [field.addClass('mqtt-flows-state-search'), this.#summary, this.#list.element, this.#value];
  }

  /** Asks what the node knows, and shows it. */
  async look(): Promise<void> {
    const { from, count } = this.#list.wanted;
    const text = this.#search;
    const topic = this.#list.selected?.topic ?? '';
    const query = new URLSearchParams({ text, from: String(from), count: String(count), topic });
    const url = `mqtt-flows/states/${encodeURIComponent(this.#id)}?${query}`;
    // There is no content when the node is not deployed; a failure may be that of a deploy under way.
    const known: StateTable | undefined = await Promise.resolve($.getJSON(url)).catch(() => undefined);
    if (text !== this.#search) return;
    this.#summary.text(known ? summaryText(known) : sharedText('stateTable.notDeployed'));
    this.#list.element.toggle(known !== undefined && known.found > 0);
    this.#list.show((known?.rows ?? []).map(listed), from, known?.found ?? 0);
    if (topic === (this.#list.selected?.topic ?? '')) this.#showValue(known?.selected);
  }

  /** The value stays on the page as long as it is the same, with what the user has selected or opened in it. */
  #showValue(selected: StateValueShown | undefined): void {
    this.#value.toggle(selected !== undefined);
    if (!selected) return;
    const { topic, value } = selected;
    const shown = JSON.stringify([topic, value]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      const title = $('<div>', { class: 'mqtt-flows-detail-topic', text: topic });
      this.#value.empty().append(title, this.#facts, decodedView(readShown(value)));
    }
    this.#facts.text(factsOf(selected));
  }
}

function listed(row: StateRow): KnownRow {
  return { ...row, path: row.topic, name: row.topic, depth: 0, open: undefined, retained: row.retain };
}

function texts({ topic, preview, age, at, silent }: KnownRow): RowTexts {
  const title = [topic, shownTime(at), preview].join('\n');
  return { aside: shownAge(age), title, alarm: silent ? sharedText('stateTable.silent') : undefined };
}

function factsOf({ at, qos, retain }: StateValueShown): string {
  const facts = [shownTime(at)];
  if (qos !== undefined) facts.push(`QoS ${qos}`);
  if (retain) facts.push(sharedText('stateTable.retained'));
  return facts.join(' · ');
}

function summaryText({ topics, silent, bytes, crowdedOut, found }: StateTable): string {
  const kibibytes = amountText(Math.ceil(bytes / 1024) * 1024, BYTES);
  const parts = [sharedText('stateTable.known', { topics: numberText(topics), bytes: kibibytes })];
  if (silent > 0) parts.push(sharedText('stateTable.silentOnes', { number: numberText(silent) }));
  if (crowdedOut > 0) parts.push(sharedText('stateTable.crowdedOut', { number: numberText(crowdedOut) }));
  if (found < topics) parts.push(sharedText('stateTable.found', { number: numberText(found) }));
  return parts.join('; ');
}
