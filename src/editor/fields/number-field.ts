// Fields for whole numbers, some with a choice of units. They are text fields, because a browser's number field
// discards `${NAME}`.

import { namesVariables, type SavedNumber } from '../../settings/environment-text';
import { addFieldNote } from './field-note';
import { sharedText } from './shared-text';
import { amountText, inSmallest, type Units, unitOf } from './unit';

/** The smallest and the largest number. */
export type NumberRange = readonly [number, number];

/**
 * The error for a value that is not a whole number in `range`, or undefined. Blanks and variables are valid. `units`
 * are those of the field; the value and the range are in the smallest.
 */
export function numberProblem(value: unknown, [min, max]: NumberRange, units?: Units): string | undefined {
  const text = String(value ?? '').trim();
  if (text === '' || namesVariables(text)) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return undefined;
  if (!units) return sharedText('fields.range', { min, max });
  const ends = { min: amountText(min, units), max: amountText(max, units) };
  return sharedText('fields.rangeIn', { ...ends, unit: units[0].name() });
}

/**
 * Shows `saved` in the field `#mqtt-flows-<name>`, in the largest of `units` that fits. The note under it shows the
 * result of `problem` for the entered value, in the smallest unit.
 */
export function prepareNumber(
  name: string,
  saved: SavedNumber | undefined,
  problem: (value: string) => string | undefined,
  units?: Units,
): void {
  const input = $(`#mqtt-flows-${name}`).val(String(saved ?? ''));
  if (units) addUnits(name, input, units);
  addFieldNote(input.closest('.form-row'), input, () => ({ problem: problem(String(readNumber(name))) }));
}

function addUnits(name: string, input: JQuery, units: Units): void {
  const select = $('<select>', {
    id: unitId(name),
    class: 'mqtt-flows-unit',
    'aria-label': sharedText('field.unit'),
    title: sharedText('tip.unit'),
  });
  for (const { name: text, factor } of units) select.append($('<option>', { value: factor }).text(text()));
  input.after(' ', select);
  const saved = Number(input.val());
  // A blank becomes 0, and text becomes NaN.
  const unit = Number.isNaN(saved) ? units[0] : unitOf(saved, units);
  if (unit.factor > 1) input.val(String(saved / unit.factor));
  select.val(String(unit.factor)).on('change', () => input.trigger('change'));
  const showUse = (): void => {
    const variable = namesVariables(String(input.val()));
    select.prop('disabled', variable);
    // The value of a variable is in the smallest unit.
    if (variable) select.val('1');
  };
  input.on('input change', showUse);
  showUse();
}

function unitId(name: string): string {
  return `mqtt-flows-${name}-unit`;
}

/**
 * The value of the field `#mqtt-flows-<name>`, in the smallest of its units. Anything that is not a number stays as
 * entered, for the validator.
 */
export function readNumber(name: string): SavedNumber {
  const text = String($(`#mqtt-flows-${name}`).val() ?? '').trim();
  return enteredNumber(text, Number($(`#${unitId(name)}`).val() ?? 1));
}

/** `text`, in a unit of `factor`, in the smallest unit; as it was entered where it is no number. */
export function enteredNumber(text: string, factor: number): SavedNumber {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : inSmallest(number, factor);
}
