// Topics that the user has pinned: they stay on top of the tree, with their values, whatever is open or searched for.

import { MOST_PINS } from '../../core/sidebar/sidebar-protocol';
import type { TopicRow } from '../../core/sidebar/topic-tree-view';
import { keep, readKept } from './kept-locally';
import { button } from './small-button';
import { topicsText } from './topics-text';
import { rounded } from './tree-row-texts';

/** What the browser keeps: the pinned topics of each broker. */
type Pins = Readonly<Record<string, readonly string[]>>;
const KEPT = 'pins';

export class PinnedTopics {
  readonly element = $('<ul>', { class: 'mqtt-flows-pins', 'aria-label': topicsText('pin.list') }).hide();
  readonly #select: (row: TopicRow) => void;
  readonly #changed: () => void;
  #broker = '';
  #topics: readonly string[] = [];
  #drawn = '';
  readonly #values = new Map<string, JQuery>();
  #rows = new Map<string, TopicRow>();

  /** `changed` is called when other rows are wanted. */
  constructor(select: (row: TopicRow) => void, changed: () => void) {
    this.#select = select;
    this.#changed = changed;
  }

  get topics(): readonly string[] {
    return this.#topics;
  }

  /** Shows the pins of a broker. */
  of(broker: string): void {
    this.#broker = broker;
    this.#topics = (readPins()?.[broker] ?? []).slice(0, MOST_PINS);
    this.#rows = new Map();
    this.#draw();
  }

  has(path: string): boolean {
    return this.#topics.includes(path);
  }

  /** Pins a topic on top, or takes the pin away. */
  toggle(path: string): void {
    // Other tabs of the browser write the pins, too. Where it keeps none, there are those of this page.
    const pins = readPins() ?? { [this.#broker]: this.#topics };
    const others = (pins[this.#broker] ?? []).filter((topic) => topic !== path);
    this.#topics = this.has(path) ? others : [path, ...others].slice(0, MOST_PINS);
    const { [this.#broker]: _, ...ofOthers } = pins;
    keep(KEPT, this.#topics.length === 0 ? ofOthers : { ...ofOthers, [this.#broker]: this.#topics });
    this.#draw();
    this.#changed();
  }

  show(rows: readonly TopicRow[] = []): void {
    this.#rows = new Map(rows.map((row) => [row.path, row]));
    for (const [path, value] of this.#values) {
      const row = this.#rows.get(path);
      const text = row ? [row.preview ?? '', `${rounded(row.rate)}/s`].join(' · ') : topicsText('pin.unseen');
      if (value.text() !== text) value.text(text);
    }
  }

  #draw(): void {
    const state = JSON.stringify(this.#topics);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#values.clear();
    this.element.empty().toggle(this.#topics.length > 0);
    for (const path of this.#topics) this.element.append(this.#pin(path));
  }

  #pin(path: string): JQuery {
    const value = $('<span>', { class: 'mqtt-flows-topic-value' });
    this.#values.set(path, value);
    const name = $('<button>', { type: 'button', class: 'mqtt-flows-pin', title: path });
    // Where there is not enough room, the levels before the last one are cut.
    const end = Math.max(0, path.lastIndexOf('/'));
    const topic = $('<span>', { class: 'mqtt-flows-pin-topic' });
    for (const text of [path.slice(0, end), path.slice(end)]) topic.append($('<span>', { text }));
    name.append(topic, value).on('click', () => {
      const row = this.#rows.get(path);
      if (row) this.#select(row);
    });
    return $('<li>').append(
      name,
      button('fa-times', topicsText('pin.remove'), () => this.toggle(path)),
    );
  }
}

/** Undefined when the browser keeps none. */
function readPins(): Pins | undefined {
  const kept = readKept(KEPT);
  if (kept === undefined) return undefined;
  if (typeof kept !== 'object' || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).map(([broker, topics]: [string, unknown]): [string, string[]] => [
      broker,
      Array.isArray(topics) ? topics.filter((topic) => typeof topic === 'string') : [],
    ]),
  );
}
