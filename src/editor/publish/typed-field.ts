// A field whose value is fixed or found elsewhere: Node-RED's typed input with our types.

import type { TypedValue, ValueType } from '../../settings/publish.config';
import { addFieldNote, type FieldNote } from '../fields/field-note';
import { sharedText } from '../fields/shared-text';
import { trimPasted } from '../fields/trim-pasted';
import { nameTypedInput } from '../fields/typed-input-name';

export interface TypedChoice {
  readonly value: string;
  readonly label: string;
}

export interface TypedField {
  readonly types: readonly ValueType[];
  /** What the type of fixed text is called, if not a template. */
  readonly textLabel?: string;
  /** The name of the field for screen readers, where its row has none. */
  readonly label?: string;
  /** The field in which Node-RED keeps the type. */
  readonly typeField?: JQuery;
  /** The fixed values, if the field has no others. */
  readonly choices?: readonly TypedChoice[];
  /** Offers topics to begin a template with. */
  complete?(text: string, done: (found: readonly string[]) => void): void;
  /** What is wrong with the value, or what it does. */
  note(typed: TypedValue): FieldNote;
}

/** Turns `input`, which is in `row`, into a typed input. Returns a function that reads it. */
export function prepareTypedField(row: JQuery, input: JQuery, field: TypedField, saved?: TypedValue): () => TypedValue {
  const read = (): TypedValue => ({
    value: input.typedInput('value'),
    // The typed input has only the types that it was given.
    type: input.typedInput('type') as ValueType,
  });
  const types = field.types.map((type) => typeOption(type, field));
  const [first = ''] = field.types;
  input.typedInput({ types, default: first, ...(field.typeField && { typeField: field.typeField }) });
  if (saved) input.typedInput('type', saved.type).typedInput('value', saved.value);
  const shown = input.next().find('input.red-ui-typedInput-input');
  trimPasted(shown);
  nameTypedInput(row, input, field.label);
  addFieldNote(row, input, () => field.note(read()));
  shown.attr('aria-describedby', input.attr('aria-describedby') ?? '');
  input.on('input change', () => shown.attr('aria-invalid', input.attr('aria-invalid') ?? 'false'));
  // The typed input reports a change when it is left, and the note has to follow each letter.
  shown.on('input', () => input.val(read().value).trigger('input'));
  return read;
}

function typeOption(type: ValueType, { choices, note, complete, textLabel }: TypedField): string | TypedInputType {
  const validate = (value: string): boolean => note({ value, type }).problem === undefined;
  switch (type) {
    case 'str':
      return {
        value: type,
        label: textLabel ?? sharedText('types.template'),
        icon: 'red/images/typedInput/az.svg',
        validate,
        ...(complete && { autoComplete: complete }),
      };
    case 'none':
      return { value: type, label: sharedText('types.none'), hasValue: false };
    case 'reply':
      return { value: type, label: sharedText('types.reply'), icon: 'fa fa-reply', hasValue: false };
    case 'num':
      if (!choices)
        return { value: type, label: sharedText('types.number'), icon: 'red/images/typedInput/09.svg', validate };
      return { value: type, label: sharedText('types.fixed'), icon: 'red/images/typedInput/09.svg', options: choices };
    case 'bool':
      return {
        value: type,
        label: sharedText('types.fixed'),
        icon: 'red/images/typedInput/bool.svg',
        options: choices ?? [],
      };
    default:
      return type;
  }
}
