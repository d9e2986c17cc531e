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
 * What is lost in `json`, the JSON of `value`: its place and its type. Undefined when nothing is. Looks through the value
 * only where `json` has an empty object.
 */
export function lossIn(value: unknown, json: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const own = lostType(value);
  if (own !== undefined) return own;
  return json.includes('{}') ? firstLoss(value) : undefined;
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
