// Whether two values of messages are the same: equal in content, whatever the order of the properties.

/** The most levels that are compared. A value with more, such as a circle, counts as different. */
const DEEPEST = 1000;

/** Whether `a` and `b` are equal in all of their parts. NaN equals NaN. */
export function sameValue(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > DEEPEST) return false;
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) return sameBytes(a, b);
  if (Array.isArray(a) || Array.isArray(b)) return sameList(a, b, depth);
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof Map || b instanceof Map) return sameMap(a, b, depth);
  if (a instanceof Set || b instanceof Set) return sameSet(a, b);
  return sameProperties(a as Record<string, unknown>, b as Record<string, unknown>, depth);
}

function sameBytes(a: object, b: object): boolean {
  if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false;
  return Buffer.compare(a, b) === 0;
}

function sameList(a: object, b: object, depth: number): boolean {
  if (!(Array.isArray(a) && Array.isArray(b)) || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!sameValue(a[index], b[index], depth + 1)) return false;
  return true;
}

/** Names that are objects differ, whatever is in them. */
function sameMap(a: object, b: object, depth: number): boolean {
  if (!(a instanceof Map && b instanceof Map) || a.size !== b.size) return false;
  for (const [name, value] of a) if (!b.has(name) || !sameValue(value, b.get(name), depth + 1)) return false;
  return true;
}

/** Entries that are objects differ, as names of a Map do. */
function sameSet(a: object, b: object): boolean {
  if (!(a instanceof Set && b instanceof Set) || a.size !== b.size) return false;
  for (const entry of a) if (!b.has(entry)) return false;
  return true;
}

function sameProperties(a: Record<string, unknown>, b: Record<string, unknown>, depth: number): boolean {
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  // What has no own properties, such as a WeakMap, says nothing about its content.
  if (keys.length === 0) return Object.getPrototypeOf(a) === Object.prototype || Object.getPrototypeOf(a) === null;
  for (const key of keys) if (!Object.hasOwn(b, key) || !sameValue(a[key], b[key], depth + 1)) return false;
  return true;
}
