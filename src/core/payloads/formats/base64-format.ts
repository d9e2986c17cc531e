// The format *Base64*: bytes, which the message has as Base64 text.

import { type Encoded, failure } from '../codec';
import { BYTES_TYPE, encodedBytes } from '../payload-by-type';
import type { PayloadFormat } from '../payload-format';
import { accepted } from '../payload-refusal';

export const base64Format: PayloadFormat = {
  format: 'base64',
  checksDepth: true,
  decode: (payload) => payload.toString('base64'),
  encode: (value) => accepted(encodeBase64(value)),
};

function encodeBase64(value: unknown): Encoded {
  if (value === null) return { ok: true, payload: '', contentType: undefined };
  if (typeof value !== 'string') return encodedBytes(value) ?? failure('notBase64', typeof value);
  const payload = bytesOfBase64(value);
  return payload ? { ok: true, payload, contentType: BYTES_TYPE } : failure('notBase64', typeof value);
}

/** The bytes of a Base64 text, with or without padding, in either alphabet; undefined when it is none. */
export function bytesOfBase64(text: string): Buffer | undefined {
  // Buffer.from() skips what it does not know; a payload that would lose bytes must not be sent.
  const digits = /^([A-Za-z0-9+/_-]*)={0,2}\s*$/.exec(text)?.[1];
  // A last digit alone has six bits, too few for a byte.
  return digits === undefined || digits.length % 4 === 1 ? undefined : Buffer.from(text, 'base64');
}
