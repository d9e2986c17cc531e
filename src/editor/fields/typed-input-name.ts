// Names a typed input for screen readers: Node-RED hides the field that the label belongs to.

import { sharedText } from './shared-text';

/** Names the typed input made from `input` with `label`, or with the label of its `row`. */
export function nameTypedInput(row: JQuery, input: JQuery, label?: string): void {
  const shown = input.next().find('input.red-ui-typedInput-input');
  input.next().find('.red-ui-typedInput-option-expand').attr('aria-label', sharedText('fields.expand'));
  // Node-RED sets the text of a label after all fields are prepared.
  queueMicrotask(() => shown.attr('aria-label', label ?? row.find('label').first().text().trim()));
}
