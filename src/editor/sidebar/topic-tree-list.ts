// A list or tree of topics on the page. It may have any length, because the page holds only the rows in sight. It works by
// pointer and by keyboard, as the ARIA practices for trees say.

import { searchWords, type TopicSearch } from '../../core/sidebar/topic-search';
import { type ListedRow, ROW_HEIGHT, type RowMarks, type RowTexts, rowId, TopicRowElement } from './topic-row';

/** Callbacks to the code that fills the list. */
export interface TreeListActions<R> {
  /** Rows are in sight that the list does not have. */
  moved(): void;
  toggle(row: R): void;
  select(row: R): void;
  dragged(row: R, event: DragEvent): void;
}

export interface TreeListLook<R> {
  /** Names the list among all of the page. */
  readonly id: string;
  /** For those who hear the page. */
  readonly label: string;
  texts(row: R): RowTexts;
  /** Whether names are whole topics, and not levels. */
  readonly flat?: boolean;
}

export class TopicTreeList<R extends ListedRow> {
  readonly element: JQuery;
  readonly #list: HTMLElement;
  readonly #room: HTMLElement;
  readonly #look: TreeListLook<R>;
  readonly #actions: TreeListActions<R>;
  #rows: readonly R[] = [];
  /** The elements of `#rows`, by path. */
  #elements = new Map<string, TopicRowElement>();
  #marks: RowMarks = { names: [], values: [] };
  #from = 0;
  #total = 0;
  #selected: R | undefined;
  #selectedIndex = 0;
  /** The row to select once it has arrived. */
  #wanted: number | undefined;

  constructor(look: TreeListLook<R>, actions: TreeListActions<R>) {
    this.#look = look;
    this.#actions = actions;
    this.element = $('<div>', {
      class: 'mqtt-flows-tree',
      role: 'tree',
      tabindex: 0,
      'aria-label': look.label,
    });
    this.#list = this.element[0] as HTMLElement;
    this.#room = document.createElement('div');
    this.#room.className = 'mqtt-flows-tree-room';
    this.#room.setAttribute('role', 'presentation');
    this.#list.append(this.#room);
    this.#list.addEventListener('scroll', () => this.#actions.moved());
    this.#list.addEventListener('click', (event) => this.#clicked(event));
    this.#list.addEventListener('keydown', (event) => this.#pressed(event));
    this.#list.addEventListener('dragstart', (event) => {
      const row = this.#rowOf(event);
      if (row) this.#actions.dragged(row, event);
    });
  }

  /** The rows to request: those in sight, and a screen before and after. */
  get wanted(): { readonly from: number; readonly count: number } {
    const inSight = Math.ceil(this.#list.clientHeight / ROW_HEIGHT) + 1;
    const first = Math.floor(this.#list.scrollTop / ROW_HEIGHT);
    return { from: Math.max(0, first - inSight), count: 3 * inSight };
  }

  /** Whether a row in sight is missing. */
  get incomplete(): boolean {
    const first = Math.floor(this.#list.scrollTop / ROW_HEIGHT);
    const last = Math.min(this.#total, first + Math.ceil(this.#list.clientHeight / ROW_HEIGHT));
    return first < this.#from || last > this.#from + this.#rows.length;
  }

  get selected(): R | undefined {
    return this.#selected;
  }

  /** Shows `rows`. The first has the index `from` of `total`. */
  show(rows: readonly R[], from: number, total: number): void {
    this.#rows = rows;
    this.#from = from;
    this.#total = total;
    this.#room.style.height = `${total * ROW_HEIGHT}px`;
    const wanted = this.#wanted === undefined ? undefined : rows[this.#wanted - from];
    if (wanted) this.#select(wanted);
    this.#render();
  }

  /** Marks in the rows what is searched for. */
  mark({ search, place }: Pick<TopicSearch, 'search' | 'place'>): void {
    const words = place === 'topic' ? searchWords(search) : [];
    // Parts of a word may stand in several levels.
    const names = this.#look.flat ? words : words.flatMap((word) => word.split('/'));
    this.#marks = { names, values: place === 'value' ? [search.toLowerCase()] : [] };
  }

  clear(): void {
    this.#selected = undefined;
    this.#wanted = undefined;
    this.#list.scrollTop = 0;
    this.show([], 0, 0);
  }

  /** Selects a topic that may not be in sight. */
  select(row: R): void {
    this.#select(row);
    this.#render();
  }

  #render(): void {
    const selected = this.#rows.findIndex(({ path }) => path === this.#selected?.path);
    if (selected !== -1) {
      this.#selectedIndex = this.#from + selected;
      this.#selected = this.#rows[selected];
    }
    this.#place(selected);
    if (selected === -1) this.#list.removeAttribute('aria-activedescendant');
    else this.#list.setAttribute('aria-activedescendant', rowId(this.#look.id, this.#selectedIndex));
  }

  /** Puts the elements in the order of the rows, and keeps those of topics that are still in sight. */
  #place(selected: number): void {
    const before = this.#elements;
    this.#elements = new Map();
    for (const [i, row] of this.#rows.entries()) {
      const shown = before.get(row.path) ?? new TopicRowElement(this.#look.id, row);
      before.delete(row.path);
      this.#elements.set(row.path, shown);
      const place = { index: this.#from + i, total: this.#total, selected: i === selected, marks: this.#marks };
      shown.show(row, this.#look.texts(row), place);
    }
    for (const { element } of before.values()) element.remove();
    let i = 0;
    for (const { element } of this.#elements.values()) {
      const there = this.#room.children[i++];
      if (there !== element) this.#room.insertBefore(element, there ?? null);
    }
  }

  #rowOf({ target }: Event): R | undefined {
    const element = target instanceof Element ? target.closest<HTMLElement>('.mqtt-flows-topic') : null;
    return element ? this.#rows[Number(element.dataset.index) - this.#from] : undefined;
  }

  #clicked(event: MouseEvent): void {
    const row = this.#rowOf(event);
    if (!row) return;
    const onCaret = event.target instanceof Element && event.target.closest('.mqtt-flows-caret');
    const wasSelected = row.path === this.#selected?.path;
    this.#list.focus({ preventScroll: true });
    this.#select(row);
    this.#render();
    // The details may have made the list smaller.
    this.#scrollTo(this.#selectedIndex);
    // The click that selects a branch may open it, and never closes it.
    const toggles = onCaret || (row.preview === undefined && (wasSelected || row.open === false));
    if (row.open !== undefined && toggles) this.#actions.toggle(row);
  }

  #select(row: R): void {
    this.#wanted = undefined;
    const same = this.#selected?.path === row.path;
    this.#selected = row;
    if (!same) this.#actions.select(row);
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#press(event.key)) return;
    event.preventDefault();
    // Node-RED uses the same keys to move nodes.
    event.stopPropagation();
  }

  /** Handles a key. Returns whether the tree uses it. */
  #press(key: string): boolean {
    const page = Math.max(1, Math.floor(this.#list.clientHeight / ROW_HEIGHT) - 1);
    const row = this.#selected;
    const at = this.#selectedIndex;
    switch (key) {
      case 'ArrowDown':
        return this.#go(row ? at + 1 : 0);
      case 'ArrowUp':
        return this.#go(at - 1);
      case 'PageDown':
        return this.#go(at + page);
      case 'PageUp':
        return this.#go(at - page);
      case 'Home':
        return this.#go(0);
      case 'End':
        return this.#go(this.#total - 1);
      case 'ArrowRight':
        if (row?.open === true) return this.#go(at + 1);
        if (row?.open === false) this.#actions.toggle(row);
        return true;
      case 'ArrowLeft':
        if (row?.open === true) this.#actions.toggle(row);
        else this.#goToParent();
        return true;
      case 'Enter':
      case ' ':
        if (row && row.open !== undefined) this.#actions.toggle(row);
        return true;
    }
    return false;
  }

  #goToParent(): void {
    const depth = this.#selected?.depth ?? 0;
    for (let i = this.#selectedIndex - 1 - this.#from; i >= 0; i--) {
      const row = this.#rows[i];
      if (row && row.depth < depth) {
        this.#go(this.#from + i);
        return;
      }
    }
  }

  #go(to: number): true {
    if (this.#total === 0) return true;
    const index = Math.min(Math.max(to, 0), this.#total - 1);
    this.#scrollTo(index);
    this.#selectedIndex = index;
    const row = this.#rows[index - this.#from];
    this.#wanted = row ? undefined : index;
    if (row) this.#select(row);
    else this.#actions.moved();
    this.#render();
    this.#scrollTo(index);
    return true;
  }

  #scrollTo(index: number): void {
    const top = index * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.#list;
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + clientHeight) this.#list.scrollTop = top + ROW_HEIGHT - clientHeight;
  }
}
