// One row of a list of topics on the page: a level of the sidebar's tree, or a topic that a node knows.

import { markedParts } from '../../core/sidebar/marked-parts';
import { topicsText } from './topics-text';

export interface ListedRow {
  /** What tells it from all others. */
  readonly path: string;
  readonly name: string;
  /** 0 for the first level. */
  readonly depth: number;
  /** Undefined for one with nothing below it. */
  readonly open: boolean | undefined;
  readonly preview?: string;
  readonly retained?: boolean;
}

/** What a row says beside name and value. */
export interface RowTexts {
  /** At the end of the line. */
  readonly aside: string;
  /** When the pointer rests on it. */
  readonly title: string;
  /** A mark that calls for attention. */
  readonly alarm?: string | undefined;
}

/** Where a row is, and what is looked for in it. */
export interface RowPlace {
  readonly index: number;
  readonly total: number;
  readonly selected: boolean;
  readonly marks: RowMarks;
}

/** In px. A fixed height makes a tree of any length fast to scroll. */
export const ROW_HEIGHT = 24;
const INDENT = 12;
/** The most levels that are indented. More would leave no room for names. */
const DEEPEST = 20;

/** The texts, in lower case, that are marked where they stand. */
export interface RowMarks {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/**
 * Updated in place by each answer, since an element that is being pressed or dragged must stay. Everything that a
 * server has named is set as text.
 */
export class TopicRowElement {
  readonly element = document.createElement('div');
  readonly #caret = document.createElement('i');
  readonly #name = part('name');
  readonly #value = part('value');
  readonly #mark = part('mark');
  readonly #alarm = part('mark');
  readonly #aside = part('count');
  readonly #shown = new Map<string, string>();

  readonly #list: string;

  /** `list` names the list on the page. */
  constructor(list: string, { depth }: ListedRow) {
    this.#list = list;
    this.element.draggable = true;
    this.element.setAttribute('role', 'treeitem');
    this.element.setAttribute('aria-level', String(depth + 1));
    this.element.style.paddingInlineStart = `${4 + Math.min(depth, DEEPEST) * INDENT}px`;
    this.#caret.setAttribute('aria-hidden', 'true');
    this.#mark.textContent = topicsText('tree.retained');
    this.#alarm.classList.add('mqtt-flows-topic-alarm');
    this.element.append(this.#caret, this.#name, this.#value, this.#mark, this.#alarm, this.#aside);
  }

  show(row: ListedRow, { aside, title, alarm }: RowTexts, { index, total, selected, marks }: RowPlace): void {
    const { element } = this;
    const name = row.name === '' ? topicsText('tree.emptyLevel') : row.name;
    this.#change('name', marks.names.length === 0 ? name : `${marks.names.join(' ')} ${name}`, () =>
      writeMarked(this.#name, name, marks.names),
    );
    this.#change('top', `${index * ROW_HEIGHT}px`, (top) => {
      element.style.top = top;
    });
    this.#change('index', String(index), (text) => {
      element.id = rowId(this.#list, index);
      element.dataset.index = text;
      element.setAttribute('aria-posinset', String(index + 1));
    });
    this.#change('total', String(total), (text) => element.setAttribute('aria-setsize', text));
    this.#change('selected', String(selected), (text) => {
      element.className = selected ? 'mqtt-flows-topic selected' : 'mqtt-flows-topic';
      element.setAttribute('aria-selected', text);
    });
    this.#change('open', String(row.open), () => this.#open(row.open));
    const preview = row.preview ?? '';
    this.#change('value', marks.values.length === 0 ? preview : `${marks.values.join(' ')} ${preview}`, () =>
      writeMarked(this.#value, preview, marks.values),
    );
    this.#change('retained', String(row.retained === true), () => {
      this.#mark.hidden = row.retained !== true;
    });
    this.#change('alarm', alarm ?? '', (text) => {
      this.#alarm.textContent = text;
      this.#alarm.hidden = text === '';
    });
    this.#change('aside', aside, (text) => {
      this.#aside.textContent = text;
    });
    this.#change('title', title, (text) => {
      element.title = text;
    });
  }

  /** Writes to the page only what has changed. */
  #change(what: string, value: string, write: (value: string) => void): void {
    if (this.#shown.get(what) === value) return;
    this.#shown.set(what, value);
    write(value);
  }

  #open(open: boolean | undefined): void {
    this.#caret.className =
      open === undefined ? 'mqtt-flows-caret' : `mqtt-flows-caret fa fa-caret-${open ? 'down' : 'right'}`;
    if (open === undefined) this.element.removeAttribute('aria-expanded');
    else this.element.setAttribute('aria-expanded', String(open));
  }
}

/** The id of the element of the row with that index. */
export function rowId(list: string, index: number): string {
  return `${list}-${index}`;
}

function writeMarked(element: HTMLElement, text: string, words: readonly string[]): void {
  if (words.length === 0) {
    element.textContent = text;
    return;
  }
  const parts = markedParts(text, words).map((each) => {
    if (!each.marked) return each.text;
    const mark = document.createElement('mark');
    mark.textContent = each.text;
    return mark;
  });
  element.replaceChildren(...parts);
}

function part(name: string): HTMLElement {
  const element = document.createElement('span');
  element.className = `mqtt-flows-topic-${name}`;
  return element;
}
