// Compressions around any format: `gzip+cbor`. What comes out is bounded, since a few bytes can be inflated to many
// gigabytes.

import { detailOf } from '../errors/thrown-value';
import { type Codec, failure, type PayloadFailure } from './codec';
import { COMPRESSIONS, type Compression } from './format';

interface Method {
  compress(bytes: Buffer | string): Buffer;
  /** Throws a RangeError with `ERR_BUFFER_TOO_LARGE` beyond `most` bytes. */
  inflate(bytes: Buffer, most: number): Buffer;
  /** As HTTP names it (RFC 9110, section 8.4.1), for a content type's suffix and a `content-encoding` property. */
  readonly encodings: readonly string[];
}

let methods: ReadonlyMap<string, Method> | undefined;

function methodOf(name: string): Method | undefined {
  methods ??= loadMethods();
  return methods.get(name);
}

function loadMethods(): ReadonlyMap<string, Method> {
  const zlib: typeof import('node:zlib') & Zstd = require('node:zlib');
  const all = new Map<string, Method>([
    [
      'gzip',
      {
        compress: (bytes) => zlib.gzipSync(bytes),
        inflate: (bytes, most) => zlib.gunzipSync(bytes, { maxOutputLength: most }),
        encodings: ['gzip', 'x-gzip'],
      },
    ],
    [
      'deflate',
      {
        compress: (bytes) => zlib.deflateSync(bytes),
        // HTTP's deflate has zlib's frame (RFC 1950); many senders leave it out.
        inflate: (bytes, most) =>
          startsZlib(bytes)
            ? zlib.inflateSync(bytes, { maxOutputLength: most })
            : zlib.inflateRawSync(bytes, { maxOutputLength: most }),
        encodings: ['deflate', 'zlib'],
      },
    ],
    [
      'brotli',
      {
        compress: (bytes) => zlib.brotliCompressSync(bytes),
        inflate: (bytes, most) => zlib.brotliDecompressSync(bytes, { maxOutputLength: most }),
        encodings: ['br', 'brotli'],
      },
    ],
  ]);
  const { zstdCompressSync, zstdDecompressSync } = zlib;
  // Node.js has it since 22.15.
  if (zstdCompressSync && zstdDecompressSync) {
    all.set('zstd', {
      compress: (bytes) => zstdCompressSync(bytes),
      inflate: (bytes, most) => zstdDecompressSync(bytes, { maxOutputLength: most }),
      encodings: ['zstd'],
    });
  }
  return all;
}

/** What the types of Node.js 20 do not know yet. */
interface Zstd {
  readonly zstdCompressSync?: (bytes: Buffer | string) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;
}

/** RFC 1950, section 2.2: method 8, and a check that makes the first two bytes a multiple of 31. */
function startsZlib(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  return ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

/** The compression that a content encoding names; undefined for none of ours. */
export function compressionOf(encoding: string): Compression | undefined {
  return COMPRESSIONS.find((name) => methodOf(name)?.encodings.includes(encoding));
}

/** Whether this Node.js has it. */
export function isAvailable(compression: Compression): boolean {
  return methodOf(compression) !== undefined;
}

/** The bytes of `payload`, of which there may be `most`. */
export function inflated(
  payload: Buffer,
  compression: Compression,
  most: number,
): { readonly ok: true; readonly bytes: Buffer } | PayloadFailure {
  const method = methodOf(compression);
  if (!method) return failure('notCompressed', compression);
  try {
    return { ok: true, bytes: method.inflate(payload, most) };
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return tooLarge ? failure('tooLarge', String(most)) : failure('notCompressed', detailOf(error));
  }
}

/** `inner`, compressed. `most` is how many bytes a payload may be inflated to. */
export function compressedCodec(compression: Compression, inner: Codec, most: number): Codec {
  return {
    name: `${compression}+${inner.name}`,
    mediaTypes: [],
    decode(payload, hints, topic) {
      // A topic that was cleared has nothing to inflate.
      if (payload.length === 0) return inner.decode(payload, hints, topic);
      const content = inflated(payload, compression, most);
      return content.ok ? inner.decode(content.bytes, hints, topic) : content;
    },
    encode(value) {
      const encoded = inner.encode(value);
      if (!encoded.ok || encoded.payload.length === 0) return encoded;
      const payload = methodOf(compression)?.compress(encoded.payload);
      if (!payload) return failure('notCompressed', compression);
      const { contentType } = encoded;
      return { ok: true, payload, contentType: contentType && `${contentType}+${compression}` };
    },
  };
}
