// The format *CBOR* (RFC 8949): numbers, texts, bytes, dates and nested values without loss.

import type { DecodeOptions, EncodeOptions } from 'cborg';
import { detailOf } from '../../errors/thrown-value';
import { bytesOf } from '../bytes-value';
import { rewrittenCbor, SIMPLE_TAG } from '../cbor-rewriting';
import { type Codec, type Decoded, type Encoded, failure } from '../codec';
import { flowValue } from '../flow-value';
import type { LargeIntegers } from '../large-numbers';

export const CBOR_TYPE = 'application/cbor';

/** Tags whose content says all there is to say: a text that is a URI, Base64 or MIME; CBOR that describes itself. */
const TRANSPARENT_TAGS = [21, 22, 23, 32, 33, 34, 35, 36, 55_799];

/** Loads cborg when the first payload wants it. */
const cbor = lazily(() => {
  // cborg and its tags, as scripts/build.mjs bundles them.
  const cborg: typeof import('cborg') & typeof import('cborg/taglib') = require('#cborg');
  const { decode, encode, Tagged, Token, Type, ...tags } = cborg;
  type TagDecoder = NonNullable<DecodeOptions['tags']>[number];
  const known: Record<string, TagDecoder> = {
    0: (content) => new Date(String(content())),
    1: tags.dateDecoder,
    2: tags.bigIntDecoder,
    3: tags.bigNegIntDecoder,
    258: tags.setDecoder,
    259: tags.mapDecoder,
    [SIMPLE_TAG]: (content) => ({ simple: content() }),
  };
  for (const tag of TRANSPARENT_TAGS) known[tag] = (content) => content();
  // An unknown tag is kept, with its number, so that it can be sent again.
  const byTag = new Proxy(known, { get: (all, tag) => all[String(tag)] ?? Tagged.decoder(Number(tag)) });
  const reading = { tags: byTag } satisfies DecodeOptions;
  const writing = {
    // cborg sorts names by length otherwise; they stay in the order of the flow.
    mapSorter: () => 0,
    typeEncoders: {
      bigint: tags.bigIntEncoder,
      Date: tags.dateEncoder,
      Set: tags.setEncoder,
      // Bytes of another realm, and Buffers that went through JSON, are objects for cborg.
      Object: (value) => {
        const bytes = bytesOf(value);
        return bytes ? new Token(Type.bytes, bytes) : null;
      },
    },
  } satisfies EncodeOptions;
  return {
    decode: (payload: Buffer): unknown => {
      try {
        return decode(payload, reading);
      } catch (error) {
        // Few payloads have strings in chunks, simple values, or names that are no texts.
        return needsRewriting(error) ? decodeWithMaps(rewrittenCbor(payload)) : decodeOther(payload, error);
      }
    },
    encode: (value: unknown): Uint8Array => encode(value, writing),
  };

  function decodeOther(payload: Buffer, first: unknown): unknown {
    try {
      return decodeWithMaps(payload);
    } catch (error) {
      if (!needsRewriting(error)) throw first;
      return decodeWithMaps(rewrittenCbor(payload));
    }
  }

  /** flowValue() makes objects of Maps whose names are all texts. */
  function decodeWithMaps(payload: Buffer): unknown {
    return decode(payload, { ...reading, useMaps: true });
  }
});

/** What cborg says of a text or of bytes in chunks, and of simple values. */
function needsRewriting(error: unknown): boolean {
  return error instanceof Error && /indefinite length|simple values/.test(error.message);
}

/** `largeIntegers` says what whole numbers become that a number cannot hold. */
export function cborCodec(largeIntegers: LargeIntegers): Codec {
  return {
    name: 'cbor',
    mediaTypes: [CBOR_TYPE, '+cbor'],
    decode: (payload) => decodeCbor(payload, largeIntegers),
    encode: encodeCbor,
  };
}

function decodeCbor(payload: Buffer, largeIntegers: LargeIntegers): Decoded {
  // A topic that was cleared.
  if (payload.length === 0) return { ok: true, value: '' };
  try {
    return flowValue(cbor().decode(payload), largeIntegers);
  } catch (error) {
    return error instanceof RangeError ? failure('tooDeep', '') : failure('notCbor', detailOf(error));
  }
}

function encodeCbor(value: unknown): Encoded {
  try {
    const bytes = cbor().encode(value);
    return { ok: true, payload: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), contentType: CBOR_TYPE };
  } catch (error) {
    return failure('noBinaryForm', detailOf(error));
  }
}

function lazily<T>(load: () => T): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
