// Lets a list take the height that the other rows of a dialog leave.

/** The least height of a list, in px: two rows and the button below them. */
const LEAST = 120;
/** Margins of the dialog and of the list, in px. */
const MARGINS = 40;

/** Fits `list`, the list in the row marked `mqtt-flows-list-row`, into a dialog of `height` px. */
export function fitListHeight(list: JQuery, height: number): void {
  let left = height - MARGINS;
  $('#dialog-form > div:visible:not(.mqtt-flows-list-row)').each((_index, element) => {
    left -= $(element).outerHeight(true) ?? 0;
  });
  list.editableList('height', Math.max(left, LEAST));
}
