// The format *detect*: the content type decides, and the bytes where it does not. It changes no value: what is neither
// JSON nor text is a Buffer, and a number that JavaScript cannot hold stays text.

import { detailOf } from '../../errors/thrown-value';
import { type Codec, type CodecOptions, type Decoded, failure, type PayloadHints, type PayloadProblem } from '../codec';
import { compressionOf, inflated } from '../compression';
import type { Compression } from '../format';
import { parseJson } from '../json-text';
import { findByMediaType, mediaTypeOf } from '../media-type';
import { payloadByType } from '../payload-by-type';
import { textOf } from '../payload-text';
import { decodeJson } from './json-format';

/** `formats` are those that a content type can name; a later one wins. */
export function detectCodec(formats: readonly Codec[], { maximumBytes }: CodecOptions): Codec {
  const byMediaType = codecsByMediaType(formats);
  function detected(payload: Buffer, hints: PayloadHints, topic: string): Decoded {
    const { contentType } = hints;
    const compression = compressionNamed(hints);
    if (compression === undefined || payload.length === 0) {
      if (contentType === undefined) return decodeUnnamed(payload);
      return decodeNamed(payload, hints, contentType, byMediaType, topic);
    }
    const content = inflated(payload, compression, maximumBytes);
    if (!content.ok) return content;
    if (contentType === undefined) return decodeUnnamed(content.bytes);
    return decodeNamed(content.bytes, hints, withoutSuffix(contentType), byMediaType, topic);
  }
  return {
    name: 'auto',
    mediaTypes: [],
    decode(payload, hints, topic) {
      try {
        return detected(payload, hints, topic);
      } catch (error) {
        // JavaScript has no text of more than 512 MB, which a payload can be inflated to.
        return failure('unreadable', detailOf(error));
      }
    },
    encode: payloadByType,
  };
}

function codecsByMediaType(formats: readonly Codec[]): ReadonlyMap<string, Codec> {
  const byMediaType = new Map<string, Codec>();
  for (const codec of formats) for (const type of codec.mediaTypes) byMediaType.set(type, codec);
  return byMediaType;
}

/** Whether the message names a compression, or one of `formats` that is neither text, JSON nor plain bytes. */
export function namesFormat(formats: readonly Codec[], hints: PayloadHints): boolean {
  if (compressionNamed(hints) !== undefined) return true;
  if (hints.contentType === undefined) return false;
  const codec = findByMediaType(codecsByMediaType(formats), mediaTypeOf(hints.contentType).type);
  return codec !== undefined && !['string', 'json', 'buffer'].includes(codec.name);
}

/** By the suffix of the content type, `+gzip`, or by the user property `content-encoding`, as HTTP has it. */
function compressionNamed({ contentType, userProperties }: PayloadHints): Compression | undefined {
  const plus = contentType?.lastIndexOf('+') ?? -1;
  if (contentType !== undefined && plus >= 0) {
    const named = compressionOf(mediaTypeOf(contentType.slice(plus + 1)).type);
    if (named) return named;
  }
  const encoding = userProperties?.['content-encoding'];
  return typeof encoding === 'string' ? compressionOf(encoding.trim().toLowerCase()) : undefined;
}

/** `application/json+gzip; charset=utf-8` without the compression. */
function withoutSuffix(contentType: string): string {
  const [type = '', ...parameters] = contentType.split(';');
  const plus = type.lastIndexOf('+');
  const named =
    plus >= 0 &&
    compressionOf(
      type
        .slice(plus + 1)
        .trim()
        .toLowerCase(),
    ) !== undefined;
  return [named ? type.slice(0, plus) : type, ...parameters].join(';');
}

function decodeNamed(
  payload: Buffer,
  hints: PayloadHints,
  contentType: string,
  byMediaType: ReadonlyMap<string, Codec>,
  topic: string,
): Decoded {
  const { type, charset } = mediaTypeOf(contentType);
  const codec = findByMediaType(byMediaType, type);
  if (!codec) return decodeUnnamed(payload, charset);
  if (codec.name === 'string') return { ok: true, value: textOf(payload, charset) ?? payload };
  return codec.name === 'json' ? decodeJson(payload, 'text', charset) : codec.decode(payload, hints, topic);
}

/** JSON with these is not passed on as text. */
const CLEARLY_JSON: ReadonlySet<PayloadProblem> = new Set(['tooDeep', 'tooManyValues']);

/** A text that parses is JSON, another one is a string, and all else is a Buffer. */
function decodeUnnamed(payload: Buffer, charset?: string): Decoded {
  const text = textOf(payload, charset);
  if (text === undefined) return { ok: true, value: payload };
  if (!mayBeJson(text)) return { ok: true, value: text };
  const parsed = parseJson(text, 'text');
  if (!parsed.ok) return CLEARLY_JSON.has(parsed.problem) ? parsed : { ok: true, value: text };
  // A number that is too large stays as it came, with the white space around it.
  return typeof parsed.value === 'string' && !text.includes('"') ? { ok: true, value: text } : parsed;
}

/**
 * JSON starts with white space or one of these characters. Most plain texts are recognised without a parser that
 * throws.
 */
function mayBeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  return first <= 0x22 || first === 0x2d || (first >= 0x30 && first <= 0x39) || '[{tfn'.includes(text.charAt(0));
}
