// The format *text or Buffer*, which the core nodes call `auto`: never parsed. As there, a content type that says JSON has to
// be true.

import type { Codec, Decoded, PayloadHints } from '../codec';
import { findByMediaType, mediaTypeOf } from '../media-type';
import { payloadByType } from '../payload-by-type';
import { textOf } from '../payload-text';
import { bytesCodec } from './bytes-codec';
import { decodeJson } from './json-codec';

export const textOrBytesCodec: Codec = { name: 'text-or-bytes', mediaTypes: [], decode, encode: payloadByType };

const ofBytes: ReadonlyMap<string, true> = new Map(bytesCodec.mediaTypes.map((type) => [type, true]));

function decode(payload: Buffer, { contentType }: PayloadHints): Decoded {
  if (contentType === undefined) return { ok: true, value: textOf(payload) ?? payload };
  const { type, charset } = mediaTypeOf(contentType);
  const checked = type === 'application/json' && charset === undefined ? decodeJson(payload, 'text') : undefined;
  if (checked && !checked.ok) return checked;
  return { ok: true, value: findByMediaType(ofBytes, type) ? payload : (textOf(payload, charset) ?? payload) };
}
