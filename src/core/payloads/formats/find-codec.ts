// The payload formats that the package brings. A new one is a file of this room, a line here and a name in ../format.ts.

import type { Codec, CodecOptions } from '../codec';
import { compressedCodec, isAvailable } from '../compression';
import { splitFormat } from '../format';
import { base64Codec } from './base64-codec';
import { bytesCodec } from './bytes-codec';
import { cborCodec } from './cbor-codec';
import { detectCodec } from './detect-codec';
import { hexCodec } from './hex-codec';
import { jsonCodec } from './json-codec';
import { messagePackCodec } from './messagepack-codec';
import { protobufCodec } from './protobuf-codec';
import { sparkplugCodec } from './sparkplug-codec';
import { textCodec } from './text-codec';
import { textOrBytesCodec } from './text-or-bytes-codec';

/** Bytes that a payload may be inflated to where nobody has said otherwise. */
export const MAXIMUM_BYTES = 16 * 1024 * 1024;

export const DEFAULT_OPTIONS: CodecOptions = { largeIntegers: 'text', maximumBytes: MAXIMUM_BYTES };

/** The formats that are not ours. */
export interface OtherFormats {
  find(format: string): Codec | undefined;
  all(): readonly Codec[];
}

/** The codec of a format as it is saved, such as `gzip+json`; undefined when there is none of that name. */
export function findCodec(
  saved: string,
  options: CodecOptions = DEFAULT_OPTIONS,
  others?: OtherFormats,
): Codec | undefined {
  const { compression, format } = splitFormat(saved);
  const codec = plainCodec(format, options, others) ?? others?.find(format);
  if (compression === undefined || !codec) return codec;
  return isAvailable(compression) ? compressedCodec(compression, codec, options.maximumBytes) : undefined;
}

function plainCodec(format: string, options: CodecOptions, others?: OtherFormats): Codec | undefined {
  const { largeIntegers, births, message } = options;
  switch (format) {
    case 'auto':
      return detectCodec(formatsByContentType(options, others), options);
    case 'string':
      return textCodec;
    case 'text-or-bytes':
      return textOrBytesCodec;
    case 'json':
      return jsonCodec(largeIntegers);
    case 'buffer':
      return bytesCodec;
    case 'base64':
      return base64Codec;
    case 'hex':
      return hexCodec;
    case 'cbor':
      return cborCodec(largeIntegers);
    case 'messagepack':
      return messagePackCodec(largeIntegers);
    case 'sparkplug':
      return sparkplugCodec(births, largeIntegers);
    case 'protobuf':
      return message && protobufCodec(message, largeIntegers);
    default:
      return undefined;
  }
}

/** The formats that a content type can name; a later one wins. Without a schema, Protobuf stays bytes. */
export function formatsByContentType({ largeIntegers, message }: CodecOptions, others?: OtherFormats): Codec[] {
  const formats = [...(others?.all() ?? []), textCodec, jsonCodec(largeIntegers), bytesCodec, cborCodec(largeIntegers)];
  formats.push(messagePackCodec(largeIntegers));
  if (message) formats.push(protobufCodec(message, largeIntegers));
  return formats;
}
