// The rows of an editable list, as the functions that read them back.

/** Each row of `list` read by the function that addRow() left on it, in the order shown. */
export function readRows<Value>(list: JQuery): Value[] {
  const values: Value[] = [];
  list.editableList('items').each((_index, element) => {
    const read: unknown = $(element).data('read');
    // Only keepReader() writes this key, with a reader of the same list's values.
    if (typeof read === 'function') values.push((read as () => Value)());
  });
  return values;
}

/** Leaves on the row around `container` how its value is read. */
export function keepReader<Value>(container: JQuery, read: () => Value): void {
  container.closest('li').data('read', read);
}
