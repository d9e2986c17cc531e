// The last message of a topic: its payload as text, JSON or hexadecimal, and its MQTT data.

import type { LoggedMessage, MessageLog } from './message-log';
import { hexLines, jsonTree } from './payload-view';
import type { TabPane } from './tab-strip';
import { topicsText } from './topics-text';

type Form = 'json' | 'text' | 'hex';

/** The most characters of a text that are shown. */
const MOST_TEXT = 64 * 1024;

export function valuePane(log: MessageLog): TabPane {
  let chosen: Form | undefined;
  let shown: LoggedMessage | undefined;
  let shownAs: Form | undefined;
  const render = (pane: JQuery): void => {
    const message = log.latest;
    if (!message) return void pane.empty().append(hint(topicsText('value.none')));
    const forms = formsOf(message);
    const form = chosen && forms.includes(chosen) ? chosen : (forms[0] ?? 'hex');
    // The content stays, with what the user has selected or opened in it.
    if (shown?.sequence === message.sequence && shownAs === form && pane.children().length > 0) return;
    [shown, shownAs] = [message, form];
    const choice = $('<select>', { class: 'mqtt-flows-form', 'aria-label': topicsText('value.form') });
    for (const each of forms) choice.append($('<option>', { value: each, text: nameOf(each) }));
    choice.val(form).on('change', () => {
      chosen = forms.find((each) => each === choice.val());
      render(pane);
    });
    const line = $('<div>', { class: 'mqtt-flows-line-of-facts' }).append(factsOf(message), choice);
    pane.empty().append(line, payload(message, form));
  };
  return { label: topicsText('tab.value'), render };
}

function nameOf(form: Form): string {
  switch (form) {
    case 'json':
      return topicsText('value.json');
    case 'text':
      return topicsText('value.text');
    case 'hex':
      return topicsText('value.hex');
  }
}

function formsOf({ read }: LoggedMessage): Form[] {
  if (read.text === undefined) return ['hex'];
  if (read.json && typeof read.json.value === 'object') return ['json', 'text', 'hex'];
  return ['text', 'hex'];
}

function payload({ read, size }: LoggedMessage, form: Form): JQuery {
  if (size === 0) return hint(topicsText('value.empty'));
  if (form === 'json' && read.json) return $('<div>', { class: 'mqtt-flows-json' }).append(jsonTree(read.json.value));
  const text = form === 'hex' ? hexLines(read.bytes) : (read.text ?? '');
  const cut = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  return $('<pre>', { class: 'mqtt-flows-payload', text: cut, tabindex: 0 });
}

/** The time and the MQTT data of a message. */
export function factsOf({ at, size, qos, retain, read }: LoggedMessage): JQuery {
  const facts = [new Date(at).toLocaleTimeString(), `QoS ${qos}`, topicsText('value.bytes', { size })];
  if (retain) facts.push(topicsText('value.retained'));
  if (size > read.bytes.length) facts.push(topicsText('value.cut', { kept: read.bytes.length }));
  return $('<span>', { class: 'mqtt-flows-facts', text: facts.join(' · ') });
}

export function hint(text: string): JQuery {
  return $('<div>', { class: 'mqtt-flows-hint', text });
}

/** The MQTT 5 properties of the last message. */
export function propertiesPane(log: MessageLog): TabPane {
  return {
    label: topicsText('tab.properties'),
    render(pane) {
      const rows = log.latest ? propertyRows(log.latest) : [];
      if (rows.length === 0) return void pane.empty().append(hint(topicsText('properties.none')));
      const table = $('<table>', { class: 'mqtt-flows-properties' });
      for (const [name, value] of rows) {
        table.append($('<tr>').append($('<th>', { scope: 'row', text: name }), $('<td>', { text: value })));
      }
      pane.empty().append(table);
    },
  };
}

function propertyRows({ properties = {} }: LoggedMessage): [string, string][] {
  const { userProperties = {}, ...own } = properties;
  const rows = Object.entries(own).map(([name, value]): [string, string] => [name, String(value)]);
  for (const [name, value] of Object.entries(userProperties)) {
    for (const text of Array.isArray(value) ? value : [value])
      rows.push([topicsText('properties.user', { name }), text]);
  }
  return rows;
}
