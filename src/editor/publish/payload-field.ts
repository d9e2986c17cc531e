// The field for what a publish node sends: a property, or a template in a field of its own, with what it gives.

import { errorSentence } from '../../core/errors/error-sentence';
import type { PayloadTrial } from '../../core/reports/payload-trial';
import { fillJsonTemplate, parseJsonTemplate } from '../../core/values/json-template';
import { valueTypedAsPath } from '../../core/values/value-as-path';
import { valueText } from '../../core/values/value-text';
import { namesVariables } from '../../settings/environment-text';
import { PAYLOAD_TYPES, type PayloadType } from '../../settings/publish.payload.config';
import { addFieldNote } from '../fields/field-note';
import { mayTry, showLiveLines } from '../fields/live-lines';
import { sharedText } from '../fields/shared-text';
import { nameTypedInput } from '../fields/typed-input-name';
import { enteredOwnSending, ownPayloadProblem } from './own-sending';
import { previewHint, sampleFor } from './template-preview';
import { typedValueProblem } from './typed-value-problem';

export interface EnteredPayload {
  readonly payload: string;
  readonly payloadType: PayloadType;
}

/** The error for what is sent, or undefined. What has variables is checked by the runtime. */
export function payloadProblem({ payload, payloadType }: EnteredPayload): string | undefined {
  if (payloadType === 'json') return namesVariables(payload) ? undefined : jsonProblem(payload);
  if (payloadType === 'msg' && payload.trim() === '') return undefined;
  return typedValueProblem({ value: payload, type: payloadType });
}

/** With the place, as the text stands beside the sentence. */
function jsonProblem(text: string): string | undefined {
  const result = parseJsonTemplate(text);
  if (result.ok) return undefined;
  const { problem, line, column, at } = result;
  return sharedText(`jsonTemplate.${problem}`, { line, column, at });
}

/** Fills the row `#mqtt-flows-payload-row`. Returns a function that reads it. */
export function preparePayload(node: Partial<EnteredPayload> & { readonly id: string }): () => EnteredPayload {
  const { payload = 'payload', payloadType = 'msg' } = node;
  const row = $('#mqtt-flows-payload-row');
  const input = row.find('input');
  const template = row.find('textarea');
  const ownField = payloadType === 'json' || payloadType === 'str';
  const types = PAYLOAD_TYPES.map(typeOption);
  input.typedInput({ types, default: 'msg' });
  input.typedInput('type', payloadType);
  input.typedInput('value', ownField ? 'payload' : payload);
  template.val(ownField ? payload : '');
  nameTypedInput(row, input);
  const read = (): EnteredPayload => {
    // The typed input has only these.
    const type = input.typedInput('type') as PayloadType;
    if (type === 'json' || type === 'str') return { payloadType: type, payload: String(template.val()) };
    const value = input.typedInput('value').trim();
    return { payloadType: type, payload: type === 'msg' && value === '' ? 'payload' : value };
  };
  const fix = { label: sharedText('fields.isPayload'), apply: () => sendAsTyped(input, template, read()) };
  addFieldNote(row, input, () => {
    const entered = read();
    const problem = payloadProblem(entered) ?? ownProblem(entered);
    if (!typedAsPath(entered)) return { problem, hint: hintFor(entered) };
    const text = sharedText('fields.valueAsPath');
    return { problem: problem && text, hint: text, fix };
  });
  const shown = row.find('input.red-ui-typedInput-input').add(template);
  shown.attr('aria-describedby', input.attr('aria-describedby') ?? '');
  const show = (): void => {
    const { payloadType: type } = read();
    template.toggle(type === 'json' || type === 'str');
    template.attr('placeholder', type === 'json' ? EXAMPLE : sharedText('payloadSource.textExample'));
    const invalid = input.attr('aria-invalid') ?? 'false';
    shown.attr('aria-invalid', invalid);
    template.toggleClass('input-error', invalid === 'true');
  };
  input.on('input change', show);
  // The typed input reports a change when it is left, and the note has to follow each letter.
  row.find('input.red-ui-typedInput-input').on('input', () => input.val(read().payload).trigger('input'));
  template.on('input', () => input.trigger('input'));
  show();
  if (mayTry()) {
    showLiveLines(row, row, {
      isOpen: () => read().payloadType !== 'msg' && payloadProblem(read()) === undefined,
      ask: () => trialLines(node.id, read()),
    }).addClass('mqtt-flows-payload-trial');
  }
  return read;
}

/** As what to send a value that was typed where a property of the message is asked for; undefined for a property. */
function typedAsPath({ payload, payloadType }: EnteredPayload): 'json' | 'str' | undefined {
  return payloadType === 'msg' && !namesVariables(payload) ? valueTypedAsPath(payload) : undefined;
}

function sendAsTyped(input: JQuery, template: JQuery, entered: EnteredPayload): void {
  const type = typedAsPath(entered);
  if (!type) return;
  template.val(entered.payload);
  input.typedInput('type', type);
}

function ownProblem({ payload, payloadType }: EnteredPayload): string | undefined {
  return ownPayloadProblem(enteredOwnSending(), payload, payloadType, $('#node-input-retain').val());
}

const EXAMPLE = '{ "time": {{$now}}, "value": {{payload}}, "unit": "{{params.unit}}" }';

function typeOption(type: PayloadType): string | TypedInputType {
  if (type === 'json') {
    const icon = 'red/images/typedInput/json.svg';
    return { value: type, label: sharedText('payloadSource.json'), icon, hasValue: false };
  }
  if (type !== 'str') return type;
  return {
    value: type,
    label: sharedText('payloadSource.text'),
    icon: 'red/images/typedInput/az.svg',
    hasValue: false,
  };
}

async function trialLines(id: string, settings: EnteredPayload): Promise<readonly string[]> {
  try {
    const trial: PayloadTrial = await $.ajax('mqtt-flows/payload-trial', {
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({ node: id, settings }),
    });
    return [trialText(trial)];
  } catch {
    return [sharedText('value.untried')];
  }
}

function trialText(trial: PayloadTrial): string {
  switch (trial.kind) {
    case 'absent':
      return sharedText('payloadSource.absent');
    case 'waiting':
      return sharedText('payloadSource.waiting');
    case 'failed':
      return sharedText('payloadSource.last', { text: errorSentence(trial.error, {}, sharedText) });
    case 'made':
      return sharedText('payloadSource.last', { text: `${trial.payload} (${trial.type})` });
  }
}

/** What a template gives when each value is the name that it is read by. */
function hintFor({ payload, payloadType }: EnteredPayload): string | undefined {
  if (payloadType === 'str') return previewHint(payload) ?? sharedText('payloadSource.textHint');
  if (payloadType !== 'json') return undefined;
  const parsed = parseJsonTemplate(payload);
  if (!parsed.ok || parsed.template.placeholders.length === 0) return sharedText('payloadSource.jsonHint');
  const filled = fillJsonTemplate(parsed.template, sampleFor(parsed.template.placeholders), []);
  return filled.ok ? sharedText('fields.preview', { text: valueText(filled.value) }) : undefined;
}
