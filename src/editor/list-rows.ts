// The rows of an editable list, and how their values are read back.

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

/** Leaves on `container`, the content of a row, how its value is read. */
export function keepReader<Value>(container: JQuery, read: () => Value): void {
  container.data('read', read);
}

/** A list as it was saved; a hand-edited flow may lack it. */
export function listed<Value>(saved: readonly Value[] | undefined): readonly Value[] {
  return saved ?? [];
}
