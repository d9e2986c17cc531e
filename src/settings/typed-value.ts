// Reads a setting that Node-RED's typed input has saved into a value source.

import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { type NoteOutside, noteIn, type OutsideValue } from '../core/values/outside-value';
import { parsePath, parseTemplate } from '../core/values/template';
import type { ValueSource } from '../core/values/value-source';
import { type ConfigResult, invalidSetting } from './saved-config';

/**
 * `str` is a template. `env` has been replaced by the value of its variable before it is read. `none` means no value.
 * `reply` means the response topic of a request.
 */
export type ValueType =
  | 'str'
  | 'num'
  | 'bool'
  | 'bin'
  | 'msg'
  | 'flow'
  | 'global'
  | 'jsonata'
  | 'env'
  | 'none'
  | 'reply';

export interface TypedValue {
  value: string;
  type: ValueType;
}

/**
 * The source of the value of `setting`. A value that only the runtime can find is added to `outside`. Whether a fixed
 * value fits the setting is not checked here.
 */
export function parseTypedValue(
  { value, type }: TypedValue,
  setting: string,
  outside: OutsideValue[],
): ConfigResult<ValueSource> {
  switch (type) {
    case 'none':
    case 'reply':
      return found({ kind: 'fixed', value: undefined });
    case 'num':
    case 'bool':
    case 'env':
      return found({ kind: 'fixed', value });
    case 'bin': {
      const bytes = bytesOf(value);
      return bytes ? found({ kind: 'fixed', value: bytes }) : failed(setting, value, 'expected.bytes');
    }
    case 'str':
      return templateSource(value, noteIn(outside, setting));
    case 'msg': {
      const path = parsePath(value);
      return path ? found({ kind: 'path', path, text: `msg.${value}` }) : failed(setting, value, 'expected.path');
    }
    case 'flow':
    case 'global':
    case 'jsonata':
      if (value.trim() === '') return failed(setting, value, 'expected.text');
      return found({
        kind: 'outside',
        index: noteIn(outside, setting)(type, value),
        text: type === 'jsonata' ? value : `${type}.${value}`,
      });
  }
}

function templateSource(text: string, note: NoteOutside): ConfigResult<ValueSource> {
  const result = parseTemplate(text, note);
  if (!result.ok) {
    const params = { template: text, at: result.at, problemKey: `template.${result.problem}` };
    return { ok: false, error: new MqttFlowsError('template-invalid', { stage: 'config', params }) };
  }
  const { template } = result;
  if (template.constant !== undefined) return found({ kind: 'fixed', value: template.constant });
  return found({ kind: 'template', template });
}

/** Bytes as Node-RED's buffer editor writes them: a list of numbers, or a text, in JSON. */
function bytesOf(text: string): Uint8Array | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value === 'string') return new TextEncoder().encode(value);
  return Array.isArray(value) && value.every(isByte) ? Uint8Array.from(value) : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff;
}

function found(config: ValueSource): ConfigResult<ValueSource> {
  return { ok: true, config };
}

function failed(setting: string, value: string, expected: string): ConfigResult<ValueSource> {
  return { ok: false, error: invalidSetting(setting, value, expected) };
}
