// The fields of a dialog for the MQTT 5 properties of its publications.

import { namesVariables } from '../../settings/environment-text';
import {
  PROPERTY_NAMES,
  type PropertiesConfig,
  type PropertyName,
  type TypedValue,
  type UserPropertyConfig,
  VALUE_TYPES,
} from '../../settings/publish.config';
import { keepReader, listed, readRows } from '../fields/list-rows';
import { intervalProblem, responseTopicProblem } from '../fields/property-problem';
import { sharedText } from '../fields/shared-text';
import { previewHint } from './template-preview';
import { prepareTypedField, type TypedChoice } from './typed-field';
import { typedValueProblem } from './typed-value-problem';

/** The error for the first property that cannot be sent, or undefined. The message decides about blank ones. */
export function propertiesProblem(saved: PropertiesConfig | undefined): string | undefined {
  const { userProperties, ...single } = saved ?? {};
  return [
    ...PROPERTY_NAMES.map((name) => propertyProblem(name, single[name])),
    ...listed(userProperties).map(userPropertyProblem),
  ].find((problem) => problem !== undefined);
}

/** Whether any property is set. */
export function hasProperties(saved: PropertiesConfig | undefined): boolean {
  const { userProperties, ...single } = saved ?? {};
  return listed(userProperties).length > 0 || PROPERTY_NAMES.some((name) => isSet(single[name]));
}

/** Fills the rows `#mqtt-flows-<property>-row` of `names` with `saved`. Returns a function that reads them. */
export function preparePropertyFields(
  saved: PropertiesConfig | undefined,
  names: readonly PropertyName[] = PROPERTY_NAMES,
): () => PropertiesConfig {
  const readers = names.map((name) => [name, prepareProperty(name, saved?.[name])] as const);
  const list = $('#mqtt-flows-user-properties').editableList<Partial<UserPropertyConfig>>({
    addItem: (container, _index, row) => addUserProperty(container, { name: '', value: '', type: 'str', ...row }),
    removable: true,
    sortable: true,
    height: 'auto',
  });
  for (const row of listed(saved?.userProperties)) list.editableList('addItem', row);
  return () => {
    const properties: PropertiesConfig = {};
    for (const [name, read] of readers) {
      const typed = read();
      if (isSet(typed)) properties[name] = typed;
    }
    const rows = readRows<UserPropertyConfig>(list).filter(({ name, value }) => name !== '' || value !== '');
    if (rows.length > 0) properties.userProperties = rows;
    return properties;
  };
}

function isSet(typed: TypedValue | undefined): typed is TypedValue {
  return typed !== undefined && (typed.type === 'none' || typed.value.trim() !== '');
}

function propertyProblem(name: PropertyName, typed: TypedValue | undefined): string | undefined {
  if (!isSet(typed)) return undefined;
  const { value, type } = typed;
  const problem = typedValueProblem(typed);
  if (problem !== undefined || namesVariables(value)) return problem;
  if (name === 'messageExpiryInterval' && type === 'num') return intervalProblem(value);
  return name === 'responseTopic' && type === 'str' && !value.includes('{{') ? responseTopicProblem(value) : undefined;
}

function userPropertyProblem({ name, value, type }: UserPropertyConfig): string | undefined {
  if (name === '' && value !== '') return sharedText('fields.nameMissing');
  return name === '' ? undefined : typedValueProblem({ value, type });
}

function prepareProperty(name: PropertyName, saved: TypedValue | undefined): () => TypedValue {
  const row = $(`#mqtt-flows-${name}-row`);
  const types = VALUE_TYPES[name];
  return prepareTypedField(
    row,
    row.find('input'),
    {
      types,
      ...(name === 'payloadFormatIndicator' && { choices: formatChoices() }),
      note: (typed) => ({ problem: propertyProblem(name, typed), hint: hintFor(typed) }),
    },
    saved ?? { value: '', type: types[0] },
  );
}

function formatChoices(): TypedChoice[] {
  return [
    { value: '', label: sharedText('formatIndicator.message') },
    { value: 'true', label: sharedText('formatIndicator.text') },
    { value: 'false', label: sharedText('formatIndicator.bytes') },
  ];
}

/** Only templates have a preview. */
function hintFor({ value, type }: TypedValue): string | undefined {
  return type === 'str' ? previewHint(value) : undefined;
}

function addUserProperty(container: JQuery, saved: UserPropertyConfig): void {
  const line = $('<div>').css({ display: 'flex', gap: '6px' }).appendTo(container);
  const label = sharedText('field.headerName');
  const name = $('<input>', { type: 'text', placeholder: label, 'aria-label': label, spellcheck: false })
    .css({ flex: '1 1 35%', width: 'auto', minWidth: '60px' })
    .val(saved.name)
    .appendTo(line);
  const cell = $('<div>').css({ flex: '1 1 65%', minWidth: '120px' }).appendTo(line);
  const input = $('<input>', {
    type: 'text',
    style: 'width: 100%',
    placeholder: sharedText('field.headerValue'),
  }).appendTo(cell);
  const nameEntered = (): string => String(name.val()).trim();
  const read = prepareTypedField(
    container,
    input,
    {
      types: VALUE_TYPES.userProperty,
      label: sharedText('field.headerValue'),
      note: (typed) => ({
        problem: userPropertyProblem({ name: nameEntered(), ...typed }),
        hint: hintFor(typed),
      }),
    },
    { value: saved.value, type: saved.type },
  );
  name.on('input change', () => input.trigger('input'));
  keepReader(container, () => ({ name: nameEntered(), ...read() }));
}
