// The fields of the broker dialog for what it publishes about itself: the presence, or birth, close and will one by one.

import {
  type MessagesAboutClient,
  messagesOfPresence,
  PRESENCE_WORDS,
  type Presence,
  presenceMeant,
  presenceOf,
} from '../../core/servers/presence';
import { topicNameProblem } from '../../core/topics/topic-name';
import { messageDefaults } from '../../settings/broker.session.config';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote, type FieldNote } from '../fields/field-note';
import { addFormRow } from '../fields/form-row';
import { sharedText } from '../fields/shared-text';
import { trimPasted } from '../fields/trim-pasted';
import { addMessageFields } from './message-fields';

type MessageName = keyof MessagesAboutClient;
type Words = Readonly<Record<MessageName, { readonly topic: string; readonly tip: string }>>;
type Saved = { readonly [K in MessageName]?: Partial<MessagesAboutClient[K]> | undefined };

/** Adds the fields to `container`. Returns a function that reads them. `renewed` is called when there are new fields. */
export function addPresenceFields(
  container: JQuery,
  words: Words,
  saved: Saved,
  renewed: () => void,
): () => MessagesAboutClient {
  const messages = {
    birth: { ...messageDefaults, ...saved.birth },
    close: { ...messageDefaults, ...saved.close },
    will: { ...messageDefaults, ...saved.will },
  };
  const presence = presenceOf(messages);
  const topic = textField(sharedText('presence.topicTip'), presence?.topic, sharedText('blank.presence'));
  trimPasted(topic.addClass('mqtt-flows-message-topic'));
  const row = addFormRow(container, 'fa fa-heartbeat', sharedText('presence.topic'), topic);
  const details = $('<div>').appendTo(container);
  const online = textField(sharedText('presence.onlineTip'), presence?.online, PRESENCE_WORDS.online);
  const offline = textField(sharedText('presence.offlineTip'), presence?.offline, PRESENCE_WORDS.offline);
  addFormRow(details, 'fa fa-tag', sharedText('presence.online'), online);
  addFormRow(details, 'fa fa-tag', sharedText('presence.offline'), offline);
  const fold = $('<details>', { class: 'mqtt-flows-more' }).appendTo(container);
  $('<summary>').css({ cursor: 'pointer', marginBottom: '8px' }).text(sharedText('presence.single')).appendTo(fold);
  const single = $('<div>').appendTo(fold);
  let readSingle = addSingle(single, words, presence ? NONE : messages, renewed);
  fold.prop('open', !presence && Object.values(messages).some((message) => message.topic !== ''));

  const readPresence = (): Presence => ({ topic: trimmed(topic), online: trimmed(online), offline: trimmed(offline) });
  const join = (): void => {
    const meant = presenceMeant(readSingle());
    if (!meant) return;
    topic.val(meant.topic);
    online.val(meant.online);
    offline.val(meant.offline);
    topic.trigger('change');
  };
  const separate = (): void => {
    readSingle = addSingle(single.empty(), words, messagesOfPresence(readPresence()), renewed);
    fold.prop('open', true);
    topic.val('').trigger('change');
    renewed();
  };
  addFieldNote(row, topic, () => {
    return presenceNote(readPresence(), separate) ?? meantNote(readSingle(), join);
  });
  const show = (): void => {
    details.toggle(trimmed(topic) !== '');
    fold.toggle(trimmed(topic) === '');
  };
  topic.on('input change', show);
  for (const field of [online, offline, fold]) field.on('input change', () => topic.triggerHandler('change'));
  show();
  return () => (trimmed(topic) === '' ? readSingle() : messagesOfPresence(readPresence()));
}

const NONE: MessagesAboutClient = { birth: messageDefaults, close: messageDefaults, will: messageDefaults };

function addSingle(
  container: JQuery,
  words: Words,
  messages: MessagesAboutClient,
  renewed: () => void,
): () => MessagesAboutClient {
  const birth = addMessageFields(container, words.birth, messages.birth, renewed);
  const close = addMessageFields(container, words.close, messages.close, renewed);
  const will = addMessageFields(container, { ...words.will, isWill: true }, messages.will, renewed);
  return () => ({ birth: birth(), close: close(), will: will() });
}

function textField(title: string, value: string | undefined, placeholder: string): JQuery {
  return $('<input>', { type: 'text', title, placeholder, spellcheck: false }).val(value ?? '');
}

/** What becomes of the presence; undefined if there is none. */
function presenceNote(presence: Presence, separate: () => void): FieldNote | undefined {
  const { topic } = presence;
  if (topic === '') return undefined;
  const problem = namesVariables(topic) ? undefined : topicNameProblem(topic);
  if (problem) return { problem: sharedText(`topicName.${problem}`) };
  const { birth, will } = messagesOfPresence(presence);
  if (birth.payload === will.payload) return { problem: sharedText('presence.sameWords') };
  const hint = sharedText('presence.what', { online: birth.payload, offline: will.payload });
  return { hint, fix: { label: sharedText('presence.separate'), apply: separate } };
}

/** Messages that are almost a presence: what is missing, and the press that adds it. */
function meantNote(messages: MessagesAboutClient, join: () => void): FieldNote {
  if (!presenceMeant(messages)) return {};
  const hint = presenceOf(messages) ? sharedText('presence.isOne') : sharedText('presence.meant');
  return { hint, fix: { label: sharedText('presence.join'), apply: join } };
}

function trimmed(field: JQuery): string {
  return String(field.val() ?? '').trim();
}
