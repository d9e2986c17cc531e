// Binds a payload format to what a node says about it. What a format throws is a failure of the one payload.

import { detailOf } from '../errors/thrown-value';
import type { OptionValues } from '../values/options-schema';
import { type Codec, type Decoded, type Encoded, failure, type PayloadFailure, type PayloadProblem } from './codec';
import { TOO_DEEP } from './json-text';
import type { LargeIntegers } from './large-numbers';
import type { DecodeContext, EncodedValue, PayloadFormat } from './payload-format';
import { PayloadRefusal } from './payload-refusal';
import { isTooDeep } from './too-deep';

interface Binding {
  readonly largeIntegers: LargeIntegers;
  readonly options: OptionValues;
  readonly prepared: unknown;
}

export function formatCodec(format: PayloadFormat, { largeIntegers, options, prepared }: Binding): Codec {
  const { format: name } = format;
  const mediaType = typeof format.mediaType === 'string' ? format.mediaType : undefined;
  const writing = { options, prepared };
  return {
    name,
    mediaTypes: mediaTypesOf(format),
    decode(payload, { contentType }, topic): Decoded {
      const context: DecodeContext = {
        topic,
        contentType,
        largeIntegers,
        options,
        prepared,
        params: undefined,
        info: undefined,
      };
      try {
        const value = format.decode(payload, context);
        if (value instanceof Promise) refusePromise(value);
        if (format.checksDepth !== true && isTooDeep(value)) return TOO_DEEP;
        const { params, info } = context;
        if (params === undefined && info === undefined) return { ok: true, value };
        return { ok: true, value, ...(params && { params }), ...(info && { properties: { [name]: info } }) };
      } catch (error) {
        return failureOf(error, 'unreadable');
      }
    },
    encode(value): Encoded {
      try {
        const encoded: unknown = format.encode(value, writing);
        if (encoded instanceof Promise) refusePromise(encoded);
        // The rest of what is no payload throws there.
        return encodedAs(encoded as EncodedValue, mediaType);
      } catch (error) {
        return failureOf(error, 'noBinaryForm');
      }
    },
  };
}

/** Throws. A message is read before the next one, so a format cannot answer later; nobody else handles the rejection. */
export function refusePromise(promise: Promise<unknown>): never {
  promise.catch(() => {});
  throw new TypeError('it returned a promise');
}

function encodedAs(encoded: EncodedValue, mediaType: string | undefined): Encoded {
  if (typeof encoded === 'string') return { ok: true, payload: encoded, contentType: mediaType };
  if (ArrayBuffer.isView(encoded)) return { ok: true, payload: bufferOf(encoded), contentType: mediaType };
  const { payload, contentType: own } = encoded;
  const contentType = typeof own === 'string' ? own : undefined;
  return { ok: true, payload: typeof payload === 'string' ? payload : bufferOf(payload), contentType };
}

/** The same bytes, not copied. Throws where `bytes` are none. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function failureOf(error: unknown, problem: PayloadProblem): PayloadFailure {
  if (error instanceof PayloadRefusal) return failure(error.problem, error.detail);
  return failure(problem, detailOf(error));
}

/** In lower case. A type with parameters, such as a charset, is not that of all payloads of the type. */
function mediaTypesOf({ mediaType, mediaTypes }: PayloadFormat): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(mediaTypes) ? mediaTypes : [];
  return [mediaType, ...listed].flatMap((type) =>
    typeof type === 'string' && !type.includes(';') ? [type.trim().toLowerCase()] : [],
  );
}
