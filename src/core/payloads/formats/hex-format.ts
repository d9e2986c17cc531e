// The format *hex*: bytes, which the message has as hexadecimal digits.

import { type Encoded, failure } from '../codec';
import { BYTES_TYPE, encodedBytes } from '../payload-by-type';
import type { PayloadFormat } from '../payload-format';
import { accepted } from '../payload-refusal';

export const hexFormat: PayloadFormat = {
  format: 'hex',
  checksDepth: true,
  decode: (payload) => payload.toString('hex'),
  encode: (value) => accepted(encodeHex(value)),
};

function encodeHex(value: unknown): Encoded {
  if (value === null) return { ok: true, payload: '', contentType: undefined };
  if (typeof value !== 'string') return encodedBytes(value) ?? failure('notHex', typeof value);
  const digits = value.replace(/^\s*0x|[\s:-]+/gi, '');
  // Buffer.from() ends at what it does not know; a payload that would lose bytes must not be sent.
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return failure('notHex', typeof value);
  return { ok: true, payload: Buffer.from(digits, 'hex'), contentType: BYTES_TYPE };
}
