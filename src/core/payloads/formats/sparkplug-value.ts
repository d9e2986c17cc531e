// The values of Sparkplug metrics: which field of the Protobuf message holds one, and how its bits are read by its type.

import { isDate } from '../../values/plain-value';
import { bytesOf } from '../bytes-value';
import { wholeNumber } from '../flow-value';
import type { LargeIntegers } from '../large-numbers';
import type { ValueBudget } from '../value-budget';
import { SPARKPLUG_TYPES, type SparkplugType } from './sparkplug-schema';

/** The fields of a Protobuf message, as protobufjs gives and takes them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Bits of each whole number, and whether it has a sign. DateTime is ms since 1970. */
const WHOLE: Readonly<Partial<Record<SparkplugType, readonly [bits: number, signed: boolean]>>> = {
  Int8: [8, true],
  Int16: [16, true],
  Int32: [32, true],
  Int64: [64, true],
  UInt8: [8, false],
  UInt16: [16, false],
  UInt32: [32, false],
  UInt64: [64, false],
  DateTime: [64, false],
};

/** Bytes of each element of an array (section 6.4.16.1), little-endian. */
const ELEMENT_BYTES: Readonly<Partial<Record<SparkplugType, number>>> = {
  Int8Array: 1,
  Int16Array: 2,
  Int32Array: 4,
  Int64Array: 8,
  UInt8Array: 1,
  UInt16Array: 2,
  UInt32Array: 4,
  UInt64Array: 8,
  DateTimeArray: 8,
  FloatArray: 4,
  DoubleArray: 8,
};

export function typeName(datatype: unknown): SparkplugType {
  const name = typeof datatype === 'number' ? SPARKPLUG_TYPES[datatype] : undefined;
  return name ?? 'Unknown';
}

/** The number of a type that a flow has named; throws where there is none. */
export function typeNumber(type: unknown): number {
  const names: readonly unknown[] = SPARKPLUG_TYPES;
  const number = typeof type === 'number' ? type : names.indexOf(type);
  if (SPARKPLUG_TYPES[number] === undefined) throw new Error(`there is no data type "${String(type)}"`);
  return number;
}

/** What the values of one payload are read with. */
export interface ValueReading {
  /** What whole numbers become that a JavaScript number cannot hold. */
  readonly largeIntegers: LargeIntegers;
  /** The elements of arrays are taken from it: one bit can be one. */
  readonly budget: ValueBudget;
}

/** The simple value of `fields`, of `type`. Undefined when there is none. */
export function simpleValue(fields: Fields, type: SparkplugType, reading: ValueReading): unknown {
  const { largeIntegers } = reading;
  const whole = fields.int_value ?? fields.long_value;
  if (typeof whole === 'number' || typeof whole === 'bigint') return typedNumber(BigInt(whole), type, largeIntegers);
  const bytes = fields.bytes_value;
  if (bytes instanceof Uint8Array) return valueOfBytes(Buffer.from(bytes), type, reading);
  return fields.float_value ?? fields.double_value ?? fields.boolean_value ?? fields.string_value;
}

function typedNumber(value: bigint, type: SparkplugType, largeIntegers: LargeIntegers): unknown {
  const [bits, signed] = WHOLE[type] ?? [64, false];
  return wholeNumber(signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value), largeIntegers);
}

function valueOfBytes(bytes: Buffer, type: SparkplugType, { largeIntegers, budget }: ValueReading): unknown {
  if (type === 'BooleanArray') return booleansOf(bytes, budget);
  if (type === 'StringArray') return textsOf(bytes, budget);
  const size = ELEMENT_BYTES[type];
  if (size === undefined || bytes.length % size !== 0) return bytes;
  budget.take(bytes.length / size);
  return Array.from({ length: bytes.length / size }, (_, index) => elementAt(bytes, index * size, type, largeIntegers));
}

function elementAt(bytes: Buffer, at: number, type: SparkplugType, largeIntegers: LargeIntegers): unknown {
  switch (type) {
    case 'FloatArray':
      return bytes.readFloatLE(at);
    case 'DoubleArray':
      return bytes.readDoubleLE(at);
    case 'Int64Array':
      return wholeNumber(bytes.readBigInt64LE(at), largeIntegers);
    case 'UInt64Array':
    case 'DateTimeArray':
      return wholeNumber(bytes.readBigUInt64LE(at), largeIntegers);
    default: {
      const size = ELEMENT_BYTES[type] ?? 1;
      return type.startsWith('U') ? bytes.readUIntLE(at, size) : bytes.readIntLE(at, size);
    }
  }
}

/** A count of four bytes, then a bit each, the highest first. */
function booleansOf(bytes: Buffer, budget: ValueBudget): unknown {
  if (bytes.length < 4) return bytes;
  const count = bytes.readUInt32LE(0);
  if (count > (bytes.length - 4) * 8) return bytes;
  budget.take(count);
  return Array.from({ length: count }, (_, index) => (((bytes[4 + (index >> 3)] ?? 0) >> (7 - (index & 7))) & 1) === 1);
}

/** Each text ends with a NUL byte. */
function textsOf(bytes: Buffer, budget: ValueBudget): string[] {
  let ends = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) ends++;
  budget.take(ends);
  const texts = bytes.toString('utf8').split('\0');
  if (texts.at(-1) === '') texts.pop();
  return texts;
}

/** The type that a value has where the flow names none. */
export function typeOfValue(value: unknown): SparkplugType {
  switch (typeof value) {
    case 'boolean':
      return 'Boolean';
    case 'bigint':
      return 'Int64';
    case 'number':
      return Number.isSafeInteger(value) ? 'Int64' : 'Double';
    case 'string':
      return 'String';
    default:
      return bytesOf(value) ? 'Bytes' : 'Unknown';
  }
}

/** The field for a simple value of `type`; throws when the value is none of that type. */
export function simpleField(value: unknown, type: SparkplugType, path: string): Fields {
  const whole = WHOLE[type];
  if (whole) return wholeField(value, type, whole, path);
  switch (type) {
    case 'Float':
      return { float_value: asFloat(value, path) };
    case 'Double':
      return { double_value: asNumber(value, path) };
    case 'Boolean':
      return { boolean_value: asBoolean(value, path) };
    case 'String':
    case 'Text':
    case 'UUID':
      if (typeof value !== 'string') throw new Error(`${path} wants a text`);
      return { string_value: value };
    case 'Bytes':
    case 'File': {
      const bytes = bytesOf(value);
      if (!bytes) throw new Error(`${path} wants a Buffer`);
      return { bytes_value: bytes };
    }
    default:
      return { bytes_value: bytesOfArray(value, type, path) };
  }
}

function wholeField(
  value: unknown,
  type: SparkplugType,
  [bits, signed]: readonly [number, boolean],
  path: string,
): Fields {
  const exact = asWhole(value, path);
  const fits = signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact);
  if (fits !== exact) throw new Error(`${path} is no ${type}`);
  // Negative numbers go as the bits of unsigned ones.
  if (bits === 64) return { long_value: String(BigInt.asUintN(64, exact)) };
  return { int_value: Number(BigInt.asUintN(32, exact)) };
}

function asWhole(value: unknown, path: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value)) return BigInt(value);
  if (isDate(value)) return BigInt(Number(value));
  throw new Error(`${path} wants a whole number`);
}

function asNumber(value: unknown, path: string): number {
  if (typeof value !== 'number') throw new Error(`${path} wants a number`);
  return value;
}

/** A larger one would become Infinity in 32 bits. */
function asFloat(value: unknown, path: string): number {
  const number = asNumber(value, path);
  if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) throw new Error(`${path} is no Float`);
  return number;
}

function asBoolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw new Error(`${path} wants true or false`);
  return value;
}

function bytesOfArray(value: unknown, type: SparkplugType, path: string): Buffer {
  if (!Array.isArray(value)) throw new Error(`${path} wants an array`);
  if (type === 'StringArray') return bytesOfTexts(value, path);
  if (type === 'BooleanArray') return bytesOfBooleans(value, path);
  const size = ELEMENT_BYTES[type];
  if (size === undefined) throw new Error(`${path} cannot be sent as ${type}`);
  const bytes = Buffer.alloc(size * value.length);
  for (const [index, element] of value.entries()) writeElement(bytes, index * size, size, type, element, path);
  return bytes;
}

/** Each ends with a NUL byte, so none may have one inside. */
function bytesOfTexts(texts: readonly unknown[], path: string): Buffer {
  for (const text of texts) {
    if (typeof text !== 'string' || text.includes('\0')) throw new Error(`${path} wants texts without NUL`);
  }
  return Buffer.from(texts.map((text) => `${text}\0`).join(''));
}

function writeElement(
  bytes: Buffer,
  at: number,
  size: number,
  type: SparkplugType,
  element: unknown,
  path: string,
): void {
  if (type === 'FloatArray') bytes.writeFloatLE(asFloat(element, path), at);
  else if (type === 'DoubleArray') bytes.writeDoubleLE(asNumber(element, path), at);
  else if (type === 'Int64Array') bytes.writeBigInt64LE(asWhole(element, path), at);
  else if (size === 8) bytes.writeBigUInt64LE(asWhole(element, path), at);
  // A Buffer would drop what is behind the point.
  else if (type.startsWith('U')) bytes.writeUIntLE(Number(asWhole(element, path)), at, size);
  else bytes.writeIntLE(Number(asWhole(element, path)), at, size);
}

function bytesOfBooleans(values: readonly unknown[], path: string): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(values.length / 8));
  bytes.writeUInt32LE(values.length, 0);
  for (const [index, value] of values.entries()) {
    if (asBoolean(value, path)) bytes[4 + (index >> 3)] = (bytes[4 + (index >> 3)] ?? 0) | (0x80 >> (index & 7));
  }
  return bytes;
}
