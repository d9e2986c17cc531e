// Finds what JSON has no form for and would make an empty object of, without a word: a Map, a Set, an Error.

import { isPlain } from './plain-object';

/** What JSON carries: `Arguments` becomes an object with its values. */
const CARRIED = new Set(['Object', 'Array', 'Date', 'Number', 'String', 'Boolean', 'BigInt', 'Arguments']);
/** What they hold is lost, whatever properties somebody has given them beside. */
const LOST = new Set(['Error', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Promise', 'RegExp']);

/** An object or array on the way from the root, and where the next one up is. */
interface Place {
  /** Any object is names with values. */
  readonly value: object;
  readonly name: string;
  readonly holder: Place | undefined;
}

/**
 * What is lost in `json`, the JSON of `value`: its place and its type. Undefined when nothing is. Looks for the place only
 * where `json` has an empty object, or the value holds an instance of some class.
 */
export function lossIn(value: unknown, json: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const own = lostType(value);
  if (own !== undefined) return own;
  return json.includes('{}') || holdsInstance(value) ? firstLoss(value) : undefined;
}

/** A quick look, without copies: most payloads are of plain objects and arrays. `value` has no circle. */
function holdsInstance(value: object): boolean {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const entry: unknown = value[index];
      if (typeof entry === 'object' && entry !== null && isOrHoldsInstance(entry)) return true;
    }
    return false;
  }
  for (const name in value) {
    const entry = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof entry === 'object' && entry !== null && isOrHoldsInstance(entry)) return true;
  }
  return false;
}

function isOrHoldsInstance(value: object): boolean {
  const plain = Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value) || isPlain(value);
  return plain ? holdsInstance(value) : !makesItsJson(value);
}

/** `root` has no circle, since JSON could be made of it; what it holds in two places is looked at once. */
function firstLoss(root: object): string | undefined {
  const seen = new Set<object>();
  const open: Place[] = [{ value: root, name: 'payload', holder: undefined }];
  for (const holder of open) {
    for (const [name, value] of Object.entries(holder.value as Readonly<Record<string, unknown>>)) {
      if (typeof value !== 'object' || value === null || seen.has(value) || makesItsJson(value)) continue;
      seen.add(value);
      const place = { value, name, holder };
      const lost = lostType(value);
      if (lost !== undefined) return `${pathOf(place).slice(-200)}: ${lost}`;
      open.push(place);
    }
  }
  return undefined;
}

function pathOf({ name, holder }: Place): string {
  if (!holder) return name;
  return Array.isArray(holder.value) ? `${pathOf(holder)}[${name}]` : `${pathOf(holder)}.${name}`;
}

function lostType(value: object): string | undefined {
  if (isPlain(value) || Array.isArray(value) || makesItsJson(value)) return undefined;
  // `[object Map]`, in every realm.
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (CARRIED.has(type)) return undefined;
  return LOST.has(type) || ArrayBuffer.isView(value) || Object.keys(value).length === 0 ? type : undefined;
}

function makesItsJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
