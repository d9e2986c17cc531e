// Whether a decoded value is nested deeper than Node-RED can copy.

import { MOST_LEVELS } from './large-numbers';

/** Goes through objects, arrays, Maps and Sets, and not into bytes. */
export function isTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (level >= MOST_LEVELS) return true;
  const entries: Iterable<unknown> =
    value instanceof Map || value instanceof Set || Array.isArray(value) ? value.values() : Object.values(value);
  for (const entry of entries) if (typeof entry === 'object' && isTooDeep(entry, level + 1)) return true;
  return false;
}
