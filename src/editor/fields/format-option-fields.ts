// The fields for the options of formats that other packages have registered. The runtime has their schemas.

import {
  type FormatOption,
  type OptionsSchema,
  optionProblem,
  type SavedOptions,
  usableOptions,
} from '../../core/values/options-schema';
import { isBlank, putProperty } from '../../core/values/plain-value';
import { namesVariables } from '../../settings/environment-text';
import type { FormatConfig } from '../../settings/format.config';
import type { FormatsAnswer } from '../../settings/format-answer';
import { addFieldNote } from './field-note';
import { addFormRow } from './form-row';
import { registeredFormats } from './format-select';
import { sharedText } from './shared-text';

type AllOptions = FormatConfig['formatOptions'];

interface OptionField {
  readonly name: string;
  readonly option: FormatOption;
  readonly input: JQuery;
}

interface FormatGroup {
  readonly format: string;
  readonly element: JQuery;
  readonly fields: readonly OptionField[];
}

export interface FormatOptionFields {
  /** Shows the fields of the formats that `isUsed` names. */
  show(isUsed: (format: string) => boolean): void;
  /** What is entered, and what was saved for formats that are not here. */
  entered(): AllOptions;
}

/** `ready` is called when the fields are there: the runtime is asked, if there is a format of another package. */
export function formatOptionFields(parent: JQuery, saved: AllOptions, ready: () => void): FormatOptionFields {
  let groups: readonly FormatGroup[] = [];
  if (registeredFormats().length > 0) {
    void ask().then((formats) => {
      groups = formats.map(({ format, options }) => addGroup(parent, format, options, own(saved, format) ?? {}));
      ready();
    });
  }
  return {
    show(isUsed) {
      for (const { format, element } of groups) element.toggle(isUsed(format));
    },
    entered() {
      const all: Record<string, SavedOptions> = { ...saved };
      for (const { format, fields } of groups) {
        const options = enteredOptions(fields, own(saved, format) ?? {});
        if (Object.keys(options).length > 0) putProperty(all, format, options);
        else delete all[format];
      }
      return all;
    },
  };
}

/** None where there is no answer: what is saved stays as it is. */
async function ask(): Promise<FormatsAnswer['formats']> {
  try {
    const { formats }: FormatsAnswer = await $.ajax('mqtt-flows/formats', { dataType: 'json' });
    return formats;
  } catch {
    return [];
  }
}

function addGroup(parent: JQuery, format: string, schema: OptionsSchema, saved: SavedOptions): FormatGroup {
  const element = $('<div>', { class: 'mqtt-flows-format-options' }).attr('data-format', format).appendTo(parent);
  const fields = Object.entries(usableOptions(schema)).map(([name, option]): OptionField => {
    const input = inputFor(option).attr('data-option', name);
    if (option.description !== undefined) input.attr('title', option.description);
    const row = addFormRow(element, 'fa fa-sliders', option.title ?? name, input);
    fill(input, option, own(saved, name));
    addFieldNote(row, input, () => ({ problem: problemOf(option, enteredIn(input, option)) }));
    return { name, option, input };
  });
  return { format, element, fields };
}

function inputFor({ type, enum: choices, default: usual }: FormatOption): JQuery {
  if (type === 'boolean') return $('<input>', { type: 'checkbox' }).css({ width: 'auto', margin: 0 });
  if (!choices) {
    return $('<input>', { type: 'text', spellcheck: false, placeholder: String(usual ?? '') }).css({ width: '70%' });
  }
  const select = $('<select>').css({ width: '70%' });
  if (usual === undefined) select.append($('<option>', { value: '' }));
  for (const choice of choices) select.append($('<option>', { value: String(choice) }).text(String(choice)));
  return select;
}

/** A value that is no choice, such as `${NAME}`, is one of the choices, so that looking at it loses nothing. */
function fill(input: JQuery, { type, enum: choices, default: usual }: FormatOption, saved: unknown): void {
  if (type === 'boolean') return void input.prop('checked', String(saved ?? usual ?? false) === 'true');
  const text = String(saved ?? '');
  if (!choices) return void input.val(text);
  const shown = text === '' ? String(usual ?? '') : text;
  if (shown !== '' && !choices.some((choice) => String(choice) === shown)) {
    input.append($('<option>', { value: shown }).text(shown));
  }
  input.val(shown);
}

function enteredIn(input: JQuery, { type }: FormatOption): string | boolean {
  return type === 'boolean' ? input.prop('checked') === true : String(input.val() ?? '');
}

/** What is saved under `name`, which may be that of a property of every object. */
function own<T>(saved: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(saved, name) ? saved[name] : undefined;
}

/** What stands before the keys of the locales. */
const KEY = 'expected.';

function problemOf(option: FormatOption, value: string | boolean): string | undefined {
  if (namesVariables(String(value))) return undefined;
  const expected = optionProblem(option, value);
  if (expected === undefined) return undefined;
  const key = expected.startsWith(KEY) ? expected.slice(KEY.length) : undefined;
  return sharedText('fields.expected', { what: key === undefined ? expected : sharedText(`expected.${key}`) });
}

/** Without what is blank or the default; what is saved for options that the format has no more stays. */
function enteredOptions(fields: readonly OptionField[], saved: SavedOptions): SavedOptions {
  const entered: Record<string, unknown> = { ...saved };
  for (const { name, option, input } of fields) {
    const value = enteredIn(input, option);
    const isUsual = String(value) === String(option.default ?? (option.type === 'boolean' ? false : ''));
    if (isBlank(value) || isUsual) delete entered[name];
    // What was saved in another form, such as a number, means the same.
    else if (String(own(saved, name)) !== String(value)) putProperty(entered, name, typed(option, value));
  }
  return entered;
}

function typed({ type }: FormatOption, value: string | boolean): string | boolean | number {
  const isNumber = (type === 'number' || type === 'integer') && Number.isFinite(Number(value));
  return isNumber ? Number(value) : value;
}
