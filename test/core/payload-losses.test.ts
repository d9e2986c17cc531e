// Payloads whose value must not change on the way: bytes of other realms, numbers too large for JavaScript, bytes that
// are not text, what JSON has no form for.

import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import type { PayloadHints } from '#src/core/payloads/codec';
import type { LargeIntegers } from '#src/core/payloads/large-numbers';
import { codecNamed } from './formats/format-runs';

function decode(format: string, payload: string | Buffer, hints: PayloadHints = {}, integers?: LargeIntegers): unknown {
  const result = codecNamed(format, { largeIntegers: integers ?? 'text' }).decode(Buffer.from(payload), hints, 'a');
  assert.ok(result);
  return result.ok ? result.value : `${result.problem} ${result.detail}`;
}

function encode(format: string, value: unknown): Buffer | string {
  const result = codecNamed(format).encode(value);
  assert.ok(result);
  return result.ok ? result.payload : `${result.problem} ${result.detail}`;
}

/** A value from a function node, which has its own realm. */
function foreign(expression: string): unknown {
  return runInNewContext(expression);
}

describe('payloads that keep their value', () => {
  describe('bytes', () => {
    for (const expression of [
      'new Uint8Array([1, 2, 255])',
      'new Uint8Array([9, 1, 2, 255, 9]).subarray(1, 4)',
      'new Uint8ClampedArray([1, 2, 255])',
      'new Int8Array([1, 2, -1])',
      'new DataView(new Uint8Array([1, 2, 255]).buffer)',
      'new Uint8Array([1, 2, 255]).buffer',
      '({ type: "Buffer", data: [1, 2, 255] })',
    ]) {
      it(`${expression} of a function node is sent as bytes`, () => {
        for (const format of ['auto', 'string', 'text-or-bytes', 'buffer', 'base64']) {
          assert.deepEqual(encode(format, foreign(expression)), Buffer.from([1, 2, 255]), format);
        }
      });
    }

    for (const value of ['({ type: "Buffer" })', '({ type: "Buffer", data: [256] })', '({ type: "x", data: [1] })']) {
      it(`${value} is not read as bytes`, () => {
        assert.equal(encode('auto', foreign(value)), JSON.stringify(foreign(value)));
      });
    }
  });

  describe('what JSON has no form for', () => {
    for (const [expression, type] of [
      ['new Map([[1, 2]])', 'Map'],
      ['new Set([1])', 'Set'],
      ['new WeakMap()', 'WeakMap'],
      ['Promise.resolve(1)', 'Promise'],
      ['new TypeError("gone")', 'Error'],
      ['Object.assign(new Error("gone"), { code: "X" })', 'Error'],
      ['/a/', 'RegExp'],
      ['new Float32Array([1])', 'Float32Array'],
      ['(function* () {})()', 'Generator'],
    ] as const) {
      it(`${expression} is refused, and named`, () => {
        for (const format of ['auto', 'string', 'text-or-bytes', 'json']) {
          assert.equal(encode(format, foreign(expression)), `noJsonForm ${type}`, format);
        }
      });
    }

    it('within a structure it is refused, and its place is named', () => {
      assert.equal(encode('auto', { a: [{ tags: new Set(['x']) }] }), 'noJsonForm payload.a[0].tags: Set');
      assert.equal(encode('json', foreign('({ failed: new Error("x") })')), 'noJsonForm payload.failed: Error');
      const withCode = 'Object.assign(new Error("no such file"), { code: "ENOENT" })';
      assert.equal(encode('json', foreign(`({ a: [{ b: ${withCode} }] })`)), 'noJsonForm payload.a[0].b: Error');
      assert.equal(
        encode('auto', { at: new Date(0), a: Object.assign(new Map(), { n: 1 }) }),
        'noJsonForm payload.a: Map',
      );
    });

    it('an empty object, or one with toJSON(), is sent', () => {
      class Point {}
      const shared = {};
      const error = Object.assign(new Error('x'), { toJSON: () => 'x' });
      assert.equal(
        encode('auto', { a: {}, b: [{}], c: new Date(0), d: error, e: shared, f: shared }),
        `{"a":{},"b":[{}],"c":"1970-01-01T00:00:00.000Z","d":"x","e":{},"f":{}}`,
      );
      assert.equal(encode('auto', new Point()), '{}');
      assert.equal(encode('auto', Object.create(null)), '{}');
    });
  });

  describe('large numbers', () => {
    for (const text of [
      '8949020000012345678',
      '-8949020000012345678',
      '9007199254740992',
      '12345678901234567890.5',
      '4E123456',
      '4e999',
      '-1e400',
      '1e-400',
      ' 8949020000012345678\n',
    ]) {
      it(`${JSON.stringify(text)} stays text when it is detected`, () => {
        assert.equal(decode('auto', text), text);
        assert.equal(decode('json', text), text.trim());
      });
    }

    for (const text of [
      '9007199254740991',
      '-9007199254740991',
      '0.1',
      '21.50',
      '0',
      '-0',
      '0.0e5',
      '1e21',
      '4E12',
      '1.7e308',
    ]) {
      it(`${text} is a number`, () => {
        assert.equal(decode('auto', text), Number(text));
        assert.equal(decode('json', text), Number(text));
      });
    }

    const DIGITS = '1724442618569203714';
    for (const [text, value] of [
      [`{"id":${DIGITS}}`, { id: DIGITS }],
      [`[${DIGITS},-${DIGITS}]`, [DIGITS, `-${DIGITS}`]],
      [`{ "a" : [ {"id"\n:\n${DIGITS} } ], "n": 1 }`, { a: [{ id: DIGITS }], n: 1 }],
      [`{"a":"x, ${DIGITS} \\\\\\" :${DIGITS}","id":${DIGITS}}`, { a: `x, ${DIGITS} \\" :${DIGITS}`, id: DIGITS }],
      [
        `{"id":"${DIGITS}","t":1700000000000000,"v":21.399999618530273438}`,
        { id: DIGITS, t: 1700000000000000, v: 21.399999618530273 },
      ],
      [`{"${DIGITS}":1}`, { [DIGITS]: 1 }],
      ['{"a":[1e999,-4E123456,1e21],"b":1e308}', { a: ['1e999', '-4E123456', 1e21], b: 1e308 }],
      ['[[1e-400,1e999]]', [[0, '1e999']]],
      [`[1.5,${DIGITS}]`, [1.5, DIGITS]],
      [`[${DIGITS},2]`, [DIGITS, 2]],
      [`[0,-${DIGITS},"x",{}]`, [0, `-${DIGITS}`, 'x', {}]],
      [`[1,2,{"a":[${DIGITS}]}]`, [1, 2, { a: [DIGITS] }]],
      ['[1,-1e999]', [1, '-1e999']],
      ['[1,-9007199254740991,9007199254740991]', [1, -9007199254740991, 9007199254740991]],
      ['{"a":{"__proto__":1e999}}', JSON.parse('{"a":{"__proto__":"1e999"}}')],
    ] as const) {
      it(`${text} keeps its digits`, () => {
        assert.deepEqual(decode('auto', text), value);
        assert.deepEqual(decode('json', text), value);
      });
    }

    it('digits are kept anywhere in a payload', () => {
      for (let before = 0; before < 40; before++) {
        const pad = 'x'.repeat(before);
        assert.deepEqual(decode('auto', `["${pad}",1234567890123456789]`), [pad, '1234567890123456789'], `${before}`);
        assert.deepEqual(decode('auto', `["${pad}",9007199254740993,1]`), [pad, '9007199254740993', 1], `${before}`);
      }
    });

    it('BigInts are made on demand, of whole numbers alone', () => {
      const text = `{"id":${DIGITS},"a":[-${DIGITS},"${DIGITS}",{"__proto__":${DIGITS}}],"f":12345678901234567890.5,"n":1}`;
      const value = decode('json', text, {}, 'bigint');
      assert.ok(typeof value === 'object' && value !== null && 'id' in value && 'a' in value && Array.isArray(value.a));
      assert.equal(value.id, BigInt(DIGITS));
      assert.equal(value.a[0], -BigInt(DIGITS));
      assert.equal(value.a[1], DIGITS);
      assert.equal(Object.getOwnPropertyDescriptor(value.a[2], '__proto__')?.value, BigInt(DIGITS));
      assert.ok('f' in value && value.f === '12345678901234567890.5');
      assert.equal(decode('json', DIGITS, {}, 'bigint'), BigInt(DIGITS));
      assert.equal(decode('json', '4E123456', {}, 'bigint'), '4E123456');
      assert.equal(decode('json', '7'.repeat(2000), {}, 'bigint'), '7'.repeat(2000));
    });

    it('BigInts are sent as numbers, with all their digits', () => {
      const value = decode('json', `{"id":${DIGITS},"a":[${DIGITS}]}`, {}, 'bigint');
      assert.equal(encode('auto', value), `{"id":${DIGITS},"a":[${DIGITS}]}`);
      assert.equal(encode('json', 12n), '12');
      assert.equal(
        encode('auto', { a: 1n, b: '\u00010', '\u00010': '"\u00010"', c: 'x\u00011' }),
        JSON.stringify({ a: 1, b: '\u00010', '\u00010': '"\u00010"', c: 'x\u00011' }),
      );
    });

    it('BigInts are sent as numbers beside any text, and any name', () => {
      const marks = ['a"\u00010', '\u00010', '"\u00010"', '\\"\u00010"', '\u00010":', '\u0001'];
      for (const mark of marks) {
        const value = { [mark]: 5n, list: [mark, 6n, `x${mark}`], deep: { [`"${mark}`]: mark } };
        const payload = encode('json', value);
        assert.ok(typeof payload === 'string' && /:5,/.test(payload), String(payload));
        const expected = { ...value, [mark]: 5, list: [mark, 6, `x${mark}`] };
        assert.deepEqual(JSON.parse(payload), expected);
      }
    });

    it('invalid JSON is refused with large numbers, too', () => {
      assert.equal(decode('auto', `{${DIGITS}:1}`), `{${DIGITS}:1}`);
      assert.match(String(decode('json', `{${DIGITS}:1}`)), /^notJson/);
    });
  });

  describe('invalid JSON', () => {
    it('bytes that are not UTF-8 are refused', () => {
      assert.equal(decode('json', Buffer.from('7b2275223a22b043227d', 'hex')), 'notUtf8 UTF-8');
      assert.deepEqual(
        decode('auto', Buffer.from('7b2275223a22b043227d', 'hex')),
        Buffer.from('7b2275223a22b043227d', 'hex'),
      );
    });

    it('a byte order mark and a NUL at the end are named', () => {
      assert.equal(decode('json', '\uFEFF{}'), 'startsWithBom ');
      assert.equal(decode('json', '{"a":1}\0'), 'endsWithNul ');
      assert.equal(decode('auto', '{"a":1}\0'), '{"a":1}\0');
    });

    it('JSON that is too deep to be copied is refused, in every shape', () => {
      for (const format of ['auto', 'json']) {
        assert.equal(decode(format, '['.repeat(20_000) + ']'.repeat(20_000)), 'tooDeep 1000', format);
        assert.equal(decode(format, `${'{"a":'.repeat(5000)}1${' }\n'.repeat(5000)}`), 'tooDeep 1000', format);
        assert.ok(Array.isArray(decode(format, '['.repeat(1000) + ']'.repeat(1000))), format);
        assert.equal(decode(format, `[${'['.repeat(1000)}${']'.repeat(1000)},1]`), 'tooDeep 1000', format);
        assert.equal(decode(format, `[1e999,${'['.repeat(20_000)}${']'.repeat(20_000)},1]`), 'tooDeep 1000', format);
      }
    });
  });

  describe('an empty payload', () => {
    for (const format of ['auto', 'string', 'text-or-bytes', 'json', 'base64']) {
      it(`is an empty text as ${format}`, () => {
        assert.equal(decode(format, ''), '');
        assert.equal(decode(format, '', { contentType: 'application/json' }), '');
      });
    }

    it('is an empty Buffer as bytes', () => {
      assert.deepEqual(decode('buffer', ''), Buffer.alloc(0));
      assert.deepEqual(decode('auto', '', { contentType: 'image/png' }), Buffer.alloc(0));
    });

    it('is sent for null, except in JSON', () => {
      for (const format of ['auto', 'string', 'text-or-bytes', 'buffer', 'base64']) {
        assert.equal(encode(format, null), '', format);
      }
      assert.equal(encode('json', null), 'null');
    });
  });

  describe('text or Buffer', () => {
    it('text is never parsed, and other bytes are a Buffer', () => {
      for (const text of ['{"a":1}', '21.5', 'on', '']) assert.equal(decode('text-or-bytes', text), text);
      assert.equal(decode('text-or-bytes', '{"a":1}', { contentType: 'application/json' }), '{"a":1}');
      const says = { contentType: 'application/json' };
      const problems = ['on', Buffer.from([0xff])].map(
        (payload) => codecNamed('text-or-bytes').decode(Buffer.from(payload), says, 'a').ok,
      );
      assert.deepEqual(problems, [false, false]);
      assert.deepEqual(decode('text-or-bytes', Buffer.from([0xff, 1])), Buffer.from([0xff, 1]));
      assert.deepEqual(decode('text-or-bytes', 'GIF', { contentType: 'image/gif' }), Buffer.from('GIF'));
      assert.deepEqual(
        decode('text-or-bytes', Buffer.from([0xff]), { payloadFormatIndicator: true }),
        Buffer.from([0xff]),
      );
    });
  });

  describe('content types', () => {
    for (const contentType of [
      'application/zip',
      'image/png',
      'IMAGE/JPEG',
      'audio/aac',
      'application/pdf',
      'application/x-gzip; q=1',
      'application/avro',
    ]) {
      it(`${contentType} is a Buffer`, () => {
        assert.deepEqual(decode('auto', '123', { contentType }), Buffer.from('123'));
      });
    }

    for (const contentType of ['text/csv', 'application/xml', 'image/svg+xml', 'text/html; charset=UTF-8']) {
      it(`${contentType} is text`, () => {
        assert.equal(decode('auto', '123', { contentType }), '123');
      });
    }

    it('a charset is decoded by one decoder, with whatever white space it is written', () => {
      const { TextDecoder: Decoder } = globalThis;
      let made = 0;
      class CountedDecoder extends Decoder {
        constructor(...parameters: ConstructorParameters<typeof Decoder>) {
          super(...parameters);
          made++;
        }
      }
      globalThis.TextDecoder = CountedDecoder;
      try {
        for (let spaces = 0; spaces < 20; spaces++) {
          const contentType = `text/plain; charset="${'\t'.repeat(spaces)} UTF-16BE ${' '.repeat(spaces)}"`;
          assert.equal(decode('auto', Buffer.from([0, 0x68, 0, 0x69]), { contentType }), 'hi');
        }
      } finally {
        globalThis.TextDecoder = Decoder;
      }
      assert.ok(made <= 1, `${made} decoders are kept`);
    });

    it('a charset is decoded', () => {
      const degrees = Buffer.from([0x32, 0x31, 0xb0]);
      assert.equal(decode('auto', degrees, { contentType: 'text/plain; charset="ISO-8859-1"' }), '21°');
      assert.deepEqual(
        decode('auto', Buffer.from('["\u00b0",1234567890123456789]', 'latin1'), {
          contentType: 'application/json;charset=latin1',
        }),
        ['°', '1234567890123456789'],
      );
      assert.deepEqual(decode('auto', degrees, { contentType: 'text/plain' }), degrees);
      assert.deepEqual(decode('auto', degrees, { contentType: 'text/plain; charset=nonsense' }), degrees);
      assert.equal(decode('auto', degrees, { contentType: 'application/json' }), 'notUtf8 UTF-8');
    });
  });
});
