// The fields of the broker dialog for birth, close and will messages.

import type { MessageConfig } from '../../core/servers/message-config';
import { topicNameProblem } from '../../core/topics/topic-name';
import { messageDefaults } from '../../settings/broker.session.config';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote } from '../fields/field-note';
import { addFormRow } from '../fields/form-row';
import { sharedText } from '../fields/shared-text';
import { addMessageProperties, messagePropertiesProblem } from './message-properties';

/** The error for a message that cannot be published, or undefined. A blank topic means no message. */
export function messageProblem(message: Partial<MessageConfig> | undefined): string | undefined {
  const topic = message?.topic ?? '';
  const problem = topic === '' || namesVariables(topic) ? undefined : topicNameProblem(topic);
  return problem ? sharedText(`topicName.${problem}`) : messagePropertiesProblem(message?.properties);
}

/** Adds the fields of one message to `container`. Returns a function that reads them. */
export function addMessageFields(
  container: JQuery,
  texts: { readonly topic: string; readonly tip: string; readonly isWill?: boolean },
  message: Partial<MessageConfig> | undefined,
): () => MessageConfig {
  const saved = { ...messageDefaults, ...message };
  const topic = $('<input>', {
    type: 'text',
    title: texts.tip,
    placeholder: sharedText('blank.message'),
    spellcheck: false,
  }).val(saved.topic);
  const row = addFormRow(container, 'fa fa-tasks', texts.topic, topic);
  addFieldNote(row, topic, (value) => ({ problem: messageProblem({ topic: value.trim() }) }));
  const details = $('<div>').appendTo(container);
  const payload = $('<input>', { type: 'text', title: sharedText('tip.payload') }).val(saved.payload);
  addFormRow(details, 'fa fa-envelope', sharedText('field.payload'), payload);
  const qos = $('<select>', { title: sharedText('tip.qos') }).css({ width: '100px' });
  for (const level of [0, 1, 2]) qos.append($('<option>', { value: level }).text(String(level)));
  qos.val(String(saved.qos));
  const last = addFormRow(details, 'fa fa-check-circle-o', 'QoS', qos);
  const retain = addCheckbox(last, sharedText('field.retain'), sharedText('tip.retain'), saved.retain);
  const readProperties = addMessageProperties(details, saved.properties ?? {}, texts.isWill === true);
  const show = (): void => void details.toggle(String(topic.val()).trim() !== '');
  topic.on('input change', show);
  show();
  return () => ({
    topic: String(topic.val()).trim(),
    payload: String(payload.val()),
    qos: Number(qos.val()) as MessageConfig['qos'],
    retain: retain.prop('checked') === true,
    properties: readProperties(),
  });
}

function addCheckbox(container: JQuery, title: string, tip: string, checked: boolean): JQuery {
  const label = $('<label>', { title: tip }).css({ width: 'auto', marginLeft: '20px' }).appendTo(container);
  const box = $('<input>', { type: 'checkbox' }).prop('checked', checked).appendTo(label);
  $('<span>').text(title).appendTo(label);
  return box;
}
