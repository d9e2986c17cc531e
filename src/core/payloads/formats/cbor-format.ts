// The format *CBOR* (RFC 8949): numbers, texts, bytes, dates and nested values without loss.

import type { DecodeOptions, EncodeOptions } from 'cborg';
import { detailOf } from '../../errors/thrown-value';
import { bytesOf } from '../bytes-value';
import { hasMoreItems } from '../cbor-items';
import { rewrittenCbor, SIMPLE_TAG } from '../cbor-rewriting';
import { flowValue } from '../flow-value';
import type { LargeIntegers } from '../large-numbers';
import type { PayloadFormat } from '../payload-format';
import { accepted, PayloadRefusal } from '../payload-refusal';
import { hiddenType } from '../plain-object';
import { MOST_VALUES, tooManyValues } from '../value-budget';

const CBOR_TYPE = 'application/cbor';

/** Bytes of a large number. Its text has decimal digits, whose time grows with the square: a million bytes took 7 s. */
const MOST_NUMBER_BYTES = 4096;

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
    // That of cborg cuts what is behind a ms: 1077875532.212 s become 211 ms.
    1: (content) => new Date(Math.round(Number(content()) * 1000)),
    // Those of cborg shift the number for each byte: 200 kB took 90 s.
    2: (content) => bigOf(content()),
    3: (content) => -1n - bigOf(content()),
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
        if (bytes) return new Token(Type.bytes, bytes);
        // cborg would send an empty map in its place.
        const hidden = hiddenType(value);
        if (hidden !== undefined) throw new TypeError(hidden);
        return null;
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

/** The number whose bytes stand in tag 2 or 3 (RFC 8949, section 3.4.3). */
function bigOf(bytes: unknown): bigint {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a large number without bytes');
  if (bytes.length > MOST_NUMBER_BYTES) throw new Error(`a number of more than ${MOST_NUMBER_BYTES} bytes`);
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return BigInt(`0x0${digits}`);
}

/** What cborg says of a text or of bytes in chunks, and of simple values. */
function needsRewriting(error: unknown): boolean {
  return error instanceof Error && /indefinite length|simple values/.test(error.message);
}

export const cborFormat: PayloadFormat = {
  format: 'cbor',
  mediaType: CBOR_TYPE,
  mediaTypes: ['+cbor'],
  checksDepth: true,
  // An empty payload is a topic that was cleared.
  decode: (payload, { largeIntegers }) => (payload.length === 0 ? '' : decodeCbor(payload, largeIntegers)),
  encode(value) {
    try {
      return cbor().encode(value);
    } catch (error) {
      throw new PayloadRefusal('noBinaryForm', detailOf(error));
    }
  },
};

function decodeCbor(payload: Buffer, largeIntegers: LargeIntegers): unknown {
  let decoded: unknown;
  try {
    if (hasMoreItems(payload, MOST_VALUES)) throw tooManyValues();
    decoded = cbor().decode(payload);
  } catch (error) {
    if (error instanceof PayloadRefusal) throw error;
    throw error instanceof RangeError
      ? new PayloadRefusal('tooDeep', '')
      : new PayloadRefusal('notCbor', detailOf(error));
  }
  return accepted(flowValue(decoded, largeIntegers)).value;
}

function lazily<T>(load: () => T): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
