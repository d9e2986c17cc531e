// A field of a node that publishes with a few fixed values: QoS and retain.

import { namesVariables } from '../../settings/environment-text';
import { type TypedValue, VALUE_TYPES } from '../../settings/publish.config';
import { sharedText } from '../fields/shared-text';
import { prepareTypedField, type TypedChoice } from './typed-field';
import { typedValueProblem } from './typed-value-problem';

export type ChoiceSetting = 'qos' | 'retain';

/** The first is blank and leaves the setting to the message. */
const FIXED: Readonly<Record<ChoiceSetting, readonly string[]>> = {
  qos: ['', '0', '1', '2'],
  retain: ['', 'false', 'true', 'clear'],
};

/** The error for a value that the setting cannot have, or undefined. */
export function choiceProblem(setting: ChoiceSetting, { value, type }: TypedValue): string | undefined {
  if (type !== 'num' && type !== 'bool') return typedValueProblem({ value, type });
  const known = namesVariables(value) || FIXED[setting].includes(value);
  return known ? undefined : sharedText('fields.oneOf', { values: FIXED[setting].slice(1).join(', ') });
}

/** Prepares `#node-input-<setting>`; `label` names a fixed value. */
export function prepareChoice(setting: ChoiceSetting, label: (value: string) => string): void {
  const choices = FIXED[setting].map((value): TypedChoice => ({ value, label: label(value) }));
  prepareTypedField($(`#mqtt-flows-${setting}-row`), $(`#node-input-${setting}`), {
    types: VALUE_TYPES[setting],
    typeField: $(`#node-input-${setting}Type`),
    choices,
    note: (typed) => ({ problem: choiceProblem(setting, typed) }),
  });
}
