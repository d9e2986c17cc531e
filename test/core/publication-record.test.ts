// Publications as bytes on disk: they are read as written, and damage is noticed.

import assert from 'node:assert/strict';
import {
  decodeRecord,
  prepareRecord,
  type RecordedPublication,
  recordedBytes,
  writeRecord,
} from '#src/core/outbox/publication-record';
import type { OutgoingPublication } from '#src/core/publications/publication';
import { contentBytes } from '#src/core/publications/publication-size';
import { outgoing } from '../connection/publications';
import { generator } from './random';

const TIMES = { acceptedAt: 1_700_000_000_123, expiresAt: Number.POSITIVE_INFINITY, origin: 'a1b2.c3' };

const full: OutgoingPublication = {
  topic: 'plant/ä/🌡',
  payload: Buffer.from([0, 255, 10]),
  qos: 2,
  retain: true,
  properties: {
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    contentType: 'application/json',
    responseTopic: 'answer/ü',
    correlationData: Buffer.from([1, 0, 255]),
    userProperties: { correlationData: 'text', __proto__x: ['a', 'b'], constructor: 'c' },
  },
};

function recorded(publication: OutgoingPublication, overrides: Partial<RecordedPublication> = {}): RecordedPublication {
  return { publication, bytes: contentBytes(publication), ...TIMES, ...overrides };
}

function encode(publication: RecordedPublication): Buffer {
  const prepared = prepareRecord(publication);
  const record = Buffer.alloc(prepared.length);
  writeRecord(prepared, record, 0);
  return record;
}

describe('the record of a publication', () => {
  for (const [what, publication] of [
    ['everything', full],
    ['nothing but a topic', outgoing('a', 0)],
    ['a payload of text', outgoing('a', 1, { payload: 'grüße' })],
  ] as const) {
    it(`keeps ${what}`, () => {
      const decoded = decodeRecord(encode(recorded(publication)));
      assert.deepEqual(decoded, {
        ...recorded(publication),
        publication: { ...publication, payload: Buffer.from(publication.payload) },
      });
    });
  }

  it('keeps the time of expiry, and tells its size without being parsed', () => {
    const record = encode(recorded(full, { expiresAt: 17 }));
    assert.equal(decodeRecord(record)?.expiresAt, 17);
    assert.equal(recordedBytes(record), contentBytes(full));
  });

  it('keeps user properties of any name', () => {
    const userProperties = Object.fromEntries([['__proto__', 'x']]);
    const decoded = decodeRecord(encode(recorded(outgoing('a', 1, { properties: { userProperties } }))));
    assert.deepEqual(Object.entries(decoded?.publication.properties?.userProperties ?? {}), [['__proto__', 'x']]);
  });

  it('is not read when it is cut off, or of another version', () => {
    const record = encode(recorded({ ...full, payload: '' }));
    for (let length = 0; length < record.length; length++) {
      assert.equal(decodeRecord(record.subarray(0, length)), undefined, `${length} bytes`);
    }
    assert.equal(decodeRecord(Buffer.concat([Buffer.from([2]), record.subarray(1)])), undefined);
    assert.equal(recordedBytes(Buffer.alloc(3)), 0);
  });

  it('never throws, for any bytes', () => {
    const random = generator(7);
    const record = encode(recorded(full));
    for (let round = 0; round < 5000; round++) {
      const damaged = Buffer.from(record);
      for (let count = 0; count < 3; count++)
        damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      decodeRecord(damaged);
    }
  });
});
