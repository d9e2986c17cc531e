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

/** What is particular to a field. */
export interface NumberField {
  /** The error for an entered value, in the smallest unit; or undefined. */
  problem(value: string): string | undefined;
  readonly units?: Units | undefined;
  /** Whether 0 means that there is none, as the placeholder says: the field is blank then. Its default has to be 0. */
  readonly zeroIsBlank?: boolean;
  /** What 0 does, where blank stands for another number. */
  readonly zeroHint?: string;
}

/** Shows `saved` in the field `#mqtt-flows-<name>`, in the largest unit that fits, with a note under it. */
export function prepareNumber(name: string, saved: SavedNumber | undefined, field: NumberField): void {
  const { units, zeroIsBlank = false, zeroHint } = field;
  const input = $(`#mqtt-flows-${name}`).data('zeroIsBlank', zeroIsBlank);
  input.val(zeroIsBlank && Number(saved) === 0 ? '' : String(saved ?? ''));
  if (units) addUnits(name, input, units);
  hideUnitOfBlank(input);
  addFieldNote(input.closest('.form-row'), input, (text) => ({
    problem: field.problem(String(readNumber(name))),
    hint: text.trim() === '0' ? zeroHint : undefined,
  }));
}

/** A unit has no sense beside a placeholder in words, such as "no limit". */
function hideUnitOfBlank(input: JQuery): void {
  const unit = input.siblings('select.mqtt-flows-unit, span');
  const show = (): void => {
    const isWord = Number.isNaN(Number(input.attr('placeholder') ?? 0));
    unit.toggle(!isWord || String(input.val()).trim() !== '');
  };
  input.on('input change', show);
  // Node-RED translates the placeholder after the dialog has been prepared.
  setTimeout(show, 0);
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
  const input = $(`#mqtt-flows-${name}`);
  const text = String(input.val() ?? '').trim();
  if (text === '' && input.data('zeroIsBlank') === true) return 0;
  return enteredNumber(text, Number($(`#${unitId(name)}`).val() ?? 1));
}

/** `text`, in a unit of `factor`, in the smallest unit; as it was entered where it is no number. */
export function enteredNumber(text: string, factor: number): SavedNumber {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : inSmallest(number, factor);
}

/** The value of a field and its unit, as they stand in the dialog. */
export function shownNumber(input: JQuery): string {
  const unit = $(`#${input.attr('id')}-unit option:selected`).text();
  return `${input.val()} ${unit}`.trim();
}
