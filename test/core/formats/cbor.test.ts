// The format CBOR, by the examples of RFC 8949, appendix A, and by what flows hold.

import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { decoded, encoded, refusal, roundTrip } from './format-runs';

/** RFC 8949, appendix A: what decodes to a value that JavaScript has. */
const EXAMPLES: readonly (readonly [hex: string, value: unknown])[] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['c249010000000000000000', 18_446_744_073_709_551_616n],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
  ['c349010000000000000000', -18_446_744_073_709_551_617n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f90000', 0],
  ['f98000', -0],
  ['f93c00', 1],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['fa47c35000', 100_000],
  ['fa7f7fffff', 3.402_823_466_385_288_6e38],
  ['fb7e37e43c8800759c', 1.0e300],
  ['f90001', 2 ** -24],
  ['f90400', 0.000_061_035_156_25],
  ['f9c400', -4],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['fa7f800000', Number.POSITIVE_INFINITY],
  ['fb7ff8000000000000', Number.NaN],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', undefined],
  ['c074323031332d30332d32315432303a30343a30305a', new Date('2013-03-21T20:04:00Z')],
  ['c11a514b67b0', new Date('2013-03-21T20:04:00Z')],
  ['c1fb41d452d9ec200000', new Date('2013-03-21T20:04:00.500Z')],
  // 1077875532.212 s, of which JavaScript makes 1077875532211.9999 ms
  ['c1fb41d00fc4d30d9168', new Date(1_077_875_532_212)],
  ['d74401020304', Buffer.from('01020304', 'hex')],
  ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
  ['40', Buffer.alloc(0)],
  ['4401020304', Buffer.from('01020304', 'hex')],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '\u{10151}'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', Array.from({ length: 25 }, (_, index) => index + 1)],
  ['a0', {}],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['826161bf61626163ff', ['a', { b: 'c' }]],
  ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['9f01820203820405ff', [1, [2, 3], [4, 5]]],
  ['9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff', Array.from({ length: 25 }, (_, index) => index + 1)],
  ['5f42010243030405ff', Buffer.from('0102030405', 'hex')],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['f0', { simple: 16 }],
  ['f8ff', { simple: 255 }],
];

describe('CBOR', () => {
  for (const [hex, value] of EXAMPLES) {
    it(`reads ${hex}, an example of RFC 8949`, () => {
      assert.deepEqual(decoded('cbor', Buffer.from(hex, 'hex'), 'bigint'), value);
    });
  }

  it('gives whole numbers that a number cannot hold as text, unless BigInts are asked for', () => {
    const payload = Buffer.from('a16269641b17ee8f7c2a0c6b39', 'hex');
    assert.deepEqual(decoded('cbor', payload), { id: '1724473470773652281' });
    assert.deepEqual(decoded('cbor', payload, 'bigint'), { id: 1_724_473_470_773_652_281n });
  });

  it('decodes what it encodes', () => {
    const value = {
      text: 'ü',
      whole: -7,
      fraction: 0.1,
      yes: true,
      nothing: null,
      bytes: Buffer.from([0, 255]),
      date: new Date(1_700_000_000_500),
      dates: [1_077_875_532_212, 2_150_000_000_001, -1, 0].map((time) => new Date(time)),
      large: 2n ** 70n,
      list: [1, [2, { deep: 'x' }]],
      map: new Map<unknown, unknown>([[1, 'one']]),
      set: new Set(['a', 'b']),
    };
    assert.deepEqual(roundTrip('cbor', value, 'bigint'), value);
  });

  it('encodes bytes, dates and objects of a function node, which belong to another realm', () => {
    const value: unknown = runInNewContext('({ b: new Uint8Array([1, 2]), d: new Date(1000), o: { x: [1] } })');
    assert.deepEqual(roundTrip('cbor', value), { b: Buffer.from([1, 2]), d: new Date(1000), o: { x: [1] } });
  });

  it('keeps the order of names', () => {
    assert.deepEqual(Object.keys(roundTrip('cbor', { zeta: 1, a: 2, mid: 3 }) as object), ['zeta', 'a', 'mid']);
  });

  it('keeps a tag that it does not know, and sends it again', () => {
    const payload = Buffer.from('d82543010203', 'hex');
    const value = decoded('cbor', payload);
    assert.deepEqual({ ...(value as object) }, { tag: 37, value: Buffer.from([1, 2, 3]) });
    assert.deepEqual(encoded('cbor', value), payload);
  });

  it('keeps the name __proto__ as a plain property', () => {
    const value = decoded('cbor', Buffer.from('a1695f5f70726f746f5f5fa16178f5', 'hex')) as object;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.keys(value), ['__proto__']);
  });

  it('copies bytes, since other subscribers read the same payload', () => {
    const payload = Buffer.from('4401020304', 'hex');
    (decoded('cbor', payload) as Buffer).fill(0);
    assert.equal(payload.toString('hex'), '4401020304');
  });

  it('reports a payload that it cannot read, and never throws', () => {
    assert.match(refusal('cbor', Buffer.from('1b00', 'hex')), /^notCbor /);
    assert.match(refusal('cbor', Buffer.from('0000', 'hex')), /^notCbor /);
    assert.match(refusal('cbor', Buffer.from('9bffffffffffffffff', 'hex')), /^notCbor /);
  });

  it('joins texts and bytes that come in chunks, wherever they stand', () => {
    const payload = Buffer.from('bf7f6161ff5f4101420203ff62616200617a9f7f6178617960ff5fffffff', 'hex');
    const value = { a: Buffer.from([1, 2, 3]), ab: 0, z: ['xy', Buffer.alloc(0)] };
    assert.deepEqual(decoded('cbor', payload), value);
    assert.deepEqual(decoded('cbor', Buffer.from('a1015f4101ff', 'hex')), new Map([[1, Buffer.from([1])]]));
  });

  it('reports what is wrong with chunks', () => {
    for (const hex of [
      '7f',
      '5f6161ff',
      '5f5f4101ffff',
      '5f01ff',
      '5f5bffffffffffffffffff',
      '5f4105',
      '7f61ff',
      '7fff00',
    ]) {
      assert.match(refusal('cbor', Buffer.from(hex, 'hex')), /^notCbor /, hex);
    }
  });

  it('reads a million chunks in a row, and no more bytes than there are', () => {
    const chunks = Buffer.alloc(2_000_000, Buffer.from('6178', 'hex'));
    const payload = Buffer.concat([Buffer.from([0x7f]), chunks, Buffer.from([0xff])]);
    assert.equal((decoded('cbor', payload) as string).length, 1_000_000);
  });

  it('reads numbers of up to 4,096 bytes, and refuses longer ones, which would stop the flows for minutes', () => {
    const number = (tag: number, bytes: number): Buffer =>
      Buffer.concat([Buffer.from([tag, 0x59, bytes >> 8, bytes & 0xff]), Buffer.alloc(bytes, 0xff)]);
    const largest = 2n ** (8n * 4096n) - 1n;
    assert.equal(decoded('cbor', number(0xc2, 4096), { largeIntegers: 'bigint' }), largest);
    assert.equal(decoded('cbor', number(0xc3, 4096), { largeIntegers: 'bigint' }), -1n - largest);
    assert.equal(decoded('cbor', number(0xc2, 0)), 0);
    assert.equal(decoded('cbor', number(0xc3, 0)), -1);
    for (const tag of [0xc2, 0xc3]) assert.match(refusal('cbor', number(tag, 4097)), /^notCbor .*4096 bytes/);
    assert.match(refusal('cbor', Buffer.from([0xc2, 0x01])), /^notCbor /);
  });

  it('refuses nesting that is too deep for Node-RED to copy', () => {
    const deep = Buffer.concat([Buffer.alloc(5000, 0x81), Buffer.from([0])]);
    assert.match(refusal('cbor', deep), /^tooDeep/);
    assert.match(refusal('cbor', Buffer.concat([Buffer.alloc(1_000_000, 0x81), Buffer.from([0])])), /^tooDeep/);
  });

  it('refuses values that it cannot represent', () => {
    for (const value of [{ e: new Error('x') }, [/x/], { p: Promise.resolve() }, () => 1]) {
      assert.match(String(encoded('cbor', value)), /^noBinaryForm /);
    }
    for (const value of [{ q: new URLSearchParams('a=1') }, runInNewContext('[new Number(5)]')]) {
      assert.match(String(encoded('cbor', value)), /^noBinaryForm /);
    }
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    assert.match(String(encoded('cbor', circle)), /^noBinaryForm /);
  });

  it('sends an object that has nothing in it', () => {
    class Point {}
    for (const value of [{}, Object.create(null), new Point(), runInNewContext('({})')]) {
      assert.deepEqual(encoded('cbor', value), Buffer.from([0xa0]));
    }
  });

  it('reads an empty payload, which removes a retained message, as an empty text', () => {
    assert.equal(decoded('cbor', Buffer.alloc(0)), '');
  });
});
