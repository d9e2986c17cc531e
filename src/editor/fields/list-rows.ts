// The rows of an editable list, and how their values are read back.

import { sharedText } from './shared-text';

/** Each row of `list` read by the function that keepReader() left on it, in the order shown. */
export function readRows<Value>(list: JQuery): Value[] {
  const values: Value[] = [];
  list.editableList('items').each((_index, element) => {
    // A removed row fades out before it is gone.
    if ($(element).closest('.red-ui-editableList-item-deleting').length > 0) return;
    const read: unknown = $(element).data('read');
    // Only keepReader() writes this key, with a reader of the same list's values.
    if (typeof read === 'function') values.push((read as () => Value)());
  });
  return values;
}

/** Adds rows for what is saved; the first of them is in view, where Node-RED would show the last. */
export function addSavedRows<Row extends object>(list: JQuery, saved: readonly Row[]): void {
  for (const row of saved) list.editableList('addItem', row);
  // Node-RED scrolls in the same way, and has asked before.
  setTimeout(() => list.parent().scrollTop(0), 0);
}

/** Leaves on `container`, the content of a row, how its value is read, and gives its button a name for screen readers. */
export function keepReader<Value>(container: JQuery, read: () => Value): void {
  container.data('read', read);
  const remove = container.siblings('.red-ui-editableList-item-remove');
  remove.attr({ role: 'button', 'aria-label': sharedText('list.remove') });
}

/** A row of which a key has been pressed, and the one in the direction of an arrow. */
interface Neighbours {
  readonly row: JQuery;
  readonly other: JQuery;
  readonly up: boolean;
}

/** What an arrow up or down in a text field leads to; a select has uses of its own for it. */
function neighboursOf({ key, target }: KeyboardEvent): Neighbours | undefined {
  const up = key === 'ArrowUp';
  if (!(up || key === 'ArrowDown') || !(target instanceof HTMLInputElement)) return undefined;
  const row = $(target).closest('li');
  const other = up ? row.prev() : row.next();
  return other.length === 0 ? undefined : { row, other, up };
}

/** Lets rows be moved by keyboard: Alt and the arrows up and down take the row of a field there; `moved` is called then. */
export function useAltArrows(list: JQuery, moved: () => void): void {
  list.get(0)?.addEventListener('keydown', (event) => {
    const beside = event.altKey ? neighboursOf(event) : undefined;
    if (!beside) return;
    event.preventDefault();
    const { row, other, up } = beside;
    if (up) row.insertBefore(other);
    else row.insertAfter(other);
    // Moving an element takes the focus from it.
    if (event.target) $(event.target).trigger('focus');
    moved();
  });
}

/** As useAltArrows(), for a list of one field per row: the arrows alone go to the field above and below. */
export function useArrowKeys(list: JQuery): void {
  useAltArrows(list, () => {});
  list.get(0)?.addEventListener('keydown', (event) => {
    const beside = event.altKey ? undefined : neighboursOf(event);
    if (!beside) return;
    event.preventDefault();
    beside.other.find('input').first().trigger('focus');
  });
}

/** A list as it was saved; a hand-edited flow may lack it. */
export function listed<Value>(saved: readonly Value[] | undefined): readonly Value[] {
  return saved ?? [];
}
