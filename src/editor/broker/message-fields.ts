// The fields of the broker dialog for birth, close and will messages.

import { type MessageConfig, PAYLOAD_TYPES, type PayloadType } from '../../core/servers/message-config';
import { topicNameProblem } from '../../core/topics/topic-name';
import { messageDefaults } from '../../settings/broker.session.config';
import { isVariable, namesVariables } from '../../settings/environment-text';
import { messagePayloadProblem } from '../../settings/message-payload';
import { addFieldNote } from '../fields/field-note';
import { addFormRow } from '../fields/form-row';
import { sharedText } from '../fields/shared-text';
import { fixedTopicHint } from '../fields/topic-hint';
import { trimPasted } from '../fields/trim-pasted';
import { nameTypedInput } from '../fields/typed-input-name';
import { addMessageProperties, messagePropertiesProblem } from './message-properties';

/** The error for a message that cannot be published, or undefined. A blank topic means no message. */
export function messageProblem(message: Partial<MessageConfig> | undefined): string | undefined {
  const topic = message?.topic ?? '';
  const variables = message?.literal === true ? isVariable(topic) : namesVariables(topic);
  const problem = topic === '' || variables ? undefined : topicNameProblem(topic);
  if (problem) return sharedText(`topicName.${problem}`);
  const payload = topic === '' ? undefined : payloadProblem(message?.payload ?? '', message?.payloadType ?? 'str');
  return payload ?? messagePropertiesProblem(message?.properties);
}

/** A payload with variables is checked by the runtime. */
function payloadProblem(text: string, type: PayloadType): string | undefined {
  if (namesVariables(text) || messagePayloadProblem(text, type) === undefined) return undefined;
  if (type === 'json') return sharedText('expected.json');
  return type === 'bin' ? sharedText('expected.bytes') : sharedText('expected.base64');
}

interface MessageTexts {
  readonly topic: string;
  readonly tip: string;
  readonly isWill?: boolean;
}

/**
 * Adds the fields of one message to `container`. Returns a function that reads them. The fields below the topic are made when
 * there is a topic, since most brokers have no messages of their own, and typed inputs and lists take long to make; `added`
 * is called when that happens later.
 */
export function addMessageFields(
  container: JQuery,
  texts: MessageTexts,
  message: Partial<MessageConfig> | undefined,
  added: () => void,
): () => MessageConfig {
  const saved: MessageConfig = { ...messageDefaults, ...message };
  const topic = $('<input>', {
    type: 'text',
    class: 'mqtt-flows-message-topic',
    title: texts.tip,
    placeholder: sharedText('blank.message'),
    spellcheck: false,
  }).val(saved.topic);
  const row = addFormRow(container, 'fa fa-tasks', texts.topic, topic);
  const details = $('<div>').appendTo(container);
  const written = (): string => String(topic.val()).trim();
  let fields: DetailFields | undefined;
  const isLiteral = (): boolean => (fields ? fields.isLiteral() : saved.literal === true);
  addFieldNote(row, topic, (value) => ({
    problem: messageProblem({ topic: value.trim(), literal: isLiteral() }),
    hint: fixedTopicHint(value),
  }));
  trimPasted(topic);
  const add = (): void => {
    if (written() !== '') fields ??= addDetails(details, topic, saved, texts.isWill === true);
  };
  const show = (): void => void details.toggle(written() !== '');
  add();
  topic.on('input change', () => {
    const before = fields;
    add();
    show();
    if (fields !== before) added();
  });
  show();
  return () => ({ ...(fields?.read() ?? saved), topic: written() });
}

interface DetailFields {
  isLiteral(): boolean;
  read(): Omit<MessageConfig, 'topic'>;
}

/** Adds the fields that belong to a message with a topic. */
function addDetails(container: JQuery, topic: JQuery, saved: MessageConfig, isWill: boolean): DetailFields {
  const readPayload = addPayload(container, saved.payload, saved.payloadType ?? 'str');
  const qos = $('<select>', { title: sharedText('tip.qos') }).css({ width: '100px' });
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level }).text(String(level)));
  qos.val(String(saved.qos));
  const last = addFormRow(container, 'fa fa-check-circle-o', 'QoS', qos);
  const retain = addCheckbox(last, sharedText('field.retain'), sharedText('tip.retain'), saved.retain);
  const isLiteral = addLiteral(last, topic, saved.literal === true);
  const readProperties = addMessageProperties(container, saved.properties ?? {}, isWill);
  return {
    isLiteral,
    read: () => ({
      ...readPayload(),
      qos: Number(qos.val()) as MessageConfig['qos'],
      retain: retain.prop('checked') === true,
      properties: readProperties(),
      ...(isLiteral() && { literal: true }),
    }),
  };
}

/** Adds the box for texts with `${…}` in them. It is there for messages that have it, and for topics that may need it. */
function addLiteral(container: JQuery, topic: JQuery, saved: boolean): () => boolean {
  const text = sharedText('fields.literal');
  const box = addCheckbox(container, text, text, saved);
  const isLiteral = (): boolean => box.prop('checked') === true;
  const offer = (): void => {
    const written = String(topic.val()).trim();
    box.parent().toggle(saved || isLiteral() || (namesVariables(written) && !isVariable(written)));
  };
  box.on('change', () => topic.trigger('input'));
  topic.on('input change', offer);
  offer();
  return isLiteral;
}

type Payload = Pick<MessageConfig, 'payload' | 'payloadType'>;

/** Adds the field of the payload. Returns a function that reads it; text is saved as before there were other types. */
function addPayload(container: JQuery, text: string, type: PayloadType): () => Payload {
  const input = $('<input>', { type: 'text', title: sharedText('tip.payload') }).css({ width: '70%' });
  const row = addFormRow(container, 'fa fa-envelope', sharedText('field.payload'), input);
  input.typedInput({ types: PAYLOAD_TYPES.map(payloadOption), default: 'str' });
  input.typedInput('type', type).typedInput('value', text);
  nameTypedInput(row, input);
  // The typed input has only the types that it was given.
  const typed = (): PayloadType => input.typedInput('type') as PayloadType;
  addFieldNote(row, input, () => ({ problem: payloadProblem(input.typedInput('value'), typed()) }));
  return () => {
    const payload = input.typedInput('value');
    const payloadType = typed();
    return payloadType === 'str' ? { payload } : { payload, payloadType };
  };
}

function payloadOption(type: PayloadType): string | TypedInputType {
  if (type !== 'base64') return type;
  const icon = 'red/images/typedInput/bin.svg';
  return { value: type, label: 'Base64', icon, validate: (value) => payloadProblem(value, type) === undefined };
}

function addCheckbox(container: JQuery, title: string, tip: string, checked: boolean): JQuery {
  const label = $('<label>', { title: tip }).css({ width: 'auto', marginLeft: '20px' }).appendTo(container);
  const box = $('<input>', { type: 'checkbox' }).prop('checked', checked).appendTo(label);
  $('<span>').text(title).appendTo(label);
  return box;
}
