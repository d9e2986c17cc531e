// Our own formats, by the tests that other packages run for theirs; and those tests, by formats that are wrong.

import assert from 'node:assert/strict';
import { runInThisContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { type FormatSamples, formatCases, type TestedFormat } from '#src/command/format-suite';
import { BUILT_IN } from '#src/core/payloads/formats/built-in-formats';
import { documentedCode } from '../../helpers/package/documented-format';
import { codecNamed } from './format-runs';

/** A format as it is registered: ours are the same objects. */
function ours(name: string): TestedFormat {
  const format = BUILT_IN.find((one) => one.format === name);
  return format ?? compressed(name);
}

/** A compression around a format, as a format. */
function compressed(name: string): TestedFormat {
  const codec = codecNamed(name, { largeIntegers: 'bigint' });
  return {
    format: name.replace('+', '-'),
    checksDepth: true,
    decode(payload, { topic }) {
      const result = codec.decode(payload, {}, topic);
      if (!result.ok) throw new Error(`${result.problem} ${result.detail}`);
      return result.value;
    },
    encode(value) {
      const result = codec.encode(value);
      if (!result.ok) throw new Error(`${result.problem} ${result.detail}`);
      return result;
    },
  };
}

const JSON_VALUES = [{ a: [1, 'x', null, true], b: { c: -0.5 } }, 'ü', 7, [], {}];
const BINARY_VALUES = [...JSON_VALUES, Buffer.from([0, 255]), 2n ** 63n, new Date(1_700_000_000_500), Number.NaN];

const SCHEMA = 'syntax = "proto3"; message A { string text = 1; bytes raw = 2; int64 big = 3; repeated A more = 4; }';

const METRICS = [
  { name: 'a', alias: 1, type: 'Float', value: 1.5 },
  { name: 'b', type: 'UInt64', value: 2n ** 63n },
];

const OURS: readonly (readonly [name: string, samples: FormatSamples])[] = [
  ['string', { values: ['', 'ü'] }],
  ['text-or-bytes', { values: ['', 'ü'] }],
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
      options: { schema: SCHEMA, messageType: 'A' },
      files: { [SCHEMA]: SCHEMA },
    },
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

for (const [name, samples] of OURS) {
  describe(`The format ${name}`, () => {
    for (const { title, run } of formatCases(ours(name), samples)) it(title, run);
  });
}

describe('The example of docs/formats.md', () => {
  const documented: { exports: { fields?: TestedFormat } } = { exports: {} };
  runInThisContext(`(module) => {${documentedCode('// fields.js')}}`)(documented);
  const { fields } = documented.exports;
  assert.ok(fields);
  // As the page has it, with what it requires.
  const require = (name: string): unknown => (name.endsWith('fields.js') ? { fields } : { formatCases });
  runInThisContext(`(require, describe, it) => {${documentedCode('// test/fields.test.js')}}`)(require, describe, it);
});

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
        assert.ok(error instanceof Error, String(error));
        return [title];
      }
    });
  }

  /** Writes a text with a sign before it, which the user chooses. */
  const signed: Partial<TestedFormat> = {
    options: {
      sign: { type: 'string', enum: ['+', '-'], default: '+', title: 'Sign' },
      loud: { type: 'boolean' },
      most: { type: 'integer', minimum: 1, maximum: 9, default: 4 },
    },
    prepare({ sign, most }) {
      if (most === 9) throw new Error('9 is too many');
      return { sign };
    },
    decode(payload, { prepared, options }) {
      const { sign } = prepared as { sign: string };
      if (payload.toString('utf8', 0, 1) !== sign) throw new Error(`it does not begin with ${sign}`);
      const text = payload.toString('utf8', 1);
      return options.loud === true ? text.toLowerCase() : text;
    },
    encode(value, { prepared, options }) {
      if (typeof value !== 'string') throw new Error('wants a text');
      const { sign } = prepared as { sign: string };
      return `${sign}${options.loud === true ? value.toUpperCase() : value}`;
    },
  };

  it('run with each choice of each option', () => {
    assert.deepEqual(failures(signed, { unreadable: [Buffer.from('-a')] }), []);
    const loud = { options: { loud: true, sign: '-' } };
    assert.deepEqual(failures(signed, { ...loud, unreadable: [Buffer.from('+a')] }), []);
    const forgets: TestedFormat['encode'] = (value) => `+${String(value)}`;
    const ignored = failures({ ...signed, encode: forgets }).filter((title) => title.includes('sign'));
    assert.deepEqual(ignored, ["brings back its values with sign = '-', or says why it cannot work so"]);
  });

  it('find what is wrong with options', () => {
    const usable = 'has options that can be used';
    for (const options of [
      { sign: { type: 'text' } },
      { 'a-b': { type: 'string' } },
      { sign: { type: 'string', enum: [] } },
      { sign: { type: 'integer', enum: ['x'] } },
      { most: { type: 'integer', maximum: 4, default: 5 } },
      { most: { type: 'integer', title: '' } },
    ]) {
      const wrong = failures({ options: options as unknown as NonNullable<TestedFormat['options']> });
      assert.ok(wrong.includes(usable), JSON.stringify(options));
    }
    const late = failures(signed, { options: { most: 9 } });
    assert.ok(late.length > 3 && !late.includes(usable), 'each case says why the format cannot be used');
  });

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
    const shared = Buffer.alloc(1);
    const reused = (value: unknown): Buffer => shared.fill(String(value));
    const twice = failures({ encode: reused }, { values: ['a', 'b'] });
    assert.ok(twice.includes('leaves the payloads alone that it has made'));
    assert.deepEqual(failures({}, { unreadable: [Buffer.from('a')], unsendable: ['a', 1] }), [
      'refuses to read <Buffer 61>',
      "refuses to send 'a'",
    ]);
  });
});
