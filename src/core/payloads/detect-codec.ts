// The format *detect*: the content type decides, and the bytes where it does not.

import { isUtf8 } from 'node:buffer';
import type { Codec, Decoded, PayloadHints } from './codec';
import { parseJson } from './json-text';
import { mediaTypeByType, payloadByType } from './payload-by-type';

/** `formats` are those that a content type can name. */
export function detectCodec(formats: readonly Codec[]): Codec {
  const byMediaType = new Map<string, Codec>();
  for (const codec of formats) for (const type of codec.mediaTypes) byMediaType.set(type, codec);
  return {
    name: 'auto',
    mediaTypes: [],
    decode(payload, hints) {
      const named = hints.contentType === undefined ? undefined : codecFor(hints.contentType, byMediaType);
      return named ? named.decode(payload, hints) : decodeUnnamed(payload, hints);
    },
    encode: payloadByType,
    mediaType: mediaTypeByType,
  };
}

/** By the whole type, then by its suffix (RFC 6838, section 4.2.8), then by what stands before the slash. */
function codecFor(contentType: string, byMediaType: ReadonlyMap<string, Codec>): Codec | undefined {
  const end = contentType.indexOf(';');
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  const slash = type.indexOf('/');
  if (slash < 0) return undefined;
  const plus = type.lastIndexOf('+');
  const bySuffix = plus > slash ? byMediaType.get(type.slice(plus)) : undefined;
  return byMediaType.get(type) ?? bySuffix ?? byMediaType.get(`${type.slice(0, slash)}/*`);
}

/** UTF-8 that parses is JSON, other UTF-8 is a string, and anything else is a Buffer. */
function decodeUnnamed(payload: Buffer, hints: PayloadHints): Decoded {
  if (!hints.payloadFormatIndicator && !isUtf8(payload)) return { ok: true, value: payload };
  const text = payload.toString('utf8');
  if (!mayBeJson(text)) return { ok: true, value: text };
  const parsed = parseJson(text);
  return parsed.ok ? parsed : { ok: true, value: text };
}

/** Whether `text` starts as JSON does, which spares most plain texts an exception of the parser. */
function mayBeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  return first <= 0x22 || first === 0x2d || (first >= 0x30 && first <= 0x39) || '[{tfn'.includes(text.charAt(0));
}
