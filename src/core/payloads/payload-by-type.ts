// What a value is sent as when its type decides: bytes and text as they are, numbers and booleans as text, objects as JSON.

import { type Encoded, failure } from './codec';
import { jsonFrom } from './json-text';

export const JSON_TYPE = 'application/json';
export const TEXT_TYPE = 'text/plain';
export const BYTES_TYPE = 'application/octet-stream';

/** Never throws; see Codec.encode. */
export function payloadByType(value: unknown): Encoded {
  if (Buffer.isBuffer(value)) return { ok: true, payload: value };
  if (value instanceof Uint8Array)
    return { ok: true, payload: Buffer.from(value.buffer, value.byteOffset, value.length) };
  switch (typeof value) {
    case 'string':
      return { ok: true, payload: value };
    case 'undefined':
      return { ok: true, payload: '' };
    case 'number':
    case 'boolean':
    case 'bigint':
      return { ok: true, payload: String(value) };
    case 'object':
      return jsonFrom(value);
    default:
      return failure('noPayload', typeof value);
  }
}

/** The content type of payloadByType(value). A number that JSON cannot carry goes as text. */
export function mediaTypeByType(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return BYTES_TYPE;
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return TEXT_TYPE;
    case 'number':
      return Number.isFinite(value) ? JSON_TYPE : TEXT_TYPE;
    case 'boolean':
    case 'object':
      return JSON_TYPE;
    default:
      return undefined;
  }
}
