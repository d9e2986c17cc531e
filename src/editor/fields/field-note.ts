// The note under a field: what is wrong with its value, or what the value does.

import { colorAsError } from './error-color';

/** The note of a field. */
export interface FieldNote {
  readonly problem?: string | undefined;
  readonly hint?: string | undefined;
  /** A button that mends the problem. */
  readonly fix?: { readonly label: string; apply(): void } | undefined;
}

let count = 0;

/**
 * Adds a note at the end of `row` that shows the result of `check` for `input`, now and at each change. Text is set as
 * text, never as markup. A problem marks the field as invalid, visibly and for screen readers.
 */
export function addFieldNote(row: JQuery, input: JQuery, check: (value: string) => FieldNote): void {
  const id = `mqtt-flows-note-${++count}`;
  const line = $('<div>', { id, 'aria-live': 'polite' }).css({ fontSize: '12px', paddingTop: '2px' }).appendTo(row);
  // A dialog opens as wide as its widest row. A long sentence shall not make it cover the workspace.
  if (row.hasClass('form-row')) line.css('contain', 'inline-size');
  input.attr('aria-describedby', id);
  let shown: string | undefined;
  const show = (): void => {
    const { problem, hint, fix } = check(String(input.val() ?? ''));
    input.toggleClass('input-error', problem !== undefined).attr('aria-invalid', String(problem !== undefined));
    const text = problem ?? hint ?? '';
    // A press on the button leaves the field, which is a change: the button must outlive it.
    if (text === shown) return;
    shown = text;
    line.text(text).css('color', 'var(--red-ui-secondary-text-color)');
    if (problem !== undefined) colorAsError(line);
    line.toggle(line.text() !== '');
    if (fix) line.append(' ', fixButton(fix));
  };
  input.on('input change', show);
  show();
}

function fixButton({ label, apply }: NonNullable<FieldNote['fix']>): JQuery {
  return $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' }).text(label).on('click', apply);
}
