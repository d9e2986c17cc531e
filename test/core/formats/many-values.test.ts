// Payloads that would become more values than Node-RED can hold: a few bytes, compressed, become millions of objects.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { CodecOptions } from '#src/core/payloads/codec';
import { MOST_VALUES } from '#src/core/payloads/value-budget';
import { codecNamed, decoded, refusal } from './format-runs';

const MANY = MOST_VALUES + 2;
const REFUSED = `tooManyValues ${MOST_VALUES}`;

/** `start` as hexadecimal digits, the number `count` in four bytes, and `count` times `entry`. */
function list(start: string, count: number, entry: string): Buffer {
  const head = Buffer.from(`${start}00000000`, 'hex');
  head.writeUInt32BE(count, head.length - 4);
  return Buffer.concat([head, many(count, entry)]);
}

function many(count: number, entry: string): Buffer {
  const bytes = Buffer.from(entry, 'hex');
  return Buffer.alloc(count * bytes.length, bytes);
}

describe('a payload of too many values', () => {
  for (const [what, type, payload] of [
    ['an array of empty objects', 'application/cbor', list('9a', MANY, 'a0')],
    ['an array without a length', 'application/cbor', Buffer.concat([Buffer.from([0x9f]), many(MANY, 'a0')])],
    ['an object with as many names', 'application/cbor', list('ba', MANY, '6000')],
    ['empty bytes, tagged', 'application/cbor', list('9a', MANY / 2 + 1, 'c640')],
    ['bytes in as many chunks', 'application/cbor', Buffer.concat([Buffer.from([0x5f]), many(MANY, '40')])],
    ['an array of empty objects', 'application/msgpack', list('dd', MANY, '80')],
    ['an object with as many names', 'application/msgpack', list('df', MANY, 'a000')],
    ['arrays in an array', 'application/msgpack', list('dd', MANY / 2, '91c0')],
    ['an array of empty objects', 'application/json', Buffer.from(`[${'{},'.repeat(MANY)}0]`)],
    ['an array of empty arrays', 'application/json', Buffer.from(`[${'[],'.repeat(MANY)}0]`)],
  ] as const) {
    it(`is refused, not read: ${what}, ${type}`, () => {
      const hints = { contentType: `${type}+gzip` };
      assert.equal(refusal('auto', gzipSync(payload), {}, hints), REFUSED);
      assert.equal(refusal('auto', payload, {}, { contentType: type }), REFUSED, 'whether it is compressed or not');
    });
  }

  it('is read up to the limit, and a long text or a list of numbers in JSON is none', () => {
    const numbers = decoded('cbor', list('9a', MOST_VALUES - 1, '01')) as unknown[];
    assert.equal(numbers.length, MOST_VALUES - 1);
    assert.equal((decoded('messagepack', list('dd', MOST_VALUES, 'c0')) as unknown[]).length, MOST_VALUES);
    assert.equal((decoded('cbor', list('5a', MANY, 'a0')) as Buffer).length, MANY);
    const text = '{[\\"'.repeat(MANY);
    assert.equal(decoded('json', Buffer.from(`"${text}"`)), text.replaceAll('\\', ''));
    assert.equal((decoded('json', Buffer.from(`[${'1,'.repeat(MANY)}0]`)) as unknown[]).length, MANY + 1);
  });

  it('is refused where it would be text, too, since it may be JSON', () => {
    assert.equal(refusal('auto', Buffer.from(`[${'[],'.repeat(MANY)}0]`)), REFUSED);
  });
});

describe('a Protobuf payload of too many values', () => {
  const schema = `syntax = "proto3";
    message A { repeated A more = 1; repeated int32 whole = 2; repeated sint64 large = 3; repeated bool yes = 4;
      repeated float part = 5; map<int32, int32> named = 6; }`;
  const reading: Partial<CodecOptions> = { formatOptions: { protobuf: { schema, messageType: 'A' } } };

  /** A field of `content`, whose tag is `tag`. */
  function field(tag: number, content: Buffer): Buffer {
    return Buffer.concat([Buffer.from([tag]), varint(content.length), content]);
  }

  for (const [what, payload] of [
    ['messages', many(MANY, '0a00')],
    ['entries of a map', many(MANY, '3200')],
    ['fields that the schema does not have', many(MANY, '3800')],
    ['whole numbers', field(0x12, many(MANY, '01'))],
    ['whole numbers of 64 bits', field(0x1a, many(MANY, '01'))],
    ['numbers of two bytes, in two lists', Buffer.concat([1, 2].map(() => field(0x12, many(MANY / 2, 'ac02'))))],
    ['flags', field(0x22, many(MANY, '01'))],
    ['fractions', field(0x2a, many(MANY, '0000803f'))],
  ] as const) {
    it(`is refused, not read: ${what}`, () => {
      assert.equal(refusal('gzip+protobuf', gzipSync(payload), reading), REFUSED);
    });
  }

  it('is refused where they are the fields that a message leaves out: each is there with its default', () => {
    const fields = Array.from({ length: 64 }, (_, index) => `int32 f${index} = ${index + 1};`).join(' ');
    const wide = `syntax = "proto3"; message A { repeated B list = 1; map<int32, B> named = 2; B one = 3; A inner = 4; }
      message B { ${fields} }`;
    const options: Partial<CodecOptions> = { formatOptions: { protobuf: { schema: wide, messageType: 'A' } } };
    const count = MOST_VALUES / 64;
    const list = many(count, '0a00');
    assert.equal(refusal('protobuf', list, options), REFUSED);
    assert.equal(refusal('protobuf', field(0x22, list), options), REFUSED);
    assert.equal(refusal('protobuf', Buffer.concat([many(count - 1, '0a00'), many(1, '1a00')]), options), REFUSED);
    const named = Array.from({ length: count }, (_, key) =>
      field(0x12, Buffer.concat([Buffer.from([8]), varint(key)])),
    );
    assert.equal(refusal('protobuf', Buffer.concat(named), options), REFUSED);
    const read = decoded('protobuf', many(count - 1, '0a00'), options) as { list: { f0: number }[] };
    assert.deepEqual([read.list.length, read.list.at(-1)?.f0], [count - 1, 0]);
  });

  it('is read where most fields are optional or members of a oneof, which have no default', () => {
    const optional = Array.from({ length: 60 }, (_, index) => `optional int32 f${index} = ${index + 1};`).join(' ');
    const wide = `syntax = "proto3"; message A { repeated B list = 1; } message B { ${optional} }`;
    const options: Partial<CodecOptions> = { formatOptions: { protobuf: { schema: wide, messageType: 'A' } } };
    const count = 18_000;
    const read = decoded('protobuf', many(count, '0a020801'), options) as { list: { f0: number }[] };
    assert.deepEqual([read.list.length, read.list.at(-1)], [count, { f0: 1 }]);
  });

  it('is read up to the limit, and refused where it ends early', () => {
    const whole = field(0x12, many(MOST_VALUES - 2, 'ac02'));
    assert.equal((decoded('protobuf', whole, reading) as { whole: number[] }).whole.length, MOST_VALUES - 2);
    assert.match(refusal('protobuf', Buffer.concat([whole, Buffer.from([0x0a, 5])]), reading), /^notProtobuf /);
  });
});

describe('a Sparkplug payload of too many values', () => {
  /** A metric of the type with this number, whose bytes are `bytes`. */
  function metric(type: number, bytes: Buffer): Buffer {
    const content = Buffer.concat([Buffer.from([0x20, type, 0x82, 0x01]), varint(bytes.length), bytes]);
    return Buffer.concat([Buffer.from([0x12]), varint(content.length), content]);
  }

  function booleans(count: number): Buffer {
    const bytes = Buffer.alloc(4 + Math.ceil(count / 8), 0xff);
    bytes.writeUInt32LE(count, 0);
    return metric(32, bytes);
  }

  for (const [what, payload] of [
    ['metrics', many(MANY, '1200')],
    ['true and false', booleans(MANY)],
    ['true and false of several metrics', Buffer.concat([1, 2, 3, 4].map(() => booleans(MOST_VALUES / 2)))],
    ['whole numbers of one byte', metric(22, Buffer.alloc(MANY))],
    ['fractions', metric(30, Buffer.alloc(4 * MANY))],
    ['empty texts', metric(33, Buffer.alloc(MANY))],
  ] as const) {
    it(`is refused, not read: ${what}`, () => {
      const result = codecNamed('gzip+sparkplug').decode(gzipSync(payload), {}, 'spBv1.0/g/NDATA/n');
      assert.equal(result.ok || `${result.problem} ${result.detail}`, REFUSED);
    });
  }

  it('is read up to the limit', () => {
    const { metrics } = decoded('sparkplug', booleans(MOST_VALUES)) as { metrics: { value: unknown[] }[] };
    assert.equal(metrics[0]?.value.length, MOST_VALUES);
  });
});

/** A length in Protobuf. */
function varint(number: number): Buffer {
  const bytes: number[] = [];
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
