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

/**
 * Lets a list of one field per row be used by keyboard: the arrows up and down go to the field above and below, and with
 * Alt they take the row there.
 */
export function useArrowKeys(list: JQuery): void {
  list.get(0)?.addEventListener('keydown', (event) => {
    const up = event.key === 'ArrowUp';
    if (!(up || event.key === 'ArrowDown') || !(event.target instanceof Element)) return;
    const row = $(event.target).closest('li');
    const other = up ? row.prev() : row.next();
    if (other.length === 0) return;
    event.preventDefault();
    if (!event.altKey) return void other.find('input').first().trigger('focus');
    if (up) row.insertBefore(other);
    else row.insertAfter(other);
    // Moving an element takes the focus from it.
    $(event.target).trigger('focus');
  });
}

/** A list as it was saved; a hand-edited flow may lack it. */
export function listed<Value>(saved: readonly Value[] | undefined): readonly Value[] {
  return saved ?? [];
}
