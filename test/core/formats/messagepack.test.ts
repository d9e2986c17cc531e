// The format MessagePack, by the tables of its specification, and by what flows hold.

import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { decoded, encoded, refusal, roundTrip } from './format-runs';

/** One of each format of the specification, and the ends of their ranges. */
const EXAMPLES: readonly (readonly [name: string, hex: string, value: unknown])[] = [
  ['nil', 'c0', null],
  ['false', 'c2', false],
  ['true', 'c3', true],
  ['positive fixint', '7f', 127],
  ['negative fixint', 'e0', -32],
  ['uint 8', 'ccff', 255],
  ['uint 16', 'cdffff', 65_535],
  ['uint 32', 'ceffffffff', 4_294_967_295],
  ['uint 64', 'cf0000000100000000', 4_294_967_296],
  ['uint 64, its largest', 'cfffffffffffffffff', 18_446_744_073_709_551_615n],
  ['int 8', 'd080', -128],
  ['int 16', 'd18000', -32_768],
  ['int 32', 'd280000000', -2_147_483_648],
  ['int 64', 'd3ffffffff00000000', -4_294_967_296],
  ['int 64, its smallest', 'd38000000000000000', -9_223_372_036_854_775_808n],
  ['float 32', 'ca3f800000', 1],
  ['float 64', 'cb3fb999999999999a', 0.1],
  ['fixstr', 'a3616263', 'abc'],
  ['str 8', `d920${'61'.repeat(32)}`, 'a'.repeat(32)],
  ['str 16', `da0020${'61'.repeat(32)}`, 'a'.repeat(32)],
  ['str 32', `db00000020${'61'.repeat(32)}`, 'a'.repeat(32)],
  ['bin 8', 'c40300ff01', Buffer.from([0, 255, 1])],
  ['bin 16', 'c5000100', Buffer.from([0])],
  ['bin 32', 'c60000000100', Buffer.from([0])],
  ['fixarray', '93010203', [1, 2, 3]],
  ['array 16', 'dc000101', [1]],
  ['array 32', 'dd0000000101', [1]],
  ['fixmap', '81a161c3', { a: true }],
  ['map 16', 'de0001a16101', { a: 1 }],
  ['map 32', 'df00000001a16101', { a: 1 }],
  ['timestamp 32', 'd6ff5a4af6a5', new Date('2018-01-02T03:04:05Z')],
  ['timestamp 64', 'd7ffa1dcd7c85a4af6a5', new Date('2018-01-02T03:04:05.678Z')],
  ['timestamp 96', 'c70cff00000000ffffffffffffffff', new Date(-1000)],
];

describe('MessagePack', () => {
  for (const [name, hex, value] of EXAMPLES) {
    it(`reads ${name}`, () => assert.deepEqual(decoded('messagepack', Buffer.from(hex, 'hex'), 'bigint'), value));
  }

  it('gives whole numbers that a number cannot hold as text, unless BigInts are asked for', () => {
    assert.equal(decoded('messagepack', Buffer.from('cf17ee8f7c2a0c6b39', 'hex')), '1724473470773652281');
  });

  it('decodes what it encodes', () => {
    const value = {
      text: 'ü',
      whole: -7,
      fraction: 0.1,
      no: false,
      nothing: null,
      bytes: Buffer.from([0, 255]),
      date: new Date(1_700_000_000_500),
      large: 2n ** 63n,
      list: [1, [2, { deep: 'x' }]],
    };
    assert.deepEqual(roundTrip('messagepack', value, 'bigint'), value);
  });

  it('encodes a Map with texts as keys as an object', () => {
    assert.deepEqual(roundTrip('messagepack', { inner: new Map([['a', new Map([['b', 1]])]]) }), {
      inner: { a: { b: 1 } },
    });
  });

  it('encodes the JSON form of a Buffer as bytes', () => {
    const value = { data: { type: 'Buffer', data: [1, 255] }, list: [{ type: 'Buffer', data: [2] }] };
    assert.deepEqual(roundTrip('messagepack', value), { data: Buffer.from([1, 255]), list: [Buffer.from([2])] });
  });

  it('looks at each value once, however deep a Map lies', () => {
    let value: unknown = new Map([['end', 1]]);
    let expected: unknown = { end: 1 };
    for (let level = 0; level < 200; level++) [value, expected] = [{ inner: [value] }, { inner: [expected] }];
    assert.deepEqual(roundTrip('messagepack', value), expected);
  });

  it('encodes bytes, dates and objects of a function node, which belong to another realm', () => {
    const value: unknown = runInNewContext(
      '({ b: new Uint8Array([1, 2]), d: new Date(1000), m: new Map([["x", 1]]) })',
    );
    assert.deepEqual(roundTrip('messagepack', value), { b: Buffer.from([1, 2]), d: new Date(1000), m: { x: 1 } });
  });

  it('keeps an extension that it does not know, and sends it again', () => {
    const payload = Buffer.from('d40710', 'hex');
    assert.deepEqual(encoded('messagepack', decoded('messagepack', payload)), payload);
  });

  it('refuses values that it cannot represent', () => {
    for (const value of [
      new Error('x'),
      { s: new Set([1]) },
      [Promise.resolve()],
      { r: /x/ },
      { big: 2n ** 64n },
      2n ** 64n,
      [-(2n ** 63n) - 1n],
      new Map([[1, 2]]),
      { at: new Date(Number.NaN) },
      new Date(Number.NaN),
      { url: new URL('http://a/b') },
      new URLSearchParams('a=1'),
      runInNewContext('[new Number(5)]'),
    ]) {
      assert.match(String(encoded('messagepack', value)), /^noBinaryForm /);
    }
  });

  it('sends an object that has nothing in it', () => {
    class Point {}
    for (const value of [{}, Object.create(null), new Point(), runInNewContext('({})')]) {
      assert.deepEqual(encoded('messagepack', value), Buffer.from([0x80]));
    }
  });

  it('reports a payload that it cannot read, and never throws', () => {
    for (const hex of ['c1', '93', 'dbffffffff', 'ddffffffff', '0000', '81a95f5f70726f746f5f5f01']) {
      assert.match(refusal('messagepack', Buffer.from(hex, 'hex')), /^notMessagePack /, hex);
    }
  });

  it('refuses nesting that is too deep for Node-RED to copy', () => {
    const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.from([0])]);
    assert.match(refusal('messagepack', deep), /^tooDeep /);
  });

  it('makes no room for entries that are claimed and not there', () => {
    for (const [byte, size] of [
      [0xdc, 1_000_000],
      [0xdd, 1_000_000],
      [0xde, 1_000_000],
      [0x9f, 1_000_000],
      [0x91, 10_000_000],
    ] as const) {
      const before = process.memoryUsage().heapUsed;
      assert.match(refusal('messagepack', Buffer.alloc(size, byte)), /^(notMessagePack|tooDeep) /);
      const grown = process.memoryUsage().heapUsed - before;
      assert.ok(grown < 100e6, `${byte.toString(16)}: ${grown}`);
    }
  });

  it('reads an empty payload, which removes a retained message, as an empty text', () => {
    assert.equal(decoded('messagepack', Buffer.alloc(0)), '');
  });
});
