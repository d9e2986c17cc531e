// The options of a payload format, described by a small part of JSON Schema: what a dialog shows, and what a format gets.
// Runs in the editor too.

import { expectation, MqttFlowsError } from '../errors/mqtt-flows-error';
import { failed, found, type Result } from '../errors/result';
import { asFlag, isBlank, isRecord, shown } from './plain-value';

type OptionValue = string | number | boolean;

/** As JSON Schema has them. An option without a default may be absent. */
export interface FormatOption {
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  /** How the dialog names it; its own name unless given. */
  readonly title?: string;
  /** What the dialog says about it. */
  readonly description?: string;
  readonly default?: OptionValue;
  /** The values to choose from; not for booleans. */
  readonly enum?: readonly OptionValue[];
  /** For numbers. */
  readonly minimum?: number;
  readonly maximum?: number;
}

export type OptionsSchema = Readonly<Record<string, FormatOption>>;
export type OptionValues = Readonly<Record<string, OptionValue>>;
/** As they are saved: numbers and booleans may be texts. */
export type SavedOptions = Readonly<Record<string, unknown>>;

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean'];

/** The options of `schema` that can be used: another package may have written anything. */
export function usableOptions(schema: unknown): OptionsSchema {
  if (!isRecord(schema)) return {};
  const usable = Object.entries(schema).flatMap(([name, option]): [string, FormatOption][] =>
    isRecord(option) && isType(option.type) ? [[name, usableOption(option, option.type)]] : [],
  );
  return Object.fromEntries(usable);
}

function isType(type: unknown): type is FormatOption['type'] {
  return TYPES.includes(type);
}

/** `option` without what is of no use, such as an `enum` that is no list. */
function usableOption(option: Readonly<Record<string, unknown>>, type: FormatOption['type']): FormatOption {
  const { title, description, default: usual, enum: choices, minimum, maximum } = option;
  return {
    type,
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(isValue(usual) && { default: usual }),
    ...(Array.isArray(choices) && { enum: choices.filter(isValue) }),
    ...(typeof minimum === 'number' && { minimum }),
    ...(typeof maximum === 'number' && { maximum }),
  };
}

function isValue(value: unknown): value is OptionValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What is expected in the place of `value`: values, a range, or a key of the locales. Undefined when it fits. */
export function optionProblem(option: FormatOption, value: unknown): string | undefined {
  return isBlank(value) || optionValue(option, value) !== undefined ? undefined : expected(option);
}

/** The values that a format gets for what is saved. Blank is absent. The error names the option, as `<place>.<name>`. */
export function readOptions(schema: OptionsSchema, saved: SavedOptions, place: string): Result<OptionValues> {
  const values: [string, OptionValue][] = [];
  for (const [name, option] of Object.entries(schema)) {
    const raw = Object.hasOwn(saved, name) ? saved[name] : undefined;
    const value = isBlank(raw) ? option.default : optionValue(option, raw);
    if (value !== undefined) values.push([name, value]);
    else if (!isBlank(raw)) return failed(optionInvalid(`${place}.${name}`, raw, expected(option)));
  }
  return found(Object.fromEntries(values));
}

function optionInvalid(property: string, value: unknown, wanted: string): MqttFlowsError {
  const params = { property, value: shown(value), ...expectation(wanted) };
  return new MqttFlowsError('config-invalid', { stage: 'config', params });
}

function optionValue(option: FormatOption, value: unknown): OptionValue | undefined {
  const typed = typedValue(option, value);
  if (typed === undefined || !option.enum) return typed;
  return option.enum.includes(typed) ? typed : undefined;
}

function typedValue({ type, minimum, maximum }: FormatOption, value: unknown): OptionValue | undefined {
  if (type === 'boolean') return asFlag(value);
  if (type === 'string') return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  if (type === 'integer' && !Number.isInteger(number)) return undefined;
  return number >= (minimum ?? Number.NEGATIVE_INFINITY) && number <= (maximum ?? Number.POSITIVE_INFINITY)
    ? number
    : undefined;
}

function expected({ type, enum: values, minimum, maximum }: FormatOption): string {
  if (values) return values.join(', ');
  if (type === 'boolean') return 'true, false';
  if (type === 'string') return 'expected.text';
  if (minimum === undefined && maximum === undefined) {
    return type === 'integer' ? 'expected.wholeNumber' : 'expected.number';
  }
  return `${minimum ?? ''} … ${maximum ?? ''}`.trim();
}
