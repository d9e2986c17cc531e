// Values as they are kept over restarts. JSON would make a text of a Date, null of NaN, and nothing of undefined: the value
// after the restart would differ from the next one, which is the same.

import { bytesOf } from '../payloads/bytes-value';
import { isPlain } from '../payloads/plain-object';
import { isDate, isRecord, putProperty } from '../values/plain-value';

/** The name that marks a form of ours. A value that has it itself is not kept. */
const MARK = 'mqttFlowsKept';

type Marked =
  /** `of` is in ms since 1970; NaN, and null in JSON, for a Date that is none. */
  | { readonly [MARK]: 'Date'; readonly of: number }
  | { readonly [MARK]: 'number'; readonly of: string }
  | { readonly [MARK]: 'undefined' }
  /** `of` is an object that would be taken for a Buffer: what JSON makes of one. */
  | { readonly [MARK]: 'object'; readonly of: object };

/**
 * `value` as JSON carries it; itself where JSON does. Throws where it holds a circle, or the mark. What JSON has no form for,
 * such as a Map, stays as it is.
 */
export function keptForm(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : marked({ [MARK]: 'number', of: String(value) });
  if (value === undefined) return marked({ [MARK]: 'undefined' });
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return keptList(value);
  if (isPlain(value)) return keptNames(value);
  return isDate(value) ? marked({ [MARK]: 'Date', of: Number(value) }) : value;
}

function marked(form: Marked): Marked {
  return form;
}

/** A copy from the first entry on that differs. */
function keptList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const form = keptForm(list[index]);
    if (form === list[index]) continue;
    copy ??= [...list];
    copy[index] = form;
  }
  return copy ?? list;
}

function keptNames(value: object): object {
  if (MARK in value) throw new TypeError(`a value with the name ${MARK}`);
  let copy: Record<string, unknown> | undefined;
  for (const [name, entry] of Object.entries(value as Readonly<Record<string, unknown>>)) {
    const form = keptForm(entry);
    if (form === entry) continue;
    copy ??= { ...value };
    putProperty(copy, name, form);
  }
  return bufferIn(value) ? marked({ [MARK]: 'object', of: value }) : (copy ?? value);
}

/** The Buffer that JSON has made an object of: `{ type: 'Buffer', data }`. */
function bufferIn(value: object): Buffer | undefined {
  const bytes = bytesOf(value);
  return bytes && Object.keys(value).length === 2 ? bytes : undefined;
}

/** The most levels in which Buffers and marks are looked for. JSON.parse() reads more than fit on the stack. */
const DEEPEST = 1000;

/** How a value is read back. */
class Reviver {
  readonly #readsMarks: boolean;
  /** A message may hold circles. */
  readonly #made = new Map<object, unknown>();

  constructor(readsMarks: boolean) {
    this.#readsMarks = readsMarks;
  }

  revived(value: unknown, depth = 0): unknown {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > DEEPEST) return value;
    if (this.#made.has(value)) return this.#made.get(value);
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      this.#made.set(value, list);
      for (const part of value) list.push(this.revived(part, depth + 1));
      return list;
    }
    if (!isRecord(value)) return value;
    const bytes = bufferIn(value);
    if (bytes) return bytes;
    if (this.#readsMarks && MARK in value) return unmarked(value[MARK], value.of);
    const record: Record<string, unknown> = {};
    this.#made.set(value, record);
    for (const name of Object.keys(value)) putProperty(record, name, this.revived(value[name], depth + 1));
    return record;
  }
}

function unmarked(mark: unknown, of: unknown): unknown {
  switch (mark) {
    case 'Date':
      return new Date(typeof of === 'number' ? of : Number.NaN);
    case 'number':
      return Number(of);
    default:
      // The object has bytes in it and nothing else that could be a form of ours.
      return mark === 'object' ? of : undefined;
  }
}

/** `value` with Buffers where JSON has their form, `{ type: 'Buffer', data }`. */
export function withBuffers(value: unknown): unknown {
  return new Reviver(false).revived(value);
}

/** What keptForm() was given, of what JSON has made of it. */
export function keptValue(value: unknown): unknown {
  return new Reviver(true).revived(value);
}
