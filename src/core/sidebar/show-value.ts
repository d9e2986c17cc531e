// Makes a decoded payload ready for the sidebar. What a payload claims to hold is bounded here, since one that is small can
// be decoded to millions of values.

import type { LeafKind, ShownLeaf, ShownValue } from './shown-value';

/** What may still be shown. Several payloads can share one. */
export interface ShownBudget {
  elements: number;
  characters: number;
}

/** Objects and arrays below each other that are shown. */
const MOST_LEVELS = 60;
/** Characters of one text, and bytes of one Buffer. */
const MOST_TEXT = 64 * 1024;
const MOST_BYTES = 256;
const MOST_BITS = 4096;

/** `value` as JSON for the editor, as far as `budget` goes, which gets less. */
export function showValue(value: unknown, budget: ShownBudget, level = 0): ShownValue {
  budget.elements--;
  switch (typeof value) {
    case 'string':
      return shownText(value, budget);
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : leaf('number', Object.is(value, -0) ? '-0' : `${value}`);
    case 'boolean':
      return value;
    case 'bigint':
      return shownInteger(value, budget);
    case 'object':
      return value === null ? null : shownObject(value, budget, level);
    default:
      return leaf('undefined', typeof value);
  }
}

function leaf(kind: LeafKind, text: string, more = 0): ShownLeaf {
  return more > 0 ? { leaf: kind, text, more } : { leaf: kind, text };
}

function shownText(text: string, budget: ShownBudget): ShownValue {
  const room = Math.max(Math.min(MOST_TEXT, budget.characters), 0);
  budget.characters -= Math.min(text.length, room);
  return text.length <= room ? text : leaf('text', text.slice(0, room), text.length - room);
}

/** A BigInt of many digits takes long to write. */
function shownInteger(value: bigint, budget: ShownBudget): ShownValue {
  const text = BigInt.asIntN(MOST_BITS, value) === value ? String(value) : '…';
  budget.characters -= text.length;
  return leaf('number', text);
}

function shownObject(value: object, budget: ShownBudget, level: number): ShownValue {
  if (ArrayBuffer.isView(value)) return shownBytes(value, budget);
  if (value instanceof Date) return leaf('date', Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString());
  if (level >= MOST_LEVELS) return leaf('cut', '…');
  if (Array.isArray(value)) return shownList(value, budget, level);
  if (value instanceof Set) return shownList([...value], budget, level);
  if (value instanceof Map) {
    const entries = Array.from(value, ([name, entry]): [string, unknown] => [mapName(name), entry]);
    return shownNames(entries, budget, level);
  }
  return shownNames(Object.entries(value), budget, level);
}

function shownBytes(view: ArrayBufferView, budget: ShownBudget): ShownValue {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const shown = bytes.subarray(0, MOST_BYTES);
  budget.characters -= 2 * shown.length;
  const digits = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return leaf('bytes', digits, bytes.length - shown.length);
}

function shownList(list: readonly unknown[], budget: ShownBudget, level: number): ShownValue {
  const shown: ShownValue[] = [];
  for (const entry of list) {
    if (isSpent(budget)) break;
    shown.push(showValue(entry, budget, level + 1));
  }
  return shown.length === list.length ? { list: shown } : { list: shown, more: list.length - shown.length };
}

function shownNames(entries: readonly (readonly [string, unknown])[], budget: ShownBudget, level: number): ShownValue {
  const names: [string, ShownValue][] = [];
  for (const [name, entry] of entries) {
    if (isSpent(budget)) break;
    const shown = name.slice(0, MOST_TEXT);
    budget.characters -= shown.length;
    names.push([shown, showValue(entry, budget, level + 1)]);
  }
  return names.length === entries.length ? { names } : { names, more: entries.length - names.length };
}

function isSpent({ elements, characters }: ShownBudget): boolean {
  return elements <= 0 || characters <= 0;
}

/** A Map has names of all types; texts are in quotes, so that 1 and "1" stay two names. */
function mapName(name: unknown): string {
  if (typeof name === 'string') return JSON.stringify(name);
  if (typeof name !== 'object' || name === null) return String(name);
  return JSON.stringify(showValue(name, { elements: 50, characters: 500 }));
}
