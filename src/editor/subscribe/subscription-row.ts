// A row in the list of topic filters: the filter, its QoS and, behind a button, the other subscription options.

import { isVariable, namesVariables } from '../../settings/environment-text';
import { type SubscriptionConfig, subscriptionDefaults } from '../../settings/subscribe.config';
import { addFieldNote } from '../fields/field-note';
import { fillFormatSelect } from '../fields/format-select';
import { keepReader } from '../fields/list-rows';
import { sharedText } from '../fields/shared-text';
import { offerTopics } from '../fields/topic-completion';
import { trimPasted } from '../fields/trim-pasted';
import { addExpression, keepsBraces, typeOfText } from './filter-field';
import { rowFilterNote, TAKES_MESSAGES } from './row-filter-problem';
import { addValueFields } from './value-fields';

const SHARED = /^\$share\/([^/]*)\/(.*)$/s;

/** Splits a filter into the group of a shared subscription and the rest. */
function splitGroup(filter: string): { group: string; rest: string } {
  const [, group = '', rest = filter] = SHARED.exec(filter) ?? [];
  return { group, rest };
}

function withGroup(group: string, filter: string): string {
  return group === '' ? filter : `$share/${group}/${filter}`;
}

function checkBox(parent: JQuery, label: string, checked: boolean): JQuery {
  const box = $('<input>', { type: 'checkbox' }).css({ width: 'auto', margin: '0 4px 0 0' }).prop('checked', checked);
  $('<label>').css({ width: 'auto', margin: 0 }).append(box, document.createTextNode(label)).appendTo(parent);
  return box;
}

/** Adds a line with `field` and its label. A placeholder would be visible only while the field is empty. */
function addLabelled(parent: JQuery, label: string, field: JQuery): void {
  const css = { display: 'flex', gap: '6px', alignItems: 'baseline', flex: '1 1 100%', width: 'auto', margin: 0 };
  const text = $('<span>').css({ flex: '0 0 38%' }).text(label);
  $('<label>')
    .css(css)
    .append(text, field.css({ flex: '1 1 0', minWidth: 0, width: 'auto' }))
    .appendTo(parent);
}

interface RowOptions {
  readonly group: JQuery;
  readonly literal: JQuery;
  /** How the filter is given: its value is blank for text. */
  readonly type: JQuery;
  read(): Omit<SubscriptionConfig, 'filter' | 'filterType' | 'qos'>;
}

/** Adds the second line, hidden until it is opened or holds a value other than the default. */
function addOptions(
  container: JQuery,
  saved: SubscriptionConfig,
  group: string,
  formatLabel: (format: string) => string,
): RowOptions & { line: JQuery } {
  const css = { display: 'flex', flexWrap: 'wrap', gap: '4px 12px', alignItems: 'baseline', marginTop: '4px' };
  const line = $('<div>').css(css).appendTo(container);
  // First, since it is about the filter above, and is there only where it means something.
  const literal = checkBox(line, sharedText('fields.literalFilter'), keepsBraces(saved));
  literal.parent().css({ flex: '1 1 100%' });
  const type = $('<select>', {
    'aria-label': sharedText('fields.filterType'),
    title: sharedText('fields.filterTypeTip'),
  });
  type.append($('<option>', { value: '' }).text(sharedText('fields.filterText')));
  type.append($('<option>', { value: 'jsonata' }).text(sharedText('fields.filterJsonata')));
  addLabelled(line, sharedText('fields.filterType'), type.val(saved.filterType === 'jsonata' ? 'jsonata' : ''));
  const groupField = $('<input>', {
    type: 'text',
    placeholder: sharedText('blank.message'),
    title: sharedText('fields.shareGroupTip'),
    'aria-label': sharedText('fields.shareGroup'),
    spellcheck: false,
  }).val(group);
  addLabelled(line, sharedText('fields.shareGroup'), groupField);
  const retainHandling = $('<select>', {
    'aria-label': sharedText('fields.retainHandling'),
    title: sharedText('fields.retainHandling'),
  });
  addLabelled(line, sharedText('fields.stored'), retainHandling);
  const handlings = [sharedText('retainHandling.0'), sharedText('retainHandling.1'), sharedText('retainHandling.2')];
  for (const [value, text] of handlings.entries()) retainHandling.append($('<option>', { value }).text(text));
  retainHandling.val(String(saved.retainHandling));
  const format = addFormat(line, saved, formatLabel);
  const retainAsPublished = checkBox(line, sharedText('fields.retainAsPublished'), saved.retainAsPublished);
  const noLocal = checkBox(line, sharedText('fields.noLocal'), saved.noLocal);
  return {
    line,
    group: groupField,
    literal,
    type,
    read: () => ({
      noLocal: noLocal.prop('checked') === true,
      retainAsPublished: retainAsPublished.prop('checked') === true,
      retainHandling: Number(retainHandling.val()) as SubscriptionConfig['retainHandling'],
      ...format(),
      ...(literal.prop('checked') === true && type.val() !== 'jsonata' && { literal: true }),
    }),
  };
}

/** Adds the format of this filter; returns what reads it. Nothing is saved of a filter with the format of the node. */
function addFormat(
  line: JQuery,
  saved: SubscriptionConfig,
  formatLabel: (format: string) => string,
): () => Pick<SubscriptionConfig, 'format' | 'messageType'> {
  const format = $('<select>', {
    class: 'mqtt-flows-row-format',
    'aria-label': sharedText('fields.format'),
    title: sharedText('fields.formatTip'),
  });
  format.append($('<option>', { value: '' }).text(sharedText('fields.formatOfNode')));
  fillFormatSelect(format, saved.format ?? '', formatLabel);
  addLabelled(line, sharedText('fields.format'), format);
  const type = $('<input>', { type: 'text', 'aria-label': sharedText('field.messageType'), spellcheck: false });
  addLabelled(line, sharedText('field.messageType'), type.val(saved.messageType ?? ''));
  const show = (): void => {
    type.parent().toggle(String(format.val()).endsWith('protobuf'));
  };
  // The fields of the node for Protobuf follow it, too.
  format.on('change', show).trigger('change');
  return () => {
    const own = String(format.val() ?? '');
    const messageType = String(type.val()).trim();
    return { ...(own !== '' && { format: own }), ...(own !== '' && messageType !== '' && { messageType }) };
  };
}

/** Whether the broker node that is chosen in the dialog keeps its session. */
function keepsSession(): boolean {
  const broker: object | null | undefined = RED.nodes.node(String($('#node-input-broker').val() ?? ''));
  return broker instanceof Object && 'cleanStart' in broker && broker.cleanStart === false;
}

/** The QoS of a new row: what the other settings are for needs QoS 1. */
function usualQos(): SubscriptionConfig['qos'] {
  return $('#node-input-acknowledge').val() !== 'receipt' || keepsSession() ? 1 : 0;
}

/** What the other settings leave undone at QoS 0, which knows neither acknowledgements nor kept messages. */
function qosHint(qos: string): string | undefined {
  if (qos !== '0') return undefined;
  if ($('#node-input-acknowledge').val() !== 'receipt') return sharedText('fields.qos0Acknowledge');
  return keepsSession() ? sharedText('fields.qos0Session') : undefined;
}

/** Adds a note about the QoS, which follows the fields of the dialog that it depends on; so does `changed`. */
function addQosNote(container: JQuery, qos: JQuery, changed: () => void): void {
  addFieldNote(container, qos, (value) => ({ hint: qosHint(value) }));
  // Node-RED fills in the broker after the rows, and has a change event for it.
  $('#node-input-acknowledge, #node-input-broker').on('change', () => {
    changed();
    qos.trigger('change');
  });
}

/** A filter, with the place that it had when the dialog opened. */
export interface SavedRow extends Partial<SubscriptionConfig> {
  readonly output?: number;
}

export interface RowValue extends SubscriptionConfig {
  readonly output: number | undefined;
}

/** What a row needs to know of its node. */
export interface RowContext {
  formatLabel(format: string): string;
  /** The question what *Value* makes of the last message, for a node with this filter alone. */
  trialOf(row: SubscriptionConfig): object;
}

/** Fills `container`, an item of an editable list, with the fields of one subscription. */
export function addSubscriptionRow(
  container: JQuery,
  { output, ...row }: SavedRow,
  { formatLabel, trialOf }: RowContext,
): void {
  const isNew = row.filter === undefined || row.filter === '';
  const saved: SubscriptionConfig = { ...subscriptionDefaults, ...row };
  const isExpression = (): boolean => options.type.val() === 'jsonata';
  const { group, rest } = saved.filterType === 'jsonata' ? { group: '', rest: '' } : splitGroup(saved.filter);
  const line = $('<div>').css({ display: 'flex', gap: '6px', alignItems: 'baseline' }).appendTo(container);
  const filter = $('<input>', {
    type: 'text',
    placeholder: sharedText('fields.filterExample'),
    'aria-label': sharedText('fields.filter'),
    spellcheck: false,
  })
    .css({ flex: '1 1 auto', width: 'auto', minWidth: '60px' })
    .val(rest)
    .appendTo(line);
  const qos = $('<select>', { 'aria-label': 'QoS', title: 'QoS' })
    .css({ flex: '0 0 auto', width: 'auto' })
    .appendTo(line);
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level }).text(`QoS ${level}`));
  qos.val(String(saved.qos));
  const more = $('<button>', {
    type: 'button',
    class: 'red-ui-button red-ui-button-small',
    title: sharedText('fields.subscriptionOptions'),
    'aria-label': sharedText('fields.subscriptionOptions'),
  })
    .append('<i class="fa fa-cog"></i>')
    .appendTo(line);
  const options = addOptions(container, saved, group, formatLabel);
  const usual =
    group === '' &&
    !saved.format &&
    !keepsBraces(saved) &&
    saved.filterType !== 'jsonata' &&
    saved.noLocal === subscriptionDefaults.noLocal &&
    saved.retainAsPublished === subscriptionDefaults.retainAsPublished &&
    saved.retainHandling === subscriptionDefaults.retainHandling;
  options.line.toggle(!usual);
  more.on('click', () => options.line.toggle());
  const grouped = (text: string): string => withGroup(String(options.group.val()).trim(), text);
  const isLiteral = (): boolean => options.literal.prop('checked') === true;
  let typed = !isNew;
  filter.on('input', () => {
    typed = true;
  });
  // Nothing is wrong with a row in which nothing was typed yet.
  addFieldNote(container, filter, (text) =>
    typed && !isExpression() ? rowFilterNote(grouped(text), isLiteral()) : {},
  );
  trimPasted(filter);
  options.group.on('input', () => filter.trigger('input'));
  options.literal.on('change', () => filter.trigger('input'));
  $(TAKES_MESSAGES).on('change', () => filter.trigger('change'));
  // It means something for such a filter alone.
  const showLiteral = (): void => {
    const text = String(filter.val()).trim();
    const matters = isLiteral() || text.includes('{{') || (namesVariables(text) && !isVariable(text));
    options.literal.parent().toggle(matters && !isExpression());
  };
  filter.on('input change', showLiteral);
  const expression = addExpression(container, line, filter, saved.filterType === 'jsonata' ? saved.filter : '');
  const showType = (): void => {
    expression.show(isExpression());
    // The expression gives the whole filter.
    options.group.parent().toggle(!isExpression());
    showLiteral();
  };
  options.type.on('change', () => {
    showType();
    filter.trigger('input');
  });
  showType();
  // Until something is typed, the QoS follows what the rest of the dialog is for.
  const followDialog = (): void => {
    if (!typed) qos.val(String(usualQos())).trigger('change');
  };
  followDialog();
  addQosNote(container, qos, followDialog);
  offerTopics(filter);
  const { format: _format, messageType: _type, literal: _literal, value: _value, filterType: _kind, ...others } = saved;
  const readFilter = (): Pick<SubscriptionConfig, 'filter' | 'filterType'> => {
    if (isExpression()) return { filter: expression.read(), filterType: 'jsonata' };
    const text = grouped(String(filter.val()).trim());
    return { filter: text, ...typeOfText(text, isLiteral()) };
  };
  const readValue = addValueFields(container, saved.value, () => trialOf(read()));
  const read = (): SubscriptionConfig => ({
    ...others,
    ...readFilter(),
    qos: Number(qos.val()) as SubscriptionConfig['qos'],
    ...options.read(),
    ...readValue(),
  });
  keepReader<RowValue>(container, () => ({ ...read(), output }));
}
