// The format *JSON*: every value is JSON, a text as well.

import type { Codec, Decoded } from '../codec';
import { failure } from '../codec';
import { jsonFrom, parseJson } from '../json-text';
import type { LargeIntegers } from '../large-numbers';
import { textOf } from '../payload-text';

/** `largeIntegers` says what whole numbers become that a number cannot hold. */
export function jsonCodec(largeIntegers: LargeIntegers): Codec {
  return {
    name: 'json',
    mediaTypes: ['application/json', '+json'],
    decode: (payload) => decodeJson(payload, largeIntegers),
    encode: jsonFrom,
  };
}

/** JSON is UTF-8 (RFC 8259, section 8.1) unless `charset` says otherwise. Nothing at all is an empty payload. */
export function decodeJson(payload: Buffer, largeIntegers: LargeIntegers, charset?: string): Decoded {
  // A topic that was cleared: no value, and no fault of anybody.
  if (payload.length === 0) return { ok: true, value: '' };
  const text = textOf(payload, charset);
  if (text === undefined) return failure('notUtf8', charset ?? 'UTF-8');
  return parseJson(text, largeIntegers);
}
