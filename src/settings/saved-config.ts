// Reads the saved configuration of a node, which may be hand-edited, old, or hold strings from the environment. Each
// *.config.ts says what it expects. The first value that does not fit is the error.

import { expectation, MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { asFlag, asWhole, fieldsOf, isBlank, isRecord, shownLiteral } from '../core/values/plain-value';

export type ConfigResult<C> =
  | { readonly ok: true; readonly config: C }
  | { readonly ok: false; readonly error: MqttFlowsError };

export type RawConfig = Readonly<Record<string, unknown>>;

/** Typed access to the properties of a saved configuration, with a default for each that is absent. */
export class SavedConfig {
  readonly #raw: RawConfig;
  readonly #prefix: string;
  readonly #errors: MqttFlowsError[];

  constructor(raw: unknown, parent?: { prefix: string; errors: MqttFlowsError[] }) {
    this.#raw = fieldsOf(raw);
    this.#prefix = parent?.prefix ?? '';
    this.#errors = parent?.errors ?? [];
  }

  /** The result: `config` when every value fitted, otherwise the first error. */
  result<C>(config: C): ConfigResult<C> {
    const error = this.#errors[0];
    return error ? { ok: false, error } : { ok: true, config };
  }

  /** Records that `property` holds a value that does not fit. */
  fail(error: MqttFlowsError): void {
    this.#errors.push(error);
  }

  /** Records that `property` is not as expected. `expected` names values and ranges, or is a key of the locales. */
  invalid(property: string, expected: string): void {
    this.fail(invalidSetting(this.#prefix + property, this.#raw[property], expected));
  }

  text<D extends string | undefined>(property: string, fallback: D): string | D {
    const value = this.#raw[property];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    this.invalid(property, 'expected.text');
    return fallback;
  }

  /** A boolean from a check box, or a text from the environment. */
  boolean(property: string, fallback: boolean): boolean {
    const value = this.#raw[property];
    if (isBlank(value)) return fallback;
    const flag = asFlag(value);
    if (flag !== undefined) return flag;
    this.invalid(property, 'true, false');
    return fallback;
  }

  /** A whole number in a range. Blank counts as absent. */
  integer<D extends number | undefined>(property: string, fallback: D, min: number, max: number): number | D {
    const value = this.#raw[property];
    if (isBlank(value)) return fallback;
    const number = asWhole(value, min, max);
    if (number !== undefined) return number;
    const entered = typeof value === 'string' ? Number(value) : value;
    const isFraction = typeof entered === 'number' && entered >= min && entered <= max;
    this.invalid(property, isFraction ? 'expected.wholeNumber' : `${min} … ${max}`);
    return fallback;
  }

  /** A finite number. Blank counts as absent. */
  number(property: string, fallback: number): number {
    const value = this.#raw[property];
    if (isBlank(value)) return fallback;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.invalid(property, 'expected.number');
    return fallback;
  }

  /** One of the values of `choices`; a number may have been saved as text. Blank counts as absent. */
  choice<const V extends string | number | boolean>(property: string, choices: readonly V[], fallback: V): V {
    const value = this.#raw[property];
    if (isBlank(value)) return fallback;
    const found = choices.find((choice) => choice === value || String(choice) === value);
    if (found !== undefined) return found;
    this.invalid(property, choices.join(', '));
    return fallback;
  }

  /** The properties of a nested object. An absent one counts as empty. */
  section(property: string): SavedConfig {
    const value = this.#raw[property];
    if (value !== undefined && value !== null && !isRecord(value)) this.invalid(property, 'expected.section');
    return new SavedConfig(value, { prefix: `${this.#prefix}${property}.`, errors: this.#errors });
  }

  /** A nested object without type checks, for values of many kinds. An absent one counts as empty. */
  record(property: string): RawConfig {
    const value = this.#raw[property];
    if (value === undefined || value === null || value === '') return {};
    if (isRecord(value)) return value;
    this.invalid(property, 'expected.section');
    return {};
  }

  /** The texts of a list, without blanks. */
  texts(property: string, fallback: readonly string[]): readonly string[] {
    const value = this.#raw[property];
    if (value === undefined || value === null) return fallback;
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) {
      return value.map((entry) => entry.trim()).filter((entry) => entry !== '');
    }
    this.invalid(property, 'expected.list');
    return fallback;
  }

  /** The entries of a list, each with its own properties. An absent list counts as empty. */
  list(property: string): SavedConfig[] {
    const value = this.#raw[property];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.invalid(property, 'expected.list');
      return [];
    }
    const errors = this.#errors;
    return value.map(
      (entry, index) => new SavedConfig(entry, { prefix: `${this.#prefix}${property}[${index}].`, errors }),
    );
  }
}

/** The error for a setting that is not as expected. `expected` names values and ranges, or is a key of the locales. */
export function invalidSetting(property: string, value: unknown, expected: string): MqttFlowsError {
  const params = { property, value: shownLiteral(value), ...expectation(expected) };
  return new MqttFlowsError('config-invalid', { stage: 'config', params });
}
