// The last message of a topic: its payload as text, JSON, picture or hexadecimal, or as a format has read it, and its MQTT
// data.

import { splitFormat } from '../../core/payloads/format';
import { pictureOf } from '../../core/sidebar/picture';
import { sharedText } from '../fields/shared-text';
import { decodedView, textOf, treeOf } from './decoded-view';
import { compressionSelect, formatChoices } from './format-choice';
import type { LoggedMessage, MessageLog } from './message-log';
import { hexLines } from './payload-view';
import { pictureView } from './picture-view';
import { preciseTime } from './shown-time';
import { hasMetrics, sparkplugTable } from './sparkplug-table';
import type { TabPane } from './tab-strip';
import { topicsText } from './topics-text';

/** `decoded` is what the message, the topic or the flow names; `table` the same for Sparkplug. */
type Form = 'table' | 'decoded' | 'picture' | 'json' | 'text' | 'hex';

/** Stands before a format in the values of the select. */
const FORMAT = 'format:';

export interface ValueActions {
  /** The messages are to be asked for again, in the format that the log has now. */
  formatChosen(): void;
  /** What Protobuf may read, by the nodes of the broker. */
  messageTypes(): readonly string[];
}

export function valuePane(log: MessageLog, actions: ValueActions): TabPane {
  let chosen: Form | undefined;
  let drawn = '';
  const render = (pane: JQuery): void => {
    const message = log.latest;
    if (!message) {
      drawn = '';
      return void pane.empty().append(hint(topicsText('value.none')));
    }
    const forms = formsOf(message);
    const form = chosen && forms.includes(chosen) ? chosen : (forms[0] ?? 'hex');
    // The content stays, with what the user has selected or opened in it.
    const state = JSON.stringify([message.sequence, form, log.format, message.decoded?.format, actions.messageTypes()]);
    if (state === drawn && pane.children().length > 0) return;
    drawn = state;
    const choice = formSelect(forms, form, log.format, actions.messageTypes());
    const { compression = '', format } = splitFormat(log.format);
    const around = compressionSelect(topicsText('format.asNamed'), compression);
    const choose = (): void => {
      const value = String(choice.val());
      const inside = value.startsWith(FORMAT) ? value.slice(FORMAT.length) : '';
      if (inside === '') chosen = forms.find((each) => each === value);
      // What a compression holds is detected like an uncompressed payload.
      else chosen = undefined;
      const outside = String(around.val());
      log.readAs(outside === '' ? inside : `${outside}+${inside || 'auto'}`);
      actions.formatChosen();
      render(pane);
    };
    if (log.format !== '' && format !== 'auto') choice.val(FORMAT + format);
    choice.on('change', choose);
    around.on('change', choose);
    const selects = $('<span>', { class: 'mqtt-flows-forms' }).append(choice, around);
    const line = $('<div>', { class: 'mqtt-flows-line-of-facts' }).append(factsOf(message), selects);
    pane.empty().append(line, payload(message, form));
  };
  return { label: topicsText('tab.value'), render };
}

function formSelect(forms: readonly Form[], form: Form, format: string, messageTypes: readonly string[]): JQuery {
  const select = $('<select>', { class: 'mqtt-flows-form', 'aria-label': topicsText('value.form') });
  const shown = $('<optgroup>', { label: topicsText('value.shownAs') }).appendTo(select);
  for (const each of forms) shown.append($('<option>', { value: each, text: nameOf(each) }));
  const read = $('<optgroup>', { label: topicsText('value.readAs') }).appendTo(select);
  for (const [name, text] of formatChoices(messageTypes)) read.append($('<option>', { value: FORMAT + name, text }));
  return select.val(format === '' ? form : FORMAT + format);
}

function nameOf(form: Form): string {
  switch (form) {
    case 'table':
      return topicsText('value.table');
    case 'decoded':
      return topicsText('value.decoded');
    case 'picture':
      return topicsText('value.picture');
    case 'json':
      return topicsText('value.json');
    case 'text':
      return topicsText('value.text');
    case 'hex':
      return topicsText('value.hex');
  }
}

function formsOf({ read, decoded }: LoggedMessage): Form[] {
  const forms: Form[] = [];
  if (decoded) {
    if (decoded.ok && hasMetrics(decoded.value)) forms.push('table');
    forms.push('decoded');
  }
  if (pictureOf(read.bytes)) forms.push('picture');
  if (read.text === undefined) return [...forms, 'hex'];
  if (read.json && typeof read.json.value === 'object') forms.push('json');
  return [...forms, 'text', 'hex'];
}

function payload(message: LoggedMessage, form: Form): JQuery {
  const { read, decoded, size } = message;
  if (size === 0) return hint(topicsText('value.empty'));
  const picture = form === 'picture' ? pictureOf(read.bytes) : undefined;
  if (picture) return pictureView(picture, message.payload);
  if ((form === 'table' || form === 'decoded') && decoded) {
    if (!decoded.ok) return $('<div>').append(problemOf(decoded), bytesOf(read));
    const table = form === 'table' ? sparkplugTable(decoded.value) : undefined;
    return table ?? decodedView(decoded.value);
  }
  if (form === 'json' && read.json) return treeOf(read.json.value);
  return form === 'hex' ? bytesOf(read) : textOf(read.text ?? '');
}

function bytesOf({ bytes }: LoggedMessage['read']): JQuery {
  return textOf(hexLines(bytes));
}

function problemText(problem: string, detail: string): string {
  if (problem === 'cut') return topicsText('format.cut');
  if (problem === 'noFormat') return topicsText('format.none', { detail });
  return topicsText('format.problem', { detail: sharedText(`payload.${problem}`, { detail }) });
}

/** Why the format could not read the payload. */
function problemOf({ problem, detail }: { readonly problem: string; readonly detail: string }): JQuery {
  const text = problemText(problem, detail);
  return $('<div>', { class: 'mqtt-flows-problem', text });
}

/** The time and the MQTT data of a message. */
export function factsOf({ at, size, qos, retain, read }: LoggedMessage): JQuery {
  const facts = [preciseTime(at), `QoS ${qos}`, topicsText('value.bytes', { size })];
  if (retain) facts.push(topicsText('value.retained'));
  if (size > read.bytes.length) facts.push(topicsText('value.cut', { kept: read.bytes.length }));
  return $('<span>', { class: 'mqtt-flows-facts', text: facts.join(' · ') });
}

export function hint(text: string): JQuery {
  return $('<div>', { class: 'mqtt-flows-hint', text });
}
