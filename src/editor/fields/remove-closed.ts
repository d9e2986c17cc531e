// Takes a dialog that has been closed out of the page.

/**
 * Removes `content`, which was made for one showing. Waits for the end of the key press that closed it: Node-RED looks from
 * the element that has the focus up to the body for the scope of the key, and fails where the way ends before.
 */
export function removeClosed(content: JQuery): void {
  setTimeout(() => content.remove(), 0);
}
