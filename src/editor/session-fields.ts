// The folded parts of the broker dialog: the session, the messages that the client publishes of itself, MQTT 5's limits.

import { namesVariables } from '../core/environment-text';
import { topicNameProblem } from '../core/topic-name';
import type { MessageConfig, SessionConfig } from '../nodes/broker.session.config';
import { addFieldNote } from './field-note';
import { sharedText } from './shared-text';

/** The whole numbers that these settings take; blank is always right. */
export const SESSION_RANGES = {
  sessionExpiryInterval: [0, 0xffff_ffff],
  receiveMaximum: [1, 0xffff],
  maximumPacketSize: [1, 0xffff_ffff],
  topicAliasMaximum: [0, 0xffff],
} as const satisfies Partial<Record<keyof SessionConfig, readonly [number, number]>>;

type NumberSetting = keyof typeof SESSION_RANGES;

/** True, or the sentence for a number out of its range. */
export function numberValidity(setting: NumberSetting, value: unknown): true | string {
  const [min, max] = SESSION_RANGES[setting];
  const text = String(value ?? '').trim();
  const number = Number(text);
  const fits = text === '' || (Number.isInteger(number) && number >= min && number <= max);
  return fits || sharedText('fields.range', { min, max });
}

/** True, or the sentence for a message whose topic cannot be published to. A blank topic means no message. */
export function messageValidity(message: MessageConfig | undefined): true | string {
  const topic = message?.topic ?? '';
  const problem = topic === '' || namesVariables(topic) ? undefined : topicNameProblem(topic);
  return problem === undefined || sharedText(`topicName.${problem}`);
}

/** Adds the fields to `container`; the function returned reads them. */
export function addSessionFields(container: JQuery, saved: SessionConfig): () => SessionConfig {
  const session = addFold(container, sharedText('fold.session'), !saved.cleanStart);
  const keep = addCheckbox(session, sharedText('field.keepSession'), !saved.cleanStart);
  const expiry = addNumber(
    session,
    'sessionExpiryInterval',
    saved,
    sharedText('field.sessionExpiryInterval'),
    sharedText('blank.sessionExpiryInterval'),
  );
  const messages = addFold(container, sharedText('fold.messages'), hasMessage(saved));
  const birth = addMessage(messages, sharedText('field.birth'), saved.birth);
  const close = addMessage(messages, sharedText('field.close'), saved.close);
  const will = addMessage(messages, sharedText('field.will'), saved.will);
  const limits = addFold(container, sharedText('fold.limits'), hasLimit(saved));
  const receiveMaximum = addNumber(
    limits,
    'receiveMaximum',
    saved,
    sharedText('field.receiveMaximum'),
    sharedText('blank.receiveMaximum'),
  );
  const maximumPacketSize = addNumber(
    limits,
    'maximumPacketSize',
    saved,
    sharedText('field.maximumPacketSize'),
    sharedText('blank.maximumPacketSize'),
  );
  const topicAliasMaximum = addNumber(
    limits,
    'topicAliasMaximum',
    saved,
    sharedText('field.topicAliasMaximum'),
    sharedText('blank.topicAliasMaximum'),
  );
  return () => ({
    cleanStart: keep.prop('checked') !== true,
    sessionExpiryInterval: readNumber(expiry),
    birth: birth(),
    close: close(),
    will: will(),
    receiveMaximum: readNumber(receiveMaximum),
    maximumPacketSize: readNumber(maximumPacketSize),
    topicAliasMaximum: readNumber(topicAliasMaximum),
    userProperties: saved.userProperties,
  });
}

function hasMessage({ birth, close, will }: SessionConfig): boolean {
  return [birth, close, will].some(({ topic }) => topic !== '');
}

function hasLimit(saved: SessionConfig): boolean {
  return saved.receiveMaximum !== '' || saved.maximumPacketSize !== '' || saved.topicAliasMaximum !== '';
}

function addFold(container: JQuery, title: string, open: boolean): JQuery {
  const fold = $('<details>').prop('open', open).css({ marginBottom: '12px' }).appendTo(container);
  $('<summary>').text(title).css({ cursor: 'pointer', marginBottom: '8px' }).appendTo(fold);
  return fold;
}

let count = 0;

function addRow(container: JQuery, title: string, input: JQuery): JQuery {
  const id = `mqtt-flows-session-${++count}`;
  const row = $('<div>', { class: 'form-row' }).appendTo(container);
  $('<label>', { for: id }).text(title).appendTo(row);
  input.attr('id', id).appendTo(row);
  return row;
}

function addCheckbox(container: JQuery, title: string, checked: boolean): JQuery {
  const row = $('<div>', { class: 'form-row' }).appendTo(container);
  const label = $('<label>').css({ width: 'auto' }).appendTo(row);
  const box = $('<input>', { type: 'checkbox' })
    .css({ width: 'auto', margin: '0 6px 0 0', verticalAlign: 'baseline' })
    .prop('checked', checked)
    .appendTo(label);
  $('<span>').text(title).appendTo(label);
  return box;
}

function addNumber(
  container: JQuery,
  setting: NumberSetting,
  saved: SessionConfig,
  title: string,
  blank: string,
): JQuery {
  const input = $('<input>', { type: 'number', placeholder: blank })
    .css({ width: '170px' })
    .val(String(saved[setting]));
  const row = addRow(container, title, input);
  addFieldNote(row, input, (value) => {
    const validity = numberValidity(setting, value);
    return { problem: validity === true ? undefined : validity };
  });
  return input;
}

function addMessage(container: JQuery, title: string, saved: MessageConfig): () => MessageConfig {
  const topic = $('<input>', { type: 'text', placeholder: sharedText('blank.message'), spellcheck: false }).val(
    saved.topic,
  );
  const row = addRow(container, title, topic);
  addFieldNote(row, topic, (value) => {
    const validity = messageValidity({ ...saved, topic: value });
    return { problem: validity === true ? undefined : validity };
  });
  const payload = $('<input>', { type: 'text' }).val(saved.payload);
  const qos = $('<select>', { 'aria-label': 'QoS', title: 'QoS' }).css({ width: 'auto' });
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level }).text(`QoS ${level}`));
  qos.val(String(saved.qos));
  const details = $('<div>').appendTo(container);
  const payloadRow = addRow(details, sharedText('field.payload'), payload);
  const more = $('<div>').css({ marginLeft: '105px', marginTop: '4px' }).append(qos).appendTo(payloadRow);
  const retain = addCheckbox(more, sharedText('field.retain'), saved.retain);
  const show = (): void => void details.toggle(String(topic.val()).trim() !== '');
  topic.on('input change', show);
  show();
  return () => ({
    topic: String(topic.val()).trim(),
    payload: String(payload.val()),
    qos: Number(qos.val()) as MessageConfig['qos'],
    retain: retain.prop('checked') === true,
    properties: saved.properties,
  });
}

function readNumber(input: JQuery): number | '' {
  const text = String(input.val()).trim();
  return text === '' ? '' : Number(text);
}
