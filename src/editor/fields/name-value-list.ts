// Lists of names with values: HTTP headers, and user properties in MQTT's form and as they are saved.

import { addFieldNote } from './field-note';
import { keepReader, readRows } from './list-rows';
import { sharedText } from './shared-text';

export interface NameValue {
  name: string;
  value: string;
}

/** Turns `list` into an editable list of `saved`. `problem` says what is wrong with a row, if anything. */
export function prepareNameValues(
  list: JQuery,
  saved: readonly NameValue[],
  problem: (row: NameValue) => string | undefined,
): void {
  list.editableList<Partial<NameValue>>({
    addItem: (container, _index, row) => addRow(container, { name: '', value: '', ...row }, problem),
    removable: true,
    sortable: true,
    height: 'auto',
  });
  for (const row of saved) list.editableList('addItem', row);
}

/** The rows that are not blank. */
export function readNameValues(list: JQuery): NameValue[] {
  return readRows<NameValue>(list).filter(({ name, value }) => name !== '' || value !== '');
}

/** User properties as they are saved. A name may have several values. */
export type UserPropertiesConfig = Record<string, string | string[]>;

/** Turns `list` into an editable list of user properties. A hand-edited flow may have none. */
export function prepareUserProperties(list: JQuery, saved: UserPropertiesConfig | undefined): void {
  const rows = Object.entries(saved ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value })),
  );
  prepareNameValues(list, rows, ({ name, value }) =>
    name === '' && value !== '' ? sharedText('fields.nameMissing') : undefined,
  );
}

/** Reads a list of user properties. A name in several rows has several values. */
export function readUserProperties(list: JQuery): UserPropertiesConfig {
  const properties: UserPropertiesConfig = {};
  for (const { name, value } of readNameValues(list)) {
    const before = Object.hasOwn(properties, name) ? properties[name] : undefined;
    properties[name] = before === undefined ? value : [before, value].flat();
  }
  return properties;
}

function addRow(container: JQuery, saved: NameValue, problem: (row: NameValue) => string | undefined): void {
  const line = $('<div>').css({ display: 'flex', gap: '6px' }).appendTo(container);
  const add = (label: string, value: string, flex: string): JQuery =>
    $('<input>', { type: 'text', placeholder: label, 'aria-label': label, spellcheck: false })
      .css({ flex, width: 'auto', minWidth: '60px' })
      .val(value)
      .appendTo(line);
  const name = add(sharedText('field.headerName'), saved.name, '1 1 40%');
  const value = add(sharedText('field.headerValue'), saved.value, '1 1 60%');
  const read = (): NameValue => ({ name: String(name.val()).trim(), value: String(value.val()) });
  addFieldNote(container, value, () => ({ problem: problem(read()) }));
  name.on('input change', () => value.trigger('change'));
  keepReader(container, read);
}
