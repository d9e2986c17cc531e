// Fields for whole numbers, some with a choice of units. They are text fields, because a number field of a browser throws `${NAME}` away.

import { namesVariables, type SavedNumber } from '../../settings/environment-text';
import { addFieldNote } from './field-note';
import { sharedText } from './shared-text';
import { amountText, inSmallest, type Units, unitOf } from './unit';

/** The smallest and the largest number. */
export type NumberRange = readonly [number, number];

/**
 * The sentence for a value that is no whole number in `range`, or undefined. Blank and variables are right. `units` are
 * those of its field; the value and the range are in the smallest.
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
 * Shows `saved` in the field `#mqtt-flows-<name>`, in the largest of `units` that fits, and under it what `problem` says
 * of the value entered, in the smallest.
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
  // Blank counts as 0, and text as no number at all.
  const unit = Number.isNaN(saved) ? units[0] : unitOf(saved, units);
  if (unit.factor > 1) input.val(String(saved / unit.factor));
  select.val(String(unit.factor)).on('change', () => input.trigger('change'));
  const showUse = (): void => {
    const variable = namesVariables(String(input.val()));
    select.prop('disabled', variable);
    // What a variable holds is in the unit that is saved.
    if (variable) select.val('1');
  };
  input.on('input change', showUse);
  showUse();
}

function unitId(name: string): string {
  return `mqtt-flows-${name}-unit`;
}

/**
 * What the field `#mqtt-flows-<name>` holds, in the smallest of its units; something that is no number stays as it was
 * typed, for the validator.
 */
export function readNumber(name: string): SavedNumber {
  const text = String($(`#mqtt-flows-${name}`).val() ?? '').trim();
  const number = Number(text);
  if (text === '' || Number.isNaN(number)) return text;
  return inSmallest(number, Number($(`#${unitId(name)}`).val() ?? 1));
}
