// The fields of the broker dialog for the MQTT 5 properties of a birth, close or will message. Their values are fixed,
// since there is no message to take them from.

import type { MessageConfig } from '../../core/servers/message-config';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote } from '../fields/field-note';
import { addFormRow } from '../fields/form-row';
import { prepareUserProperties, readUserProperties, type UserPropertiesConfig } from '../fields/name-value-list';
import { intervalProblem, responseTopicProblem } from '../fields/property-problem';
import { sharedText } from '../fields/shared-text';
import { fixedTopicHint } from '../fields/topic-hint';
import { trimPasted } from '../fields/trim-pasted';

type Properties = MessageConfig['properties'];

/** The properties that are entered as text. */
type TextProperty = 'contentType' | 'responseTopic' | 'correlationData' | 'messageExpiryInterval' | 'willDelayInterval';

/** The error for the first property that no packet can carry, or undefined. */
export function messagePropertiesProblem(properties: Properties | undefined): string | undefined {
  const names: readonly TextProperty[] = ['messageExpiryInterval', 'willDelayInterval', 'responseTopic'];
  return names.map((name) => problemOf(name, shown(properties?.[name]))).find((problem) => problem !== undefined);
}

function problemOf(name: TextProperty, text: string): string | undefined {
  if (isInterval(name)) return intervalProblem(text);
  return name === 'responseTopic' ? responseTopicProblem(text) : undefined;
}

/** Whether the property is an interval in s. */
function isInterval(name: TextProperty): boolean {
  return name === 'messageExpiryInterval' || name === 'willDelayInterval';
}

/** Adds the fields to `container`, collapsed when all are blank. Returns a function that reads them. */
export function addMessageProperties(container: JQuery, saved: Properties, isWill: boolean): () => Properties {
  const fold = $('<details>', { class: 'mqtt-flows-mqtt5' }).prop('open', Object.keys(saved).length > 0);
  fold.append($('<summary>').text(sharedText('presence.properties'))).appendTo(container);
  $('<div>', { class: 'form-tips mqtt-flows-mqtt5-unsent' }).text(sharedText('presence.unsent')).appendTo(fold);
  const names: readonly TextProperty[] = isWill
    ? ['willDelayInterval', 'contentType', 'messageExpiryInterval', 'responseTopic', 'correlationData']
    : ['contentType', 'messageExpiryInterval', 'responseTopic', 'correlationData'];
  const texts = names.map((name) => [name, addText(fold, name, saved[name])] as const);
  const indicator = addIndicator(fold, saved.payloadFormatIndicator);
  const title = $('<label>', { class: 'mqtt-flows-wide', title: sharedText('tip.messageUserProperties') });
  title.append($('<i>', { class: 'fa fa-list', 'aria-hidden': 'true' }), ' ', sharedText('presence.userProperties'));
  $('<div>', { class: 'form-row' }).css({ marginBottom: '4px' }).append(title).appendTo(fold);
  const list = $('<ol>').appendTo($('<div>', { class: 'form-row' }).appendTo(fold));
  // A flow may be hand-edited; values that are not text are shown as text.
  prepareUserProperties(list, saved.userProperties as UserPropertiesConfig | undefined);
  return () => {
    const { userProperties: _shown, payloadFormatIndicator: _chosen, ...rest } = saved;
    const properties: Record<string, unknown> = rest;
    for (const [name, input] of texts) keep(properties, name, readText(name, String(input.val()).trim()));
    keep(properties, 'payloadFormatIndicator', readIndicator(String(indicator.val())));
    const userProperties = readUserProperties(list);
    if (Object.keys(userProperties).length > 0) properties.userProperties = userProperties;
    return properties;
  };
}

/** Saves a value unless it is blank. */
function keep(properties: Record<string, unknown>, name: string, value: unknown): void {
  if (value === '') delete properties[name];
  else properties[name] = value;
}

function addText(fold: JQuery, name: TextProperty, saved: unknown): JQuery {
  const { icon, label, tip } = look(name);
  const input = $('<input>', { type: 'text', title: tip, spellcheck: false }).val(shown(saved));
  const row = addFormRow(fold, icon, label, input);
  if (isInterval(name)) {
    input.addClass('mqtt-flows-number').attr('inputmode', 'numeric');
    row.append(' ', $('<span>').text(sharedText('unit.seconds')));
  }
  const isTopic = name === 'responseTopic';
  addFieldNote(row, input, (value) => ({
    problem: problemOf(name, value.trim()),
    hint: isTopic ? fixedTopicHint(value) : undefined,
  }));
  if (isTopic) trimPasted(input);
  return input;
}

/** Icon, label and tip of the field of a property. */
function look(name: TextProperty): { readonly icon: string; readonly label: string; readonly tip: string } {
  switch (name) {
    case 'contentType':
      return {
        icon: 'fa fa-file-o',
        label: sharedText('presence.contentType'),
        tip: sharedText('presenceTip.contentType'),
      };
    case 'responseTopic':
      return {
        icon: 'fa fa-reply',
        label: sharedText('presence.responseTopic'),
        tip: sharedText('presenceTip.responseTopic'),
      };
    case 'correlationData':
      return {
        icon: 'fa fa-link',
        label: sharedText('presence.correlationData'),
        tip: sharedText('presenceTip.correlationData'),
      };
    case 'messageExpiryInterval':
      return {
        icon: 'fa fa-clock-o',
        label: sharedText('presence.messageExpiryInterval'),
        tip: sharedText('presenceTip.messageExpiryInterval'),
      };
    case 'willDelayInterval':
      return {
        icon: 'fa fa-hourglass-half',
        label: sharedText('presence.willDelayInterval'),
        tip: sharedText('presenceTip.willDelayInterval'),
      };
  }
}

function addIndicator(fold: JQuery, saved: unknown): JQuery {
  const select = $('<select>', { title: sharedText('presenceTip.payloadFormatIndicator') });
  const choices = [
    ['', sharedText('presence.unsaid')],
    ['true', sharedText('formatIndicator.text')],
    ['false', sharedText('formatIndicator.bytes')],
  ] as const;
  for (const [value, label] of choices) select.append($('<option>', { value }).text(label));
  const chosen = saved === 1 ? 'true' : saved === 0 ? 'false' : shown(saved);
  // Only a hand-edited flow can have a variable here.
  if (namesVariables(chosen)) select.append($('<option>', { value: chosen }).text(chosen));
  addFormRow(fold, 'fa fa-font', sharedText('presence.payloadFormatIndicator'), select.val(chosen));
  return select;
}

function readIndicator(chosen: string): boolean | string {
  return chosen === 'true' ? true : chosen === 'false' ? false : chosen;
}

function readText(name: TextProperty, text: string): number | string {
  const number = isInterval(name) ? Number(text) : Number.NaN;
  return text === '' || Number.isNaN(number) ? text : number;
}

function shown(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
