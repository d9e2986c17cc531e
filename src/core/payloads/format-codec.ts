// Binds a payload format to what a node says about it. What a format throws is a failure of the one payload.

import { detailOf } from '../errors/thrown-value';
import type { OptionValues } from '../values/options-schema';
import { type Codec, type Decoded, type Encoded, failure, type PayloadFailure, type PayloadProblem } from './codec';
import { TOO_DEEP } from './json-text';
import type { LargeIntegers } from './large-numbers';
import type { DecodeContext, EncodedValue, PayloadFormat } from './payload-format';
import { PayloadRefusal } from './payload-refusal';
import { isTooDeep } from './too-deep';

export interface Binding {
  readonly largeIntegers: LargeIntegers;
  readonly options: OptionValues;
  readonly prepared: unknown;
}

export function formatCodec(format: PayloadFormat, { largeIntegers, options, prepared }: Binding): Codec {
  const { format: name, mediaType } = format;
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
        return encodedAs(format.encode(value, writing), mediaType);
      } catch (error) {
        return failureOf(error, 'noBinaryForm');
      }
    },
  };
}

function encodedAs(encoded: EncodedValue, mediaType: string | undefined): Encoded {
  if (typeof encoded === 'string') return { ok: true, payload: encoded, contentType: mediaType };
  if (ArrayBuffer.isView(encoded)) return { ok: true, payload: bufferOf(encoded), contentType: mediaType };
  const { payload, contentType } = encoded;
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
