// Values that are bytes. A function node makes its values in a realm of its own, where `instanceof` does not know them.

import { isPlain } from './plain-object';

/**
 * The bytes of `value`, not copied: a Buffer, an array of bytes, an ArrayBuffer, or a Buffer that went through JSON.
 * Undefined for all else.
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (isPlain(value)) {
    return 'type' in value && value.type === 'Buffer' && 'data' in value ? bytesOfList(value.data) : undefined;
  }
  if (Array.isArray(value)) return undefined;
  // `[object ArrayBuffer]`, in every realm.
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value)) return OF_BYTES.has(type) ? bytesOfView(value) : undefined;
  return type === 'ArrayBuffer' || type === 'SharedArrayBuffer' ? Buffer.from(value as ArrayBuffer) : undefined;
}

/** In which order the bytes of wider numbers go is for the user to say. */
const OF_BYTES = new Set(['Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'DataView']);

function bytesOfView({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** What Buffer.toJSON() makes, as a context that is stored in files gives it back. */
function bytesOfList(data: unknown): Buffer | undefined {
  return Array.isArray(data) && data.every(isByte) ? Buffer.from(data) : undefined;
}

function isByte(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff;
}
