// A value on one short line, for a table. It reads no more of the value than it shows.

import { plainText } from '../errors/plain-text';

/** Characters of a line. */
const LENGTH = 120;
/** Bytes of a Buffer that are shown. */
const BYTES = 16;

/** The beginning of `value` on one line: text as it is, all else like JSON. */
export function valuePreview(value: unknown): string {
  const text = typeof value === 'string' ? value.slice(0, 4 * LENGTH) : started(value, LENGTH, 0);
  const line = plainText(text);
  return line.length > LENGTH ? `${line.slice(0, LENGTH)}…` : line;
}

/** JSON of `value`, at least `room` characters of it if it has as many. */
function started(value: unknown, room: number, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 4 * room));
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return bytesText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  const isList = Array.isArray(value) || value instanceof Set;
  if (depth > 8) return isList ? '[…]' : '{…}';
  let text = '';
  for (const [key, part] of partsOf(value)) {
    if (text.length > room) break;
    const name = isList ? '' : `${JSON.stringify(nameText(key).slice(0, room))}:`;
    text += `${text === '' ? '' : ','}${name}${started(part, room - text.length, depth + 1)}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}

/** The parts of an object with their names, or of a list, as they are asked for. */
function* partsOf(value: object): Generator<readonly [name: unknown, part: unknown]> {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return yield* value.entries();
  for (const key of Object.keys(value)) yield [key, (value as Readonly<Record<string, unknown>>)[key]];
}

/** A Map has names of all types. */
function nameText(name: unknown): string {
  return typeof name === 'object' && name !== null ? '…' : String(name);
}

function bytesText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > BYTES ? `${shown} …` : shown;
}
