// The format *text or Buffer*, which the core nodes call `auto`: never parsed. As there, a content type that says JSON has to
// be true.

import { findByMediaType, mediaTypeOf } from '../media-type';
import { payloadByType } from '../payload-by-type';
import type { DecodeContext, PayloadFormat } from '../payload-format';
import { accepted } from '../payload-refusal';
import { textOf } from '../payload-text';
import { bytesFormat } from './bytes-format';
import { decodeJson } from './json-format';

export const textOrBytesFormat: PayloadFormat = {
  format: 'text-or-bytes',
  checksDepth: true,
  decode,
  encode: (value) => accepted(payloadByType(value)),
};

const ofBytes: ReadonlyMap<string, true> = new Map(
  [bytesFormat.mediaType ?? '', ...(bytesFormat.mediaTypes ?? [])].map((type) => [type, true]),
);

function decode(payload: Buffer, { contentType }: DecodeContext): string | Buffer {
  if (contentType === undefined) return textOf(payload) ?? payload;
  const { type, charset } = mediaTypeOf(contentType);
  if (type === 'application/json' && charset === undefined) accepted(decodeJson(payload, 'text'));
  return findByMediaType(ofBytes, type) ? payload : (textOf(payload, charset) ?? payload);
}
