// The setting *Value* of a topic filter as it is saved, and how the runtime reads it. A message that subscribes may have
// the same.

import { booleanWords, type DateForm, type ValueConversion } from '../core/values/value-conversion';
import { parseValuePath, type ValueOrigin, type ValueRule } from '../core/values/value-rule';
import type { SavedNumber } from './environment-text';
import { type ConfigResult, SavedConfig } from './saved-config';

export interface ValueConfig {
  /** A path in the payload, or JSONata; blank for the whole payload. */
  from: string;
  fromType: 'path' | 'jsonata';
  /** Blank: the value stays as it is. */
  convert: '' | 'number' | 'boolean' | 'date';
  /** For a number: what it is multiplied by, and what is added then. */
  factor: SavedNumber;
  offset: SavedNumber;
  /** For a boolean: words separated by commas. */
  trueWords: string;
  falseWords: string;
  /** For a date: what devices send. */
  dateFrom: DateForm;
  /** What happens to a message without the value. */
  missing: ValueRule['missing'];
  /** Whether what was decoded stays in `msg.data`. */
  keepData: boolean;
}

export const valueDefaults: ValueConfig = {
  from: '',
  fromType: 'path',
  convert: '',
  factor: 1,
  offset: 0,
  trueWords: 'on, true, 1, yes, online',
  falseWords: 'off, false, 0, no, offline',
  dateFrom: 'iso',
  missing: 'error',
  keepData: false,
};

/** The rule of a saved *Value*; undefined when it changes nothing. */
export function readValueRule(saved: SavedConfig): ValueRule | undefined {
  const origin = readOrigin(saved);
  const rule: ValueRule = {
    origin,
    conversion: readConversion(saved),
    missing: saved.choice('missing', ['drop', 'error', 'pass'], valueDefaults.missing),
    keepData: saved.boolean('keepData', valueDefaults.keepData),
  };
  return origin.kind === 'whole' && !rule.conversion && !rule.keepData ? undefined : rule;
}

/** Reads a *Value* that stands by itself: an object, or a path alone. The error names `name` before the property. */
export function parseValueRule(raw: unknown, name: string): ConfigResult<ValueRule | undefined> {
  const saved = new SavedConfig({ [name]: typeof raw === 'string' ? { from: raw } : raw });
  return saved.result(readValueRule(saved.section(name)));
}

function readOrigin(saved: SavedConfig): ValueOrigin {
  const text = saved.text('from', valueDefaults.from).trim();
  const type = saved.choice('fromType', ['path', 'jsonata'], valueDefaults.fromType);
  if (text === '') return { kind: 'whole' };
  if (type === 'jsonata') return { kind: 'expression', text };
  const path = parseValuePath(text);
  if (path) return { kind: 'path', path, text };
  saved.invalid('from', 'expected.path');
  return { kind: 'whole' };
}

function readConversion(saved: SavedConfig): ValueConversion | undefined {
  switch (saved.choice('convert', ['', 'number', 'boolean', 'date'], valueDefaults.convert)) {
    case '':
      return undefined;
    case 'number':
      return { kind: 'number', factor: saved.number('factor', 1), offset: saved.number('offset', 0) };
    case 'boolean':
      return { kind: 'boolean', words: readWords(saved) };
    case 'date':
      return { kind: 'date', from: saved.choice('dateFrom', ['iso', 'ms', 's'], valueDefaults.dateFrom) };
  }
}

function readWords(saved: SavedConfig): ReadonlyMap<string, boolean> {
  const trueWords = saved.text('trueWords', valueDefaults.trueWords);
  const words = booleanWords(trueWords, saved.text('falseWords', valueDefaults.falseWords));
  if (words) return words;
  saved.invalid('falseWords', 'expected.otherWords');
  return new Map();
}
