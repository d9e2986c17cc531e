// The colour of errors. That of Node-RED's theme cannot be read on the background of dark themes.

import { parseComputed, readableColor } from '../../core/values/readable-color';

const THEME = 'var(--red-ui-text-color-error)';

/** Gives `element` the colour of an error: that of the theme, or a similar one that can be read. */
export function colorAsError(element: JQuery): void {
  element.css('color', THEME);
  if (element[0]?.isConnected) makeReadable(element);
  // The dialog is not in the page yet, and has no colours.
  else setTimeout(() => makeReadable(element), 0);
}

function makeReadable(element: JQuery): void {
  // Meanwhile it may no longer be an error.
  if (!element[0]?.style.color.startsWith('var(--red-ui-text-color-error')) return;
  element.css('color', 'var(--red-ui-primary-text-color)');
  const text = parseComputed(element.css('color'));
  element.css('color', THEME);
  const color = parseComputed(element.css('color'));
  const background = backgroundOf(element);
  if (!text || !color || !background) return;
  element.css('color', `rgb(${readableColor(color, background, text).join(', ')})`);
}

/** The nearest background that is not transparent. */
function backgroundOf(element: JQuery): ReturnType<typeof parseComputed> {
  for (const parent of element.add(element.parents()).toArray().reverse()) {
    const color = parseComputed($(parent).css('background-color'));
    if (color) return color;
  }
  return undefined;
}
