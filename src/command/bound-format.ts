// A payload format as a node uses it, for the tests of formats: bound to options, with files that the tests give.

import assert from 'node:assert/strict';
import type {
  DecodeContext,
  EncodeContext,
  EncodedValue,
  FormatTools,
  PayloadFormat,
} from '../core/payloads/payload-format';
import { readOptions, type SavedOptions, usableOptions } from '../core/values/options-schema';

interface Surroundings {
  /** The topic that payloads come from. */
  readonly topic?: string;
  /** The texts of files that options name, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A format as a node uses it. */
export interface BoundFormat {
  decode(payload: Buffer): unknown;
  make(value: unknown): EncodedValue;
  /** The bytes, copied. */
  encode(value: unknown): Buffer;
}

/** Binds `format` to `saved`; fails where the options do not fit. */
export function bindFormat(
  format: PayloadFormat,
  { topic = 'test/topic', files = {} }: Surroundings,
  saved: SavedOptions,
): BoundFormat {
  const options = readOptions(usableOptions(format.options), saved, format.format);
  assert.ok(options.ok, options.ok ? '' : `an option does not fit: ${JSON.stringify(options.error.params)}`);
  const prepared = format.prepare?.(options.value, toolsWith(files));
  const context: EncodeContext = { options: options.value, prepared };
  const reading = (): DecodeContext => ({
    ...{ ...context, topic, contentType: undefined, largeIntegers: 'bigint', params: undefined, info: undefined },
  });
  const make = (value: unknown): EncodedValue => format.encode(value, context);
  return {
    decode: (payload) => format.decode(payload, reading()),
    make,
    encode: (value) => Buffer.from(payloadOf(make(value))),
  };
}

function toolsWith(files: Readonly<Record<string, string>>): FormatTools {
  const kept = new Map<string, unknown>();
  return {
    readText(path) {
      const text = files[path];
      if (text === undefined) throw new Error(`there is no file ${path}`);
      return text;
    },
    once<T>(key: string, make: () => T): T {
      if (!kept.has(key)) kept.set(key, make());
      // It was made under this key.
      return kept.get(key) as T;
    },
  };
}

/** A format may also return the payload with its content type. */
export function payloadOf(encoded: EncodedValue): Uint8Array | string {
  const isBare = typeof encoded === 'string' || ArrayBuffer.isView(encoded);
  return isBare || typeof encoded !== 'object' || encoded === null ? encoded : encoded.payload;
}
