// The memory of a value, roughly: enough to bound what is kept, and fast enough for each message.

/** Bytes of an object beside its content. */
const OBJECT = 56;
/** Bytes of one property or element: its place, and a number or a reference. */
const PLACE = 8;
/** From this many parts on, objects that occur twice are counted once. It ends the walk in a circle, too. */
const MANY = 1000;

/** Approximate bytes of `value` and of all in it. */
export function valueSize(value: unknown): number {
  if (typeof value !== 'object' || value === null) return plainSize(value);
  const waiting: object[] = [value];
  let seen: Set<object> | undefined;
  let parts = 0;
  let bytes = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (seen?.has(next)) continue;
    if (++parts > MANY) seen = (seen ?? new Set()).add(next);
    if (ArrayBuffer.isView(next)) {
      bytes += OBJECT + next.byteLength;
      continue;
    }
    bytes += OBJECT;
    if (next instanceof Map || next instanceof Set) {
      // As a list: pairs of a Map are lists themselves.
      waiting.push([...next]);
      continue;
    }
    const isList = Array.isArray(next);
    for (const key of Object.keys(next)) {
      // Objects share the names that they have in common. Senders choose names, though, and each may have another one.
      if (!isList) bytes += key.length;
      const part: unknown = (next as Record<string, unknown>)[key];
      if (typeof part === 'object' && part !== null) {
        bytes += PLACE;
        waiting.push(part);
      } else {
        bytes += plainSize(part);
      }
    }
  }
  return bytes;
}

function plainSize(value: unknown): number {
  // A text of Latin letters takes one byte for each; all others take two.
  return typeof value === 'string' ? 3 * PLACE + value.length : PLACE;
}
