// The rows of an editable list, and how their values are read back.

import { sharedText } from './shared-text';

/** The values of all rows of `list` in the order shown, read by the functions that keepReader() attached. */
export function readRows<Value>(list: JQuery): Value[] {
  const values: Value[] = [];
  list.editableList('items').each((_index, element) => {
    // A removed row fades out before it is gone.
    if ($(element).closest('.red-ui-editableList-item-deleting').length > 0) return;
    const read: unknown = $(element).data('read');
    // Only keepReader() writes this key, with a reader for values of the same list.
    if (typeof read === 'function') values.push((read as () => Value)());
  });
  return values;
}

/** Adds rows for the saved entries, with the first in view. Node-RED would show the last. */
export function addSavedRows<Row extends object>(list: JQuery, saved: readonly Row[]): void {
  for (const row of saved) list.editableList('addItem', row);
  // Node-RED scrolls by a timeout of its own, which it has started before.
  setTimeout(() => list.parent().scrollTop(0), 0);
}

/** Attaches the function that reads a row to `container`, and names its button for screen readers. */
export function keepReader<Value>(container: JQuery, read: () => Value): void {
  container.data('read', read);
  const remove = container.siblings('.red-ui-editableList-item-remove');
  remove.attr({ role: 'button', 'aria-label': sharedText('list.remove') });
}

/** The row in which a key was pressed, and the one in the direction of the arrow. */
interface Neighbours {
  readonly row: JQuery;
  readonly other: JQuery;
  readonly up: boolean;
}

/** The rows for an arrow key in a text field. A select uses the arrows itself. */
function neighboursOf({ key, target }: KeyboardEvent): Neighbours | undefined {
  const up = key === 'ArrowUp';
  if (!(up || key === 'ArrowDown') || !(target instanceof HTMLInputElement)) return undefined;
  const row = $(target).closest('li');
  const other = up ? row.prev() : row.next();
  return other.length === 0 ? undefined : { row, other, up };
}

/** Makes rows movable by keyboard: Alt with the up or down arrow moves the row of the field. `moved` is called then. */
export function useAltArrows(list: JQuery, moved: () => void): void {
  list.get(0)?.addEventListener('keydown', (event) => {
    const beside = event.altKey ? neighboursOf(event) : undefined;
    if (!beside) return;
    event.preventDefault();
    const { row, other, up } = beside;
    if (up) row.insertBefore(other);
    else row.insertAfter(other);
    // A moved element loses the focus.
    if (event.target) $(event.target).trigger('focus');
    moved();
  });
}

/** Like useAltArrows(), and in a list with one field per row, the arrows alone go to the field above or below. */
export function useArrowKeys(list: JQuery): void {
  useAltArrows(list, () => {});
  list.get(0)?.addEventListener('keydown', (event) => {
    const beside = event.altKey ? undefined : neighboursOf(event);
    if (!beside) return;
    event.preventDefault();
    beside.other.find('input').first().trigger('focus');
  });
}

/** A saved list. A hand-edited flow may lack it. */
export function listed<Value>(saved: readonly Value[] | undefined): readonly Value[] {
  return saved ?? [];
}
