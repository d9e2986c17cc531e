// The format *JSON*: every value is JSON, a text as well.

import { type Decoded, failure } from '../codec';
import { JSON_TYPE, jsonFrom, parseJson } from '../json-text';
import type { LargeIntegers } from '../large-numbers';
import type { PayloadFormat } from '../payload-format';
import { accepted } from '../payload-refusal';
import { textOf } from '../payload-text';

export const jsonFormat: PayloadFormat = {
  format: 'json',
  mediaType: JSON_TYPE,
  mediaTypes: ['+json'],
  checksDepth: true,
  decode: (payload, { largeIntegers }) => accepted(decodeJson(payload, largeIntegers)).value,
  encode: (value) => accepted(jsonFrom(value)),
};

/** JSON is UTF-8 (RFC 8259, section 8.1) unless `charset` says otherwise. Nothing at all is an empty payload. */
export function decodeJson(payload: Buffer, largeIntegers: LargeIntegers, charset?: string): Decoded {
  // A topic that was cleared: no value, and no fault of anybody.
  if (payload.length === 0) return { ok: true, value: '' };
  const text = textOf(payload, charset);
  if (text === undefined) return failure('notUtf8', charset ?? 'UTF-8');
  return parseJson(text, largeIntegers);
}
