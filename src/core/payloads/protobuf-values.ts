// Values as protobufjs takes them. It converts what it gets: "false" to true, a text to NaN, a large number to a small one. What
// it would change or leave out without a word is an Error here, with the place of the value.

import { asFlagOrBit, recordAt } from '../values/plain-value';
import { bytesOf } from './bytes-value';

type Library = typeof import('protobufjs');
type Type = import('protobufjs').Type;
type Field = import('protobufjs').Field;
type Enum = import('protobufjs').Enum;

/** A copy of `value` for `type`, whose place is `path`. */
export function protobufFields(
  protobuf: Library,
  type: Type,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Record<string, unknown> {
  const ready: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (!field) throw new Error(`${path} has no field "${name}"`);
    // A field without a value is not sent.
    if (entry === null || entry === undefined) continue;
    ready[name] = fieldValue(protobuf, field, entry, `${path}.${name}`);
  }
  return ready;
}

function fieldValue(protobuf: Library, field: Field, value: unknown, path: string): unknown {
  if (field.repeated) {
    if (!Array.isArray(value)) throw new Error(`${path} wants an array`);
    return value.map((entry, index) => oneValue(protobuf, field, entry, `${path}[${index}]`));
  }
  if (!field.map) return oneValue(protobuf, field, value, path);
  const keyType = field instanceof protobuf.MapField ? field.keyType : 'string';
  return Object.fromEntries(
    Object.entries(recordAt(value, path)).map(([key, entry]) => [
      mapKey(keyType, key, path),
      oneValue(protobuf, field, entry, `${path}.${key}`),
    ]),
  );
}

/** protobufjs cuts the bits of a whole number, and takes eight characters for the bits of one. */
function mapKey(type: string, key: string, path: string): string {
  return INTEGERS.has(type) ? String(BigInt(wholeNumber(type, key, `a key of ${path}`))) : key;
}

function oneValue(protobuf: Library, field: Field, value: unknown, path: string): unknown {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Type) return protobufFields(protobuf, resolvedType, recordAt(value, path), path);
  if (resolvedType instanceof protobuf.Enum) return enumValue(resolvedType, value, path);
  switch (type) {
    case 'bytes':
      return bytes(value, path);
    case 'bool':
      return flag(value, path);
    case 'string':
      return text(value, path);
    case 'float':
    case 'double':
      return fraction(type, value, path);
    default:
      return INTEGERS.has(type) ? wholeNumber(type, value, path) : value;
  }
}

/** A word, or a number, which a newer schema may have a word for. */
function enumValue({ name, values }: Enum, value: unknown, path: string): unknown {
  // protobufjs takes the number as a number only.
  const own = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? Number(value) : value;
  if (typeof own === 'string' && !Object.hasOwn(values, own)) throw new Error(`${path} has no value "${own}"`);
  if (typeof own === 'string' || (typeof own === 'number' && (own | 0) === own)) return own;
  throw new Error(`${path} wants a word of ${name} or its number`);
}

/** Bytes, also as an array of numbers, or Base64, as in the JSON of Protobuf. */
function bytes(value: unknown, path: string): unknown {
  if (typeof value === 'string') return value;
  const own = bytesOf(Array.isArray(value) ? { type: 'Buffer', data: value } : value);
  if (own) return own;
  throw new Error(`${path} wants a Buffer, Base64, or an array of numbers from 0 to 255`);
}

function flag(value: unknown, path: string): boolean {
  const own = asFlagOrBit(value);
  if (own === undefined) throw new Error(`${path} wants true or false`);
  return own;
}

/** The text of an object, `[object Object]`, says nothing. */
function text(value: unknown, path: string): unknown {
  const type = typeof value;
  if (type === 'object' || type === 'function' || type === 'symbol') throw new Error(`${path} wants a text`);
  return value;
}

/** The JSON of Protobuf has these as texts. */
const WORDS = new Set(['NaN', 'Infinity', '-Infinity']);
const MOST_FLOAT = 3.4028234663852886e38;

function fraction(type: 'float' | 'double', value: unknown, path: string): number {
  if (typeof value === 'number' ? !Number.isFinite(value) : WORDS.has(String(value))) return Number(value);
  const isText = typeof value === 'string' && value.trim() !== '';
  const number = isText || typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new Error(`${path} wants a number`);
  if (!Number.isFinite(number))
    throw new Error(`${path} wants a number from ${-Number.MAX_VALUE} to ${Number.MAX_VALUE}`);
  if (type === 'float' && !Number.isFinite(Math.fround(number))) {
    throw new Error(`${path} wants a number from ${-MOST_FLOAT} to ${MOST_FLOAT}`);
  }
  return number;
}

const INTEGERS = new Set([
  ...['int32', 'uint32', 'sint32', 'fixed32', 'sfixed32'],
  ...['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'],
]);

const RANGES = {
  32: { signed: [-(2n ** 31n), 2n ** 31n - 1n], unsigned: [0n, 2n ** 32n - 1n] },
  64: { signed: [-(2n ** 63n), 2n ** 63n - 1n], unsigned: [0n, 2n ** 64n - 1n] },
} as const;

/** A text that is no number would become 0, and a fraction lose what is behind the point. */
function wholeNumber(type: string, value: unknown, path: string): number | string {
  const own = typeof value === 'bigint' ? String(value) : value;
  const isWhole = typeof own === 'number' ? Number.isSafeInteger(own) : /^-?[0-9]+$/.test(String(own));
  if (!isWhole || !(typeof own === 'number' || typeof own === 'string'))
    throw new Error(`${path} wants a whole number`);
  const isUnsigned = type.startsWith('u') || type.startsWith('fixed');
  const [least, most] = RANGES[type.endsWith('64') ? 64 : 32][isUnsigned ? 'unsigned' : 'signed'];
  const exact = BigInt(own);
  if (exact < least || exact > most) throw new Error(`${path} wants a number from ${least} to ${most}`);
  return own;
}
