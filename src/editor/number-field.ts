// Fields for whole numbers. They are text fields, because a number field of a browser throws `${NAME}` away.

import { namesVariables, type SavedNumber } from '../core/environment-text';
import { addFieldNote } from './field-note';
import { sharedText } from './shared-text';

/** The smallest and the largest number. */
export type NumberRange = readonly [number, number];

/** The sentence for a value that is no whole number in `range`, or undefined. Blank and variables are right. */
export function numberProblem(value: unknown, [min, max]: NumberRange): string | undefined {
  const text = String(value ?? '').trim();
  if (text === '' || namesVariables(text)) return undefined;
  const number = Number(text);
  return Number.isInteger(number) && number >= min && number <= max
    ? undefined
    : sharedText('fields.range', { min, max });
}

/** Shows `saved` in the field `#mqtt-flows-<name>`, and under it what `problem` says of the value entered. */
export function prepareNumber(
  name: string,
  saved: SavedNumber | undefined,
  problem: (value: string) => string | undefined,
): void {
  const input = $(`#mqtt-flows-${name}`).val(String(saved ?? ''));
  addFieldNote(input.closest('.form-row'), input, (value) => ({ problem: problem(value) }));
}

/** What the field `#mqtt-flows-<name>` holds; something that is no number stays as it was typed, for the validator. */
export function readNumber(name: string): SavedNumber {
  const text = String($(`#mqtt-flows-${name}`).val() ?? '').trim();
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}
