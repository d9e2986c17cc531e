// Payload formats: bytes to msg.payload and back.

import assert from 'node:assert/strict';
import { constants } from 'node:buffer';
import type { Codec, PayloadHints } from '#src/core/payloads/codec';
import { BUILT_IN_FORMATS } from '#src/core/payloads/format';
import { findCodec } from '#src/core/payloads/formats/find-codec';
import { codecNamed } from './formats/format-runs';

const INVALID_UTF8 = Buffer.from([0x61, 0xff, 0xfe]);

function codec(name: string): Codec {
  return codecNamed(name);
}

function decoded(format: string, payload: string | Buffer, hints: PayloadHints = {}): unknown {
  const result = codec(format).decode(Buffer.from(payload), hints, 'a');
  assert.ok(result.ok);
  return result.value;
}

function undecodable(format: string, payload: string | Buffer, hints: PayloadHints = {}): string {
  const result = codec(format).decode(Buffer.from(payload), hints, 'a');
  assert.ok(!result.ok);
  return `${result.problem} ${result.detail}`;
}

function encoded(format: string, value: unknown): Buffer | string {
  const result = codec(format).encode(value);
  assert.ok(result.ok);
  return result.payload;
}

function unencodable(format: string, value: unknown): string {
  const result = codec(format).encode(value);
  assert.ok(!result.ok);
  return `${result.problem} ${result.detail}`;
}

function circular(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

describe('core/payloads/codec', () => {
  describe('auto, from bytes', () => {
    for (const [text, value] of [
      ['{"a":[1,true,null]}', { a: [1, true, null] }],
      ['[]', []],
      ['21.5', 21.5],
      ['-1', -1],
      ['0', 0],
      ['true', true],
      ['false', false],
      ['null', null],
      ['"text"', 'text'],
      [' {"a":1} ', { a: 1 }],
      ['\n[1]', [1]],
    ] as const) {
      it(`${JSON.stringify(text)} is read as JSON`, () => {
        assert.deepEqual(decoded('auto', text), value);
      });
    }

    for (const text of [
      '',
      'on',
      'ON',
      'offline',
      'not json',
      'turn on',
      'nul',
      '{broken',
      '[1,',
      '21,5',
      '-',
      '1 2',
      'NaN',
      'é',
      '🌡',
      ' ',
      'undefined',
      '\uFEFF{}',
    ]) {
      it(`${JSON.stringify(text)} is text`, () => {
        assert.equal(decoded('auto', text), text);
      });
    }

    it('bytes that are not UTF-8 stay a Buffer, the very one that came', () => {
      const result = codec('auto').decode(INVALID_UTF8, {}, 'a');
      assert.ok(result.ok);
      assert.equal(result.value, INVALID_UTF8);
    });
  });

  describe('auto, with what the sender says', () => {
    for (const contentType of [
      'application/json',
      'application/json; charset=utf-8',
      ' APPLICATION/JSON ',
      'application/ld+json',
    ]) {
      it(`"${contentType}" is JSON`, () => {
        assert.deepEqual(decoded('auto', '{"a":1}', { contentType }), { a: 1 });
        assert.match(undecodable('auto', '{"a":', { contentType }), /JSON/);
      });
    }

    it('"text/plain" is text, also when it could be JSON', () => {
      assert.equal(decoded('auto', '21.5', { contentType: 'text/plain' }), '21.5');
      assert.equal(decoded('auto', '{"a":1}', { contentType: 'text/html; charset=utf-8' }), '{"a":1}');
    });

    it('"application/octet-stream" is a Buffer, also when it could be text', () => {
      assert.deepEqual(decoded('auto', '21.5', { contentType: 'application/octet-stream' }), Buffer.from('21.5'));
    });

    it('text in another character set is decoded, and stays a Buffer if the character set is unknown', () => {
      const latin1 = { contentType: 'text/plain; charset=iso-8859-1' };
      for (const format of ['auto', 'text-or-bytes']) {
        for (let time = 0; time < 2; time++) assert.equal(decoded(format, Buffer.from([0xfc]), latin1), 'ü');
      }
      const unknown = { contentType: 'text/plain; charset=of-nobody' };
      assert.deepEqual(decoded('text-or-bytes', 'a', unknown), Buffer.from('a'));
    });

    it('another content type says nothing', () => {
      assert.equal(decoded('auto', '21.5', { contentType: 'x/y' }), 21.5);
      assert.equal(decoded('auto', '21.5', { contentType: '' }), 21.5);
      assert.deepEqual(decoded('auto', INVALID_UTF8, { contentType: 'x/y' }), INVALID_UTF8);
    });

    it('a payload with the format indicator is text or JSON, unless it is not UTF-8', () => {
      assert.equal(decoded('auto', 'on', { payloadFormatIndicator: true }), 'on');
      assert.deepEqual(decoded('auto', '[1]', { payloadFormatIndicator: true }), [1]);
      assert.deepEqual(decoded('auto', INVALID_UTF8, { payloadFormatIndicator: true }), INVALID_UTF8);
    });

    it('a payload with the format indicator 0 is examined all the same', () => {
      assert.equal(decoded('auto', 'on', { payloadFormatIndicator: false }), 'on');
      assert.deepEqual(decoded('auto', INVALID_UTF8, { payloadFormatIndicator: false }), INVALID_UTF8);
    });
  });

  it('refuses what is longer than any text of JavaScript, where it would be one', () => {
    const payload = Buffer.alloc(constants.MAX_STRING_LENGTH + 1);
    for (const [format, hints] of [
      ['auto', {}],
      ['auto', { contentType: 'application/json' }],
      ['string', {}],
      ['json', {}],
    ] as const) {
      const result = codec(format).decode(payload, hints, 'a');
      assert.equal(result.ok || result.problem, 'unreadable', format);
    }
    assert.ok(codec('buffer').decode(payload, {}, 'a').ok);
  });

  describe('auto, to bytes', () => {
    for (const [value, payload] of [
      ['', ''],
      ['text', 'text'],
      ['{"a":1}', '{"a":1}'],
      [21.5, '21.5'],
      [0, '0'],
      [true, 'true'],
      [false, 'false'],
      [10n, '10'],
      [null, ''],
      [{ a: [1] }, '{"a":[1]}'],
      [[], '[]'],
      [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ] as const) {
      it(`${typeof value} ${String(value)} becomes ${JSON.stringify(payload)}`, () => {
        assert.equal(encoded('auto', value), payload);
        assert.equal(encoded('string', value), payload);
      });
    }

    it('a circular structure is refused with a reason', () => {
      assert.match(unencodable('auto', circular()), /circular/i);
      assert.match(unencodable('json', circular()), /circular/i);
    });

    it('an object with a string tag of its own becomes JSON of its properties', () => {
      assert.equal(encoded('auto', { [Symbol.toStringTag]: 'Reading', value: 1 }), '{"value":1}');
    });

    it('a value that throws while it is read is refused with the message of the error', () => {
      const value = {
        get a(): number {
          throw new Error('not now');
        },
      };
      assert.equal(unencodable('auto', value), 'notJson not now');
      const text = {
        toJSON(): string {
          throw 'a text';
        },
      };
      assert.equal(unencodable('json', text), 'notJson a text');
      const bytes = {
        type: 'Buffer',
        get data(): number[] {
          throw new Error('no bytes now');
        },
      };
      assert.equal(unencodable('auto', bytes), 'notJson no bytes now');
    });

    it('functions and symbols are refused', () => {
      assert.match(
        unencodable('auto', () => 1),
        /function/,
      );
      assert.match(unencodable('auto', Symbol('a')), /symbol/);
      assert.match(
        unencodable('string', () => 1),
        /function/,
      );
    });
  });

  describe('string', () => {
    it('all bytes become text', () => {
      assert.equal(decoded('string', '{"a":1}'), '{"a":1}');
      assert.equal(decoded('string', ''), '');
      assert.equal(decoded('string', '21.5', { contentType: 'application/json' }), '21.5');
      assert.equal(decoded('string', INVALID_UTF8), 'a\uFFFD\uFFFD');
    });
  });

  describe('json', () => {
    it('bytes become a value', () => {
      assert.deepEqual(decoded('json', '{"a":1}'), { a: 1 });
      assert.equal(decoded('json', '"x"', { contentType: 'text/plain' }), 'x');
      assert.equal(decoded('json', 'null'), null);
    });

    for (const text of ['on', '{', 'undefined']) {
      it(`${JSON.stringify(text)} is refused with the message of the parser`, () => {
        assert.match(undecodable('json', text), /JSON/);
      });
    }

    it('bytes that are not UTF-8 are refused', () => {
      assert.match(undecodable('json', INVALID_UTF8), /^notUtf8/);
    });

    it('values become JSON, a text too', () => {
      assert.equal(encoded('json', 'on'), '"on"');
      assert.equal(encoded('json', 1), '1');
      assert.equal(encoded('json', null), 'null');
      assert.equal(encoded('json', { a: undefined, b: 1 }), '{"b":1}');
    });

    it('values that JSON cannot represent are refused', () => {
      assert.match(unencodable('json', undefined), /undefined/);
      assert.match(
        unencodable('json', () => 1),
        /function/,
      );
      assert.match(unencodable('json', { toJSON: () => undefined }), /^notJson/);
    });

    it('"__proto__" in a payload is a property like any other', () => {
      const value = decoded('json', '{"__proto__":{"polluted":true}}');
      assert.ok(typeof value === 'object' && value !== null);
      assert.ok(Object.hasOwn(value, '__proto__'));
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
    });
  });

  describe('buffer', () => {
    it('bytes are passed on, not copied', () => {
      const payload = Buffer.from('{"a":1}');
      const result = codec('buffer').decode(payload, { contentType: 'application/json' }, 'a');
      assert.ok(result.ok);
      assert.equal(result.value, payload);
    });

    it('Buffers, byte arrays and texts are accepted', () => {
      assert.deepEqual(encoded('buffer', Buffer.from('a')), Buffer.from('a'));
      assert.deepEqual(encoded('buffer', new Uint8Array([1, 2])), Buffer.from([1, 2]));
      assert.equal(encoded('buffer', 'a'), 'a');
    });

    for (const value of [1, true, undefined, {}, [1, 2], new Uint16Array(1)]) {
      it(`${Object.prototype.toString.call(value)} is refused`, () => {
        assert.match(unencodable('buffer', value), /notBytes/);
      });
    }
  });

  describe('base64', () => {
    it('bytes become base64 and come back', () => {
      assert.equal(decoded('base64', INVALID_UTF8), 'Yf/+');
      assert.deepEqual(encoded('base64', 'Yf/+'), INVALID_UTF8);
      assert.equal(decoded('base64', ''), '');
      assert.deepEqual(encoded('base64', ''), Buffer.alloc(0));
    });

    it('padding may be left out, and the URL alphabet is accepted', () => {
      assert.deepEqual(encoded('base64', 'YQ=='), Buffer.from('a'));
      assert.deepEqual(encoded('base64', 'YQ'), Buffer.from('a'));
      assert.deepEqual(encoded('base64', 'Yf_-'), INVALID_UTF8);
      assert.deepEqual(encoded('base64', 'YQ==\n'), Buffer.from('a'));
    });

    for (const text of ['not base64!', 'YQ==YQ==', 'YQ===', '====', 'é', '{"a":1}', 'data:;base64,YQ==']) {
      it(`${JSON.stringify(text)} is refused`, () => {
        assert.match(unencodable('base64', text), /^notBase64/);
      });
    }

    for (const text of ['A', 'AAAAA', 'YWJjZ']) {
      it(`"${text}" is refused: no bytes have a base64 of that length, and some would be lost`, () => {
        assert.match(unencodable('base64', text), /^notBase64/);
      });
    }

    for (const value of [1, undefined, {}, true]) {
      it(`${Object.prototype.toString.call(value)} is refused`, () => {
        assert.match(unencodable('base64', value), /^notBase64/);
      });
    }
  });

  describe('Buffers to send', () => {
    for (const format of ['auto', 'string', 'buffer', 'base64']) {
      it(`${format} passes on a Buffer, not a copy`, () => {
        const payload = Buffer.from('a');
        assert.equal(encoded(format, payload), payload);
      });
    }

    it('a part of a byte array is sent without a copy of its memory', () => {
      const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
      const payload = encoded('auto', bytes);
      assert.ok(Buffer.isBuffer(payload));
      assert.deepEqual([...payload], [2, 3]);
      assert.equal(payload.buffer, bytes.buffer);
    });
  });

  describe('formats', () => {
    it('every built-in format is there', () => {
      const protobuf = { schema: 'syntax = "proto3"; message A {}', messageType: 'A' };
      for (const name of BUILT_IN_FORMATS) assert.equal(codecNamed(name, { formatOptions: { protobuf } }).name, name);
    });

    for (const name of ['', 'xml', 'constructor', '__proto__', 'JSON']) {
      it(`"${name}" is no format`, () => {
        assert.equal(findCodec(name).ok, false);
      });
    }
  });
});
