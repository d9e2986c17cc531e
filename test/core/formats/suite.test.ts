// Our own formats, by the tests that other packages run for theirs; and those tests, by formats that are wrong.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type FormatSamples, formatCases, type TestedFormat } from '#src/command/format-suite';
import type { CodecOptions } from '#src/core/payloads/codec';
import { DEFAULT_OPTIONS, findCodec } from '#src/core/payloads/formats/find-codec';
import { parseProtobufSchema } from '#src/core/payloads/protobuf-schema';

/** A format of ours as others register one: refusals are thrown. */
function asRegistered(name: string, options: Partial<CodecOptions> = {}): TestedFormat {
  const codec = findCodec(name, { ...DEFAULT_OPTIONS, largeIntegers: 'bigint', ...options });
  assert.ok(codec, name);
  const [mediaType, ...mediaTypes] = codec.mediaTypes.filter((type) => !type.endsWith('/*'));
  return {
    format: name.replace('+', '-'),
    ...(mediaType?.includes('/') ? { mediaType, mediaTypes } : {}),
    decode(payload, { topic }) {
      const result = codec.decode(payload, {}, topic);
      if (!result.ok) throw new Error(`${result.problem} ${result.detail}`);
      return result.value;
    },
    encode(value) {
      const result = codec.encode(value);
      if (!result.ok) throw new Error(`${result.problem} ${result.detail}`);
      return result.payload;
    },
  };
}

const JSON_VALUES = [{ a: [1, 'x', null, true], b: { c: -0.5 } }, 'ü', 7, [], {}];
const BINARY_VALUES = [...JSON_VALUES, Buffer.from([0, 255]), 2n ** 63n, new Date(1_700_000_000_500), Number.NaN];

const schema = parseProtobufSchema(
  'syntax = "proto3"; message A { string text = 1; bytes raw = 2; int64 big = 3; repeated A more = 4; }',
  (path) => {
    throw new Error(path);
  },
);
assert.ok(schema.ok);
const message = schema.schema.message('A');
assert.ok(message);

const METRICS = [
  { name: 'a', alias: 1, type: 'Float', value: 1.5 },
  { name: 'b', type: 'UInt64', value: 2n ** 63n },
];

const OURS: readonly (readonly [name: string, samples: FormatSamples, options?: Partial<CodecOptions>])[] = [
  ['string', { values: ['', 'ü'] }],
  ['json', { values: JSON_VALUES, unreadable: [Buffer.from('{')], unsendable: [new Map()] }],
  // *Buffer* is not here: it hands on the payload itself.
  ['base64', { values: ['AP8='], unreadable: [], unsendable: ['*'] }],
  ['hex', { values: ['00ff'], unsendable: ['0', 'xy'] }],
  ['cbor', { values: BINARY_VALUES, unreadable: [Buffer.from([0x1b, 0])], unsendable: [[/x/]] }],
  ['messagepack', { values: BINARY_VALUES, unreadable: [Buffer.from([0xc1])], unsendable: [new Set([1])] }],
  [
    'protobuf',
    {
      values: [{ text: 'x', raw: Buffer.from([1]), big: 5n, more: [] }],
      unreadable: [Buffer.from([0x0a, 0x05])],
      unsendable: [{ nope: 1 }, 'text'],
    },
    { message },
  ],
  [
    'sparkplug',
    {
      values: [{ timestamp: 1, seq: 0, metrics: METRICS }],
      unreadable: [Buffer.from([0x12, 0x05])],
      unsendable: [{}, { metrics: [1] }],
      topic: 'spBv1.0/g/NBIRTH/n',
    },
  ],
  ['gzip+cbor', { values: BINARY_VALUES, unreadable: [Buffer.from('x'), gzipSync('{').subarray(0, 9)], growth: 1200 }],
  ['brotli+json', { values: JSON_VALUES, unreadable: [Buffer.from('{}')], growth: 1e6 }],
];

for (const [name, samples, options] of OURS) {
  describe(`The format ${name}`, () => {
    for (const { title, run } of formatCases(asRegistered(name, options), samples)) it(title, run);
  });
}

describe('The tests for formats', () => {
  const right: TestedFormat = {
    format: 'right',
    decode: (payload) => payload.toString(),
    encode: (value) => {
      if (typeof value !== 'string') throw new Error('wants a text');
      return value;
    },
  };

  function failures(format: Partial<TestedFormat>, samples: Partial<FormatSamples> = {}): string[] {
    return formatCases({ ...right, ...format }, { values: ['ab'], ...samples }).flatMap(({ title, run }) => {
      try {
        run();
        return [];
      } catch (error) {
        assert.ok(error instanceof assert.AssertionError, String(error));
        return [title];
      }
    });
  }

  it('find nothing wrong with a format that is right', () => assert.deepEqual(failures({}), []));

  it('find what a format does wrong', () => {
    const kept = "brings back 'ab'";
    const anyBytes = 'reads or refuses any bytes, and makes no more of them than they are';
    assert.deepEqual(failures({ format: 'gzip+x' }), ['has a name and content types that can be used']);
    assert.deepEqual(failures({ mediaType: 'text' }), ['has a name and content types that can be used']);
    assert.deepEqual(failures({ decode: (payload) => `${payload}!` }), [kept]);
    assert.ok(failures({ decode: (payload) => payload.fill(0x61) }).includes(kept));
    const bytes = { decode: (payload: Buffer) => payload, encode: (value: unknown) => value as Buffer };
    assert.ok(failures(bytes, { values: [Buffer.from('ab')] }).includes('brings back <Buffer 61 62>'));
    assert.deepEqual(failures({ decode: (payload) => Promise.resolve(payload.toString()) }), [kept]);
    assert.ok(failures({ decode: (payload) => 'x'.repeat((payload[0] ?? 0) * 1000) }).includes(anyBytes));
    const throwsText = (payload: Buffer): unknown => {
      if (payload[0] === 255) throw 'a text';
      return payload.toString();
    };
    assert.deepEqual(failures({ decode: throwsText }), [anyBytes]);
    assert.deepEqual(failures({ encode: (value) => value as string }), ['sends or refuses any value']);
    assert.deepEqual(failures({}, { unreadable: [Buffer.from('a')], unsendable: ['a', 1] }), [
      'refuses to read <Buffer 61>',
      "refuses to send 'a'",
    ]);
  });
});
