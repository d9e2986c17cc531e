// A row in the list of users of the broker inside Node-RED: name, password, and behind a button what the user may.

import { isMqttText } from '../../core/topics/topic-name';
import { parseTopicPermission } from '../../core/topics/topic-permission';
import { type RightsConfig, type UserConfig, userDefaults } from '../../settings/broker.devices.config';
import { addFieldNote } from '../fields/field-note';
import { keepReader } from '../fields/list-rows';
import { sharedText } from '../fields/shared-text';

/** Hands a password over to the runtime, which keeps a hash of it under `key`. Rejects when it has not. */
export type HandOver = (key: string, password: string) => Promise<void>;

/** The error for the first permission that is none, or undefined. */
export function rightsProblem({ publish, subscribe }: RightsConfig): string | undefined {
  for (const text of [...publish, ...subscribe]) {
    const parsed = parseTopicPermission(text);
    if (parsed.ok) continue;
    if (parsed.problem === 'placeholder') return sharedText('fields.permissionName', { at: parsed.at });
    if (parsed.problem === 'unclosed' || parsed.problem === 'emptyPath') {
      return sharedText(`template.${parsed.problem}`, { at: parsed.at });
    }
    return sharedText(`topicFilter.${parsed.problem}`, { at: parsed.at });
  }
  return undefined;
}

/** Why `name` is no user name, or undefined. */
export function userNameProblem(name: string): string | undefined {
  return name === '' || !isMqttText(name) ? sharedText('fields.userName') : undefined;
}

/** Two fields for topic filters below each other, in `parent`. Returns how they are read. */
export function addRightsFields(parent: JQuery, saved: RightsConfig): () => RightsConfig {
  const box = $('<div>').css({ display: 'flex', flexWrap: 'wrap', gap: '6px', marginTop: '4px' }).appendTo(parent);
  const add = (label: string, filters: readonly string[]): JQuery => {
    const field = $('<textarea>', { rows: 2, spellcheck: false, title: sharedText('tip.permissions') })
      .css({ width: '100%', minHeight: '44px', resize: 'vertical', margin: 0, fontFamily: 'monospace' })
      .val(filters.join('\n'));
    $('<label>')
      .css({ flex: '1 1 180px', width: 'auto', margin: 0 })
      .append($('<span>').text(label), field)
      .appendTo(box);
    return field;
  };
  const publish = add(sharedText('field.mayPublish'), saved.publish);
  const subscribe = add(sharedText('field.maySubscribe'), saved.subscribe);
  const read = (): RightsConfig => ({ publish: filtersOf(publish), subscribe: filtersOf(subscribe) });
  addFieldNote(parent, publish, () => ({ problem: rightsProblem({ publish: filtersOf(publish), subscribe: [] }) }));
  addFieldNote(parent, subscribe, () => ({ problem: rightsProblem({ publish: [], subscribe: filtersOf(subscribe) }) }));
  return read;
}

/** One filter in each line, or several with commas. */
function filtersOf(field: JQuery): string[] {
  return String(field.val() ?? '')
    .split(/[\n,]/)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** Fills `container`, an item of an editable list, with the fields of one user. */
export function addUserRow(container: JQuery, row: Partial<UserConfig>, handOver: HandOver): void {
  const saved: UserConfig = { ...userDefaults, ...row };
  const line = $('<div>').css({ display: 'flex', gap: '6px', alignItems: 'baseline' }).appendTo(container);
  const name = addInput(line, 'text', sharedText('field.username')).val(saved.name);
  const password = addInput(line, 'password', sharedText('field.password')).attr('autocomplete', 'new-password');
  const more = moreButton(line);
  const rights = $('<div>').appendTo(container);
  const readRights = addRightsFields(rights, saved);
  rights.toggle(!isUsual(saved));
  more.attr('aria-expanded', String(!isUsual(saved)));
  more.on('click', () => {
    rights.toggle();
    more.attr('aria-expanded', String(rights.is(':visible')));
  });
  addFieldNote(container, name, (text) => ({ problem: userNameProblem(text) }));
  const keep = keptPassword(container, password, saved.passwordKey, handOver);
  keepReader<UserConfig>(container, () => ({ name: String(name.val()), passwordKey: keep(), ...readRights() }));
}

function addInput(line: JQuery, type: 'text' | 'password', label: string): JQuery {
  return (
    $('<input>', { type, placeholder: label, 'aria-label': label, spellcheck: false })
      // Among the properties above, jQuery UI would take it for its own method.
      .attr('autocomplete', 'off')
      .css({ flex: '1 1 45%', width: 'auto', minWidth: '60px' })
      .appendTo(line)
  );
}

function moreButton(line: JQuery): JQuery {
  const label = sharedText('fields.rights');
  return $('<button>', {
    type: 'button',
    class: 'red-ui-button red-ui-button-small',
    title: label,
    'aria-label': label,
  })
    .append('<i class="fa fa-cog" aria-hidden="true"></i>')
    .appendTo(line);
}

function isUsual({ publish, subscribe }: RightsConfig): boolean {
  const usual = userDefaults.publish.join();
  return publish.join() === usual && subscribe.join() === usual;
}

/**
 * Hands over what is typed into `field`, under a new key for each password: until the deploy, the old one is valid. A blank
 * field keeps the saved one. The function returned hands over what has not been yet, and returns the key.
 */
function keptPassword(container: JQuery, field: JQuery, saved: string, handOver: HandOver): () => string {
  let key = saved;
  let handed = '';
  let problem: string | undefined;
  const keepSaved = (): void => {
    key = saved;
    handed = '';
    problem = undefined;
  };
  const give = (): void => {
    const password = String(field.val() ?? '');
    if (password === '') return keepSaved();
    if (password === handed) return;
    handed = password;
    const before = key;
    const given = newKey();
    key = given;
    problem = undefined;
    handOver(given, password).catch((error: Error) => {
      // Another password was typed meanwhile, or none.
      if (key !== given) return;
      key = before;
      handed = '';
      problem = error.message;
      field.trigger('input');
    });
  };
  const placeholder = (): void => {
    if (saved !== '') field.attr('placeholder', sharedText('placeholder.passwordKept'));
  };
  placeholder();
  addFieldNote(container, field, (text) => ({
    problem: text === '' ? undefined : problem,
    hint: text === '' && saved === '' ? sharedText('hint.noPassword') : undefined,
  }));
  field.on('change', give);
  return () => {
    give();
    return key;
  };
}

/** 128 bits as text. randomUUID() does not exist on pages without TLS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
