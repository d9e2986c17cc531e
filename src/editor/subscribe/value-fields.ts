// The collapsed part *Value* of a filter's row: which part of the payload becomes msg.payload, how it is converted, and
// what that gives for the last message seen.

import { parseValuePath } from '../../core/values/value-rule';
import { namesVariables, type SavedNumber } from '../../settings/environment-text';
import { parseValueRule, type ValueConfig, valueDefaults } from '../../settings/value.config';
import { addFieldNote } from '../fields/field-note';
import { sharedText } from '../fields/shared-text';
import { nameTypedInput } from '../fields/typed-input-name';
import { typedValueProblem } from '../publish/typed-value-problem';
import { showValueTrial } from './value-trial';

/** Whether a saved *Value* changes anything. */
function isUsed(value: Partial<ValueConfig> | undefined): boolean {
  return Boolean(value?.from) || Boolean(value?.convert) || value?.keepData === true;
}

/** The error for a saved *Value*, or undefined. What has variables is checked by the runtime. */
export function valueProblem(value: Partial<ValueConfig> | undefined): string | undefined {
  if (!isUsed(value) || namesVariables(JSON.stringify(value))) return undefined;
  const { from, fromType } = { ...valueDefaults, ...value };
  const problem = originProblem(from, fromType);
  if (problem !== undefined) return problem;
  return parseValueRule(value, 'value').ok ? undefined : sharedText('value.invalid');
}

/**
 * Adds the part to `container`; `settingsOf` returns the settings of the node with this row alone, for the trial. Returns
 * what reads it: nothing of a part that changes nothing.
 */
export function addValueFields(
  container: JQuery,
  saved: Partial<ValueConfig> | undefined,
  settingsOf: () => object,
): () => { readonly value?: Partial<ValueConfig> } {
  const fold = $('<details>', { class: 'mqtt-flows-value' }).css({ marginTop: '4px' }).appendTo(container);
  const summary = $('<summary>', { title: sharedText('value.tip') }).css({ cursor: 'pointer', fontSize: '12px' });
  summary.appendTo(fold);
  let read: (() => Partial<ValueConfig>) | undefined;
  const current = (): Partial<ValueConfig> | undefined => (read ? read() : saved);
  const showSummary = (): void => {
    const value = current();
    const from = value?.from || (isUsed(value) ? 'payload' : '');
    summary.text(from === '' ? sharedText('value.fold') : sharedText('value.folded', { from: from.slice(0, 60) }));
  };
  // Typed inputs are slow, and few filters need one.
  const build = (): void => {
    if (read) return;
    const content = $('<div>').css({ paddingTop: '4px' }).appendTo(fold);
    read = buildFields(content, { ...valueDefaults, ...saved });
    // Beside the field, since the list may be too low to show more.
    showValueTrial($('<div>').insertAfter(content.children().first()), fold, settingsOf);
  };
  fold.on('toggle', build).on('input change', showSummary);
  if (isUsed(saved)) {
    fold.prop('open', true);
    build();
  }
  showSummary();
  return () => {
    const value = current();
    return isUsed(value) && value ? { value } : {};
  };
}

function originProblem(from: string, fromType: ValueConfig['fromType']): string | undefined {
  if (from.trim() === '' || namesVariables(from)) return undefined;
  if (fromType === 'path') return parseValuePath(from.trim()) ? undefined : sharedText('value.noPath');
  return typedValueProblem({ value: from, type: 'jsonata' });
}

function buildFields(content: JQuery, saved: ValueConfig): () => Partial<ValueConfig> {
  const readFrom = addOrigin(content, saved);
  const convert = select(sharedText('value.convert'), saved.convert, {
    '': sharedText('value.asIs'),
    number: sharedText('value.number'),
    boolean: sharedText('value.boolean'),
    date: sharedText('value.date'),
  });
  labelled(content, sharedText('value.convert'), convert);
  const parts = {
    number: addNumber(content, saved),
    boolean: addWords(content, saved),
    date: addDate(content, saved),
  };
  const missing = select(sharedText('value.missing'), saved.missing, {
    error: sharedText('value.error'),
    drop: sharedText('value.drop'),
    pass: sharedText('value.pass'),
  });
  labelled(content, sharedText('value.missing'), missing);
  const keepData = $('<input>', { type: 'checkbox' }).css({ width: 'auto', margin: '0 4px 0 0' });
  keepData.prop('checked', saved.keepData);
  const tick = $('<label>').css({ width: 'auto', margin: '4px 0 0' });
  tick.append(keepData, document.createTextNode(sharedText('value.keepData'))).appendTo(content);
  const kind = (): keyof typeof parts | '' => {
    const value = convert.val();
    return value === 'number' || value === 'boolean' || value === 'date' ? value : '';
  };
  const show = (): void => {
    for (const [name, part] of Object.entries(parts)) part.line.toggle(name === kind());
  };
  convert.on('change', show);
  show();
  return () => {
    const chosen = kind();
    return {
      ...readFrom(),
      ...(chosen !== '' && { convert: chosen, ...parts[chosen].read() }),
      // The select has only these.
      missing: String(missing.val()) as ValueConfig['missing'],
      ...(keepData.prop('checked') === true && { keepData: true }),
    };
  };
}

function addOrigin(content: JQuery, saved: ValueConfig): () => Pick<ValueConfig, 'from' | 'fromType'> {
  const line = $('<div>').appendTo(content);
  const input = $('<input>', { type: 'text', placeholder: 'ENERGY.Power' }).css({ width: '100%' }).appendTo(line);
  input.val(saved.from);
  const path = { value: 'path', label: 'msg.payload.', validate: () => true };
  input.typedInput({ types: [path, 'jsonata'], default: saved.fromType });
  input.typedInput('type', saved.fromType);
  input.typedInput('value', saved.from);
  // The typed input's own method measures the width, which is impossible before the dialog is shown.
  line.find('.red-ui-typedInput-container').css('width', '100%');
  nameTypedInput(line, input, sharedText('value.from'));
  const read = (): Pick<ValueConfig, 'from' | 'fromType'> => ({
    from: input.typedInput('value').trim(),
    fromType: input.typedInput('type') === 'jsonata' ? 'jsonata' : 'path',
  });
  addFieldNote(line, input, () => {
    const { from, fromType } = read();
    const hint = fromType === 'path' ? sharedText('value.pathHint') : sharedText('value.jsonataHint');
    return { problem: originProblem(from, fromType), hint };
  });
  const shown = line.find('input.red-ui-typedInput-input');
  shown.attr('aria-describedby', input.attr('aria-describedby') ?? '');
  input.on('input change', () => shown.attr('aria-invalid', input.attr('aria-invalid') ?? 'false'));
  // The typed input reports a change when it is left, and the note has to follow each letter.
  shown.on('input', () => input.val(read().from).trigger('input'));
  return read;
}

interface Part<Settings> {
  readonly line: JQuery;
  read(): Settings;
}

function addNumber(content: JQuery, saved: ValueConfig): Part<Pick<ValueConfig, 'factor' | 'offset'>> {
  const line = $('<div>').appendTo(content);
  const factor = field(line, sharedText('value.factor'), String(saved.factor), numberProblem);
  const offset = field(line, sharedText('value.offset'), String(saved.offset), numberProblem);
  return { line, read: () => ({ factor: numberOf(factor, 1), offset: numberOf(offset, 0) }) };
}

function addWords(content: JQuery, saved: ValueConfig): Part<Pick<ValueConfig, 'trueWords' | 'falseWords'>> {
  const line = $('<div>').appendTo(content);
  const trueWords = field(line, sharedText('value.trueWords'), saved.trueWords);
  const falseWords = field(line, sharedText('value.falseWords'), saved.falseWords, (text) => {
    const words = { convert: 'boolean', trueWords: String(trueWords.val()), falseWords: text };
    return parseValueRule(words, 'value').ok ? undefined : sharedText('expected.otherWords');
  });
  trueWords.on('input', () => falseWords.trigger('input'));
  return {
    line,
    read: () => ({ trueWords: String(trueWords.val()).trim(), falseWords: String(falseWords.val()).trim() }),
  };
}

function addDate(content: JQuery, saved: ValueConfig): Part<Pick<ValueConfig, 'dateFrom'>> {
  const line = $('<div>').appendTo(content);
  const dateFrom = select(sharedText('value.dateFrom'), saved.dateFrom, {
    iso: sharedText('value.iso'),
    ms: sharedText('value.ms'),
    s: sharedText('value.s'),
  });
  labelled(line, sharedText('value.dateFrom'), dateFrom);
  // The select has only these.
  return { line, read: () => ({ dateFrom: String(dateFrom.val()) as ValueConfig['dateFrom'] }) };
}

/** Blank is `usual`. What is no number stays as entered, for the validator. */
function numberOf(input: JQuery, usual: number): SavedNumber {
  const text = String(input.val() ?? '').trim();
  if (text === '') return usual;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

function numberProblem(text: string): string | undefined {
  const valid = text.trim() === '' || namesVariables(text) || Number.isFinite(Number(text));
  return valid ? undefined : sharedText('expected.number');
}

function field(parent: JQuery, label: string, value: string, problem?: (text: string) => string | undefined): JQuery {
  const input = $('<input>', { type: 'text', spellcheck: false }).val(value);
  const row = labelled(parent, label, input);
  if (problem) addFieldNote(row, input, (text) => ({ problem: problem(text) }));
  return input;
}

function select(label: string, value: string, options: Readonly<Record<string, string>>): JQuery {
  const list = $('<select>', { 'aria-label': label });
  for (const [option, text] of Object.entries(options)) list.append($('<option>', { value: option }).text(text));
  return list.val(value);
}

/** Adds `input` with its label, and returns the row. */
function labelled(parent: JQuery, label: string, input: JQuery): JQuery {
  const row = $('<div>').css({ marginTop: '4px' }).appendTo(parent);
  const text = $('<span>').css({ flex: '0 0 38%' }).text(label);
  $('<label>')
    .css({ display: 'flex', gap: '6px', alignItems: 'baseline', width: 'auto', margin: 0 })
    .append(text, input.css({ flex: '1 1 0', minWidth: 0, width: 'auto' }))
    .appendTo(row);
  return row;
}
