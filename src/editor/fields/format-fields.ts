// The fields for the payload format of a node: the format, a compression around it, and what Protobuf has to know.

import { COMPRESSIONS } from '../../core/payloads/format';
import { type FormatConfig, formatDefaults, INFLATE_RANGE } from '../../settings/format.config';
import { addFieldNote } from './field-note';
import { addFormRow } from './form-row';
import { type FormatOptionFields, formatOptionFields } from './format-option-fields';
import { fillFormatSelect } from './format-select';
import { numberProblem } from './number-field';
import { schemaField } from './schema-field';
import { sharedText } from './shared-text';
import { completed } from './with-defaults';

/** The properties of a node definition for all that is set here. */
export const FORMAT_PROPERTIES = {
  format: { value: formatDefaults.format },
  compression: { value: formatDefaults.compression },
  inflateLimit: {
    value: formatDefaults.inflateLimit,
    validate: (value: FormatConfig['inflateLimit'], _options: unknown) => numberProblem(value, INFLATE_RANGE) ?? true,
  },
  schema: { value: formatDefaults.schema },
  schemaFrom: { value: formatDefaults.schemaFrom },
  messageType: { value: formatDefaults.messageType },
  formatOptions: { value: formatDefaults.formatOptions },
};

/** Of the dialog that is open. */
let options: FormatOptionFields | undefined;

/**
 * Prepares `#node-input-format`, and adds the other fields after its row. Older flows have none of them. `label` names a
 * format. Node-RED saves the fields by their ids.
 */
export function prepareFormat(saved: Partial<FormatConfig>, label: (format: string) => string): void {
  const config = completed(formatDefaults, saved);
  const format = $('#node-input-format');
  fillFormatSelect(format, config.format, label);
  placeBeside(format, compressionSelect(config));
  const row = format.closest('.form-row');
  const more = $('<div>').insertAfter(row);
  const limit = addLimit(more, config);
  const protobuf = addProtobuf(more, config);
  const show = (): void => {
    // The width of the labels is the node's.
    more.find('.form-row').attr('class', row.attr('class') ?? '');
    limit.toggle($('#node-input-compression').val() !== '');
    protobuf.toggle(format.val() === 'protobuf' || describesMessages() || rowsUse('protobuf'));
    fields.show((name) => format.val() === name || rowsUse(name));
  };
  const fields = formatOptionFields(more, config.formatOptions, show);
  options = fields;
  $('#node-input-compression').add(format).on('change', show);
  $('#dialog-form').on('change', 'select.mqtt-flows-row-format', show);
  show();
}

/** Saves what Node-RED does not save by itself. Looking at it is no change. */
export function saveFormat(node: Partial<FormatConfig>): void {
  const entered = options?.entered();
  if (entered && JSON.stringify(entered) !== JSON.stringify(node.formatOptions ?? {})) node.formatOptions = entered;
}

/** What is entered in the fields. */
export function enteredFormat(): Readonly<Record<Exclude<keyof FormatConfig, 'formatOptions'>, string>> &
  Pick<FormatConfig, 'formatOptions'> {
  const entered = (name: keyof FormatConfig): string => String($(`#node-input-${name}`).val() ?? '');
  return {
    format: entered('format'),
    compression: entered('compression'),
    inflateLimit: entered('inflateLimit'),
    schema: entered('schema'),
    schemaFrom: entered('schemaFrom'),
    messageType: entered('messageType'),
    formatOptions: options?.entered() ?? {},
  };
}

/** What is entered stays in sight: *detect* uses it for the content type of Protobuf. */
function describesMessages(): boolean {
  return $('#node-input-schema').val() !== '' || $('#node-input-messageType').val() !== '';
}

/** Whether a filter has `format` while the node may have another. */
export function rowsUse(format: string): boolean {
  return $('select.mqtt-flows-row-format')
    .toArray()
    .some((select) => String($(select).val()).endsWith(format));
}

/** Puts `compression` beside the format, in the width that this has had: it is as wide as its longest choice in any language. */
function placeBeside(format: JQuery, compression: JQuery): void {
  const width = format[0]?.style.width ?? '';
  const both = $('<span>').css({ display: 'inline-flex', gap: '4px', width }).insertBefore(format);
  both.append(format.css({ flex: '1 1 0', minWidth: 0 }), compression.css({ flex: 'none', width: 'auto' }));
}

function compressionSelect(config: FormatConfig): JQuery {
  const select = $('<select>', {
    id: 'node-input-compression',
    title: sharedText('tip.compression'),
    'aria-label': sharedText('field.compression'),
  });
  select.append($('<option>', { value: '' }).text(sharedText('compression.none')));
  for (const name of COMPRESSIONS) select.append($('<option>', { value: name }).text(name));
  return select.val(config.compression);
}

function addLimit(parent: JQuery, config: FormatConfig): JQuery {
  const input = $('<input>', { type: 'text', title: sharedText('tip.inflateLimit') }).css({ width: '80px' });
  const row = addFormRow(parent, 'fa fa-arrows-v', sharedText('field.inflateLimit'), input);
  row.append(' MiB');
  // The id by which Node-RED saves it; the label goes with it.
  rename(row, input.val(String(config.inflateLimit)), 'node-input-inflateLimit');
  return row;
}

function addProtobuf(parent: JQuery, config: FormatConfig): JQuery {
  const rows = $('<div>').appendTo(parent);
  const from = $('<select>', { title: sharedText('tip.schemaFrom') }).css({ width: '70%' });
  const sources = { text: sharedText('schemaFrom.text'), file: sharedText('schemaFrom.file') };
  for (const [value, text] of Object.entries(sources)) from.append($('<option>', { value }).text(text));
  rename(addFormRow(rows, 'fa fa-book', sharedText('field.schemaFrom'), from), from, 'node-input-schemaFrom');
  from.val(config.schemaFrom);
  const type = $('<input>', { type: 'text', title: sharedText('tip.messageType'), spellcheck: false });
  const row = addFormRow(rows, 'fa fa-envelope-o', sharedText('field.messageType'), type.css({ width: '70%' }));
  rename(row, type.val(config.messageType), 'node-input-messageType');
  const names = $('<datalist>', { id: 'mqtt-flows-message-types' }).appendTo(row);
  type.attr('list', 'mqtt-flows-message-types');
  let known: readonly string[] = [];
  addFieldNote(row, type, (value) => ({ problem: messageTypeProblem(value.trim(), known) }));
  const schema = schemaField(config.schema, (messageTypes) => {
    known = messageTypes;
    names.empty();
    for (const name of messageTypes) names.append($('<option>', { value: name }));
    type.trigger('change');
  });
  schema.element.insertBefore(row);
  const show = (): void => schema.showAs(from.val() === 'file' ? 'file' : 'text');
  from.on('change', show);
  show();
  return rows;
}

/** A message is named in full, or by its last part where that is clear. `known` is empty until the text has been read. */
function messageTypeProblem(type: string, known: readonly string[]): string | undefined {
  if (type === '' || known.length === 0) return undefined;
  const bare = type.replace(/^\./, '');
  const found = known.includes(bare) ? 1 : known.filter((name) => name.endsWith(`.${bare}`)).length;
  return found === 1 ? undefined : sharedText('schema.noMessage', { types: known.slice(0, 10).join(', ') });
}

function rename(row: JQuery, input: JQuery, id: string): void {
  input.attr('id', id);
  row.find('label').attr('for', id);
}
