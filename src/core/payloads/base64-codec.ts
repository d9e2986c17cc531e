// The format *Base64*: bytes, which the message has as Base64 text.

import { type Codec, type Encoded, failure } from './codec';
import { BYTES_TYPE } from './payload-by-type';

export const base64Codec: Codec = {
  name: 'base64',
  mediaTypes: [],
  decode: (payload) => ({ ok: true, value: payload.toString('base64') }),
  encode: encodeBase64,
  mediaType: () => BYTES_TYPE,
};

function encodeBase64(value: unknown): Encoded {
  if (Buffer.isBuffer(value)) return { ok: true, payload: value };
  if (typeof value !== 'string') return failure('notBase64', typeof value);
  // Buffer.from() skips what it does not know; a payload that would lose bytes must not be sent.
  const digits = /^([A-Za-z0-9+/_-]*)={0,2}\s*$/.exec(value)?.[1];
  // A last digit alone has six bits, too few for a byte.
  if (digits === undefined || digits.length % 4 === 1) return failure('notBase64', typeof value);
  return { ok: true, payload: Buffer.from(value, 'base64') };
}
