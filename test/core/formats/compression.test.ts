// Compressions around a format, chosen by name or by what a publication says of itself; and hexadecimal text.

import assert from 'node:assert/strict';
import zlib, { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { findCodec } from '#src/core/payloads/formats/find-codec';
import { codecNamed, decoded, encoded, refusal, roundTrip } from './format-runs';

const VALUE = { temperature: 21.5, room: 'kitchen' };
const JSON_BYTES = Buffer.from(JSON.stringify(VALUE));

describe('compression', () => {
  for (const compression of ['gzip', 'deflate', 'brotli']) {
    for (const format of ['json', 'cbor', 'messagepack', 'string', 'buffer']) {
      it(`decodes ${format} that it has compressed by ${compression}`, () => {
        const value = format === 'string' ? 'ü'.repeat(50) : format === 'buffer' ? Buffer.alloc(50, 7) : VALUE;
        assert.deepEqual(roundTrip(`${compression}+${format}`, value), value);
      });
    }
  }

  it('reads deflate with the frame of zlib and without', () => {
    assert.deepEqual(decoded('deflate+json', deflateSync(JSON_BYTES)), VALUE);
    assert.deepEqual(decoded('deflate+json', deflateRawSync(JSON_BYTES)), VALUE);
  });

  it('stops inflating at the limit of the node', () => {
    const bomb = gzipSync(Buffer.alloc(17_000_000));
    assert.equal(refusal('gzip+buffer', bomb), 'tooLarge 16777216');
    assert.equal(refusal('gzip+json', gzipSync(Buffer.alloc(2000)), { maximumBytes: 1000 }), 'tooLarge 1000');
    const brotli = brotliCompressSync(Buffer.alloc(17_000_000));
    assert.equal(refusal('brotli+buffer', brotli), 'tooLarge 16777216');
    const hints = { contentType: 'application/json+gzip' };
    assert.equal(refusal('auto', gzipSync(Buffer.alloc(2000)), { maximumBytes: 1000 }, hints), 'tooLarge 1000');
  });

  it('has zstd if Node.js has it, and no such format if not', () => {
    if ('zstdCompressSync' in zlib) assert.deepEqual(roundTrip('zstd+json', VALUE), VALUE);
    else assert.equal(findCodec('zstd+json').ok, false);
  });

  it('reports a payload that is not compressed', () => {
    assert.match(refusal('deflate+json', Buffer.from('x')), /^notCompressed /);
    assert.match(refusal('gzip+json', JSON_BYTES), /^notCompressed incorrect header check/);
    assert.match(refusal('gzip+json', gzipSync(JSON_BYTES).subarray(0, 20)), /^notCompressed /);
  });

  it('does not inflate an empty payload, which removes a retained message', () => {
    assert.equal(decoded('gzip+json', Buffer.alloc(0)), '');
    assert.deepEqual(encoded('gzip+json', ''), gzipSync('""'));
    assert.deepEqual(encoded('gzip+string', ''), Buffer.alloc(0));
  });

  it('appends its name to the content type', () => {
    const result = codecNamed('gzip+cbor').encode(VALUE);
    assert.ok(result?.ok);
    assert.equal(result.contentType, 'application/cbor+gzip');
    assert.deepEqual(decoded('auto', Buffer.from(result.payload), {}, { contentType: result.contentType }), VALUE);
  });

  it('knows no other compression, and none twice', () => {
    for (const format of ['lzma+json', 'gzip+', '+json', 'gzip+gzip+json']) assert.equal(findCodec(format).ok, false);
  });
});

describe('the format detect', () => {
  it('decodes by the content type', () => {
    const cbor = encoded('cbor', VALUE) as Buffer;
    const messagePack = encoded('messagepack', VALUE) as Buffer;
    assert.deepEqual(decoded('auto', cbor, {}, { contentType: 'application/cbor' }), VALUE);
    assert.deepEqual(decoded('auto', cbor, {}, { contentType: 'application/senml+cbor' }), VALUE);
    assert.deepEqual(decoded('auto', messagePack, {}, { contentType: 'application/vnd.msgpack' }), VALUE);
    assert.deepEqual(decoded('auto', messagePack, {}, { contentType: 'Application/X-MsgPack; v=1' }), VALUE);
  });

  it('inflates what the content type or the user property content-encoding says is compressed', () => {
    const gzip = gzipSync(JSON_BYTES);
    assert.deepEqual(decoded('auto', gzip, {}, { contentType: 'application/json+gzip' }), VALUE);
    const br = { userProperties: { 'content-encoding': 'br' } };
    assert.deepEqual(decoded('auto', brotliCompressSync(JSON_BYTES), {}, br), VALUE);
    const both = { contentType: 'application/json', userProperties: { 'content-encoding': 'GZIP' } };
    assert.deepEqual(decoded('auto', gzip, {}, both), VALUE);
  });

  it('leaves a gzip file unchanged, and never guesses a binary format from bytes', () => {
    const gzip = gzipSync(JSON_BYTES);
    assert.deepEqual(decoded('auto', gzip, {}, { contentType: 'application/gzip' }), gzip);
    assert.deepEqual(decoded('auto', gzip), gzip);
    const cbor = encoded('cbor', VALUE) as Buffer;
    assert.deepEqual(decoded('auto', cbor), cbor);
  });

  it('keeps Protobuf as bytes without a schema', () => {
    const bytes = Buffer.from('0aff', 'hex');
    assert.deepEqual(decoded('auto', bytes, {}, { contentType: 'application/protobuf' }), bytes);
  });
});

describe('hexadecimal text', () => {
  it('decodes bytes to digits, and encodes digits with spaces, colons or dashes between them', () => {
    assert.equal(decoded('hex', Buffer.from([0x01, 0xab, 0xff])), '01abff');
    for (const text of ['01abff', '01ABFF', '01 AB FF', '01:ab:ff', '0x01abff', ' 01-ab-ff\n']) {
      assert.deepEqual(encoded('hex', text), Buffer.from([0x01, 0xab, 0xff]), text);
    }
  });

  it('refuses other characters and an odd number of digits', () => {
    assert.deepEqual(encoded('hex', null), Buffer.alloc(0));
    for (const text of ['abc', 'zz', '0g']) assert.match(String(encoded('hex', text)), /^notHex/);
    assert.match(String(encoded('hex', { a: 1 })), /^notHex object/);
  });
});
