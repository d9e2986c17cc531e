// A row of a dialog, made by a script: a label with an icon, and a field.

let count = 0;

/** Adds a row with `input` to `container`. The label also names the field for screen readers. */
export function addFormRow(container: JQuery, icon: string, title: string, input: JQuery): JQuery {
  const id = `mqtt-flows-field-${++count}`;
  const row = $('<div>', { class: 'form-row' }).appendTo(container);
  const label = $('<label>', { for: id }).appendTo(row);
  label.append($('<i>', { class: icon, 'aria-hidden': 'true' }), ' ', $('<span>').text(title));
  input.attr('id', id).appendTo(row.append(' '));
  return row;
}
