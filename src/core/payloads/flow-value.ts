// What the library of a binary format has decoded, as flows expect values: bytes are Buffers, whole numbers are numbers
// where they are exact, and nothing lies deeper than Node-RED can copy.

import { type Decoded, failure } from './codec';
import { TOO_DEEP } from './json-text';
import { type LargeIntegers, MOST_LEVELS } from './large-numbers';

/** `as is` leaves BigInts alone, where a format has said itself what its numbers are. */
type WholeNumbers = LargeIntegers | 'as is';

/** Changes the objects and arrays of `decoded` in place; nobody else has them. */
export function flowValue(decoded: unknown, largeIntegers: WholeNumbers): Decoded {
  try {
    return { ok: true, value: settle(decoded, largeIntegers, 0) };
  } catch (error) {
    if (error === TOO_DEEP) return TOO_DEEP;
    return failure('unreadable', String(error));
  }
}

function settle(value: unknown, largeIntegers: WholeNumbers, level: number): unknown {
  if (typeof value === 'bigint') return wholeNumber(value, largeIntegers);
  if (typeof value !== 'object' || value === null) return value;
  // Out of all levels at once; no other way is as cheap for the payloads that are not too deep.
  if (level >= MOST_LEVELS) throw TOO_DEEP;
  // A copy: the libraries give a part of the payload, which several receivers share.
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return settleList(value, largeIntegers, level + 1);
  if (value instanceof Map) return settleMap(value, largeIntegers, level + 1);
  if (value instanceof Set) return new Set(settleList([...value], largeIntegers, level + 1));
  if (value instanceof Date) return value;
  settleNames(value as Record<string, unknown>, largeIntegers, level + 1);
  return value;
}

function settleList(list: unknown[], largeIntegers: WholeNumbers, level: number): unknown[] {
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    if (typeof value === 'object' || typeof value === 'bigint') list[index] = settle(value, largeIntegers, level);
  }
  return list;
}

function settleNames(names: Record<string, unknown>, largeIntegers: WholeNumbers, level: number): void {
  for (const name of Object.keys(names)) {
    const value = names[name];
    if (typeof value !== 'object' && typeof value !== 'bigint') continue;
    const settled = settle(value, largeIntegers, level);
    // Only what has changed, and never through a setter such as that of `__proto__`.
    if (settled !== value) Object.defineProperty(names, name, { value: settled, ...PLAIN });
  }
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

/** A Map whose names are all texts is an object. */
function settleMap(map: Map<unknown, unknown>, largeIntegers: WholeNumbers, level: number): unknown {
  const entries = Array.from(map, ([name, value]): [unknown, unknown] => [
    settle(name, largeIntegers, level),
    settle(value, largeIntegers, level),
  ]);
  // Object.fromEntries() defines `__proto__` as a name like any other.
  return entries.every(isNamed) ? Object.fromEntries(entries) : new Map(entries);
}

function isNamed(entry: [unknown, unknown]): entry is [string, unknown] {
  return typeof entry[0] === 'string';
}

/** `value` as a number where that is exact, otherwise as `largeIntegers` says. */
export function wholeNumber(value: bigint, largeIntegers: WholeNumbers): unknown {
  if (largeIntegers === 'as is') return value;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return largeIntegers === 'bigint' ? value : String(value);
}
