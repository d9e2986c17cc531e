// What a publish node sends, as it is saved: a property, a template, an expression. The dialog reads it by the same code.

import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { PayloadSource } from '../core/publications/payload-source';
import { parseJsonTemplate } from '../core/values/json-template';
import { noteIn, type OutsideValue } from '../core/values/outside-value';
import type { ConfigResult, SavedConfig } from './saved-config';
import { parseTypedValue } from './typed-value';

/** In the order of the dialog. `json` and `str` are templates. */
export const PAYLOAD_TYPES = ['msg', 'json', 'str', 'jsonata', 'flow', 'global'] as const;

export type PayloadType = (typeof PAYLOAD_TYPES)[number];

const USUAL = 'payload';

/** What is sent; undefined for `msg.payload`. Values that only the runtime can find are added to `outside`. */
export function readPayload(saved: SavedConfig, outside: OutsideValue[]): PayloadSource | undefined {
  const type = saved.choice('payloadType', PAYLOAD_TYPES, 'msg');
  const text = saved.text('payload', '');
  if (type === 'msg' && (text.trim() === '' || text === USUAL)) return undefined;
  const result = parsePayload(text, type, outside);
  if (result.ok) return result.config;
  saved.fail(result.error);
  return undefined;
}

/** Reads `text` as what a publish node sends. */
function parsePayload(text: string, type: PayloadType, outside: OutsideValue[]): ConfigResult<PayloadSource> {
  if (type === 'json') return jsonSource(text, outside);
  const read = parseTypedValue({ value: text, type }, 'payload', outside);
  if (!read.ok) return read;
  const source = read.config;
  return { ok: true, config: source.kind === 'template' ? { kind: 'text', template: source.template } : source };
}

function jsonSource(text: string, outside: OutsideValue[]): ConfigResult<PayloadSource> {
  const result = parseJsonTemplate(text, noteIn(outside, 'payload'));
  if (result.ok) return { ok: true, config: { kind: 'json', template: result.template } };
  const { problem, line, column, at } = result;
  const params = { template: text.slice(0, 200), line, column, at, problemKey: `jsonTemplate.${problem}` };
  return { ok: false, error: new MqttFlowsError('template-invalid', { stage: 'config', params }) };
}
