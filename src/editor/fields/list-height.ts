// Gives a list the height that the other rows of a dialog leave.

/** The least height of a list and the button below it, in px. In a smaller dialog, the dialog scrolls. */
const LEAST = 160;

/** How much of the dialog a list may fill when its rows need more than the height that is left. */
const MOST = 0.6;

/** Fits `list`, the list in the row marked `mqtt-flows-list-row`, into a dialog of `height` px. */
export function fitListHeight(list: JQuery, height: number): void {
  const row = list.closest('.mqtt-flows-list-row');
  const shown = list.closest('.red-ui-editableList').outerHeight(true) ?? 0;
  let left = height - ((row.outerHeight(true) ?? 0) - shown);
  // As a part of the selector, ":visible" would be asked of all the elements of the page, at each change of size.
  $('#dialog-form')
    .children('div, details')
    .filter(':visible')
    .not(row)
    .each((_index, element) => {
      left -= $(element).outerHeight(true) ?? 0;
    });
  list.editableList('height', Math.max(Math.floor(left), LEAST));
  const room = list.closest('.red-ui-editableList-container');
  // What Node-RED has set. The height itself may be more, from the time before.
  const least = Number.parseFloat(room[0]?.style.height ?? '');
  room.css({ height: 'auto', minHeight: least, maxHeight: Math.max(least, Math.floor(height * MOST)) });
}
