// What the tests of the formats share: payloads read and made in one call.

import assert from 'node:assert/strict';
import type { Codec, CodecOptions, PayloadHints } from '#src/core/payloads/codec';
import { DEFAULT_OPTIONS, findCodec } from '#src/core/payloads/formats/find-codec';
import type { LargeIntegers } from '#src/core/payloads/large-numbers';

/** The codec of a format that there is. */
export function codecNamed(format: string, options: Partial<CodecOptions> = {}): Codec {
  const codec = findCodec(format, { ...DEFAULT_OPTIONS, ...options });
  assert.ok(codec.ok, format);
  return codec.value;
}

function optionsOf(options: LargeIntegers | Partial<CodecOptions>): Partial<CodecOptions> {
  return typeof options === 'string' ? { largeIntegers: options } : options;
}

/** The value of a payload that can be read. */
export function decoded(
  format: string,
  payload: Buffer,
  options: LargeIntegers | Partial<CodecOptions> = {},
  hints: PayloadHints = {},
): unknown {
  const result = codecNamed(format, optionsOf(options)).decode(payload, hints, 'a/b');
  assert.ok(result.ok, result.ok ? '' : `${result.problem} ${result.detail}`);
  return result.value;
}

/** Why a payload cannot be read: the problem and its detail. */
export function refusal(
  format: string,
  payload: Buffer,
  options: Partial<CodecOptions> = {},
  hints: PayloadHints = {},
): string {
  const result = codecNamed(format, options).decode(payload, hints, 'a/b');
  assert.ok(!result.ok, 'the payload can be read');
  return `${result.problem} ${result.detail}`;
}

/** The bytes for a value, or why there are none. */
export function encoded(format: string, value: unknown, options: Partial<CodecOptions> = {}): Buffer | string {
  const result = codecNamed(format, options).encode(value);
  return result.ok ? Buffer.from(result.payload) : `${result.problem} ${result.detail}`;
}

/** What comes back of a value that is sent. */
export function roundTrip(
  format: string,
  value: unknown,
  options: LargeIntegers | Partial<CodecOptions> = {},
): unknown {
  const payload = encoded(format, value, optionsOf(options));
  assert.ok(Buffer.isBuffer(payload), String(payload));
  return decoded(format, payload, options);
}
