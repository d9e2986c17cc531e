// The name of a typed input for screen readers: Node-RED hides the field that the label of its row is for.

import { sharedText } from './shared-text';

/** Names the typed input made of `input` as `label`, or as the label of its `row` does. */
export function nameTypedInput(row: JQuery, input: JQuery, label?: string): void {
  const shown = input.next().find('input.red-ui-typedInput-input');
  input.next().find('.red-ui-typedInput-option-expand').attr('aria-label', sharedText('fields.expand'));
  // Node-RED fills in the text of a label when all fields are prepared.
  queueMicrotask(() => shown.attr('aria-label', label ?? row.find('label').first().text().trim()));
}
