// What a value is sent as when its type decides: bytes and text as they are, numbers and booleans as text, objects as JSON.

import { bytesOf } from './bytes-value';
import { type Encoded, failure } from './codec';
import { JSON_TYPE, jsonFrom } from './json-text';

export const TEXT_TYPE = 'text/plain';
export const BYTES_TYPE = 'application/octet-stream';

/** Never throws; see Codec.encode. Null is an empty payload. */
export function payloadByType(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return { ok: true, payload: value, contentType: TEXT_TYPE };
    case 'bigint':
      return { ok: true, payload: String(value), contentType: TEXT_TYPE };
    case 'number':
      // JSON has no NaN and no Infinity.
      return { ok: true, payload: String(value), contentType: Number.isFinite(value) ? JSON_TYPE : TEXT_TYPE };
    case 'boolean':
      return { ok: true, payload: String(value), contentType: JSON_TYPE };
    case 'object':
      return payloadOfObject(value);
    default:
      return failure('noPayload', typeof value);
  }
}

function payloadOfObject(value: object | null): Encoded {
  if (value === null) return { ok: true, payload: '', contentType: undefined };
  return encodedBytes(value) ?? jsonFrom(value);
}

/** The payload of a value that is bytes; undefined for others. */
export function encodedBytes(value: unknown): Encoded | undefined {
  try {
    const payload = bytesOf(value);
    return payload && { ok: true, payload, contentType: BYTES_TYPE };
  } catch {
    // A getter that throws; whoever asks for what the value is instead meets it again.
    return undefined;
  }
}
