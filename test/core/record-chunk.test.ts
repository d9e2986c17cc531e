// Records written as one value: they are read as written, and a truncated one is left out.

import assert from 'node:assert/strict';
import { decodeRecord, prepareRecord } from '#src/core/outbox/publication-record';
import { encodeChunk, recordCount, recordsOf } from '#src/core/outbox/record-chunk';
import { outgoing } from '../connection/publications';

const topics = ['a', 'grün/🌡', 'c'.repeat(300)];
const chunk = encodeChunk(
  topics.map((topic, index) =>
    prepareRecord({ publication: outgoing(topic), bytes: index, origin: '', acceptedAt: index, expiresAt: 1e15 }),
  ),
);

describe('records as one value', () => {
  it('are read as they were written, in order', () => {
    const decoded = recordsOf(chunk).map((record) => decodeRecord(record));
    assert.deepEqual(
      decoded.map((record) => record?.publication.topic),
      topics,
    );
    assert.deepEqual(
      decoded.map((record) => record?.acceptedAt),
      [0, 1, 2],
    );
  });

  it('are counted without being read', () => {
    assert.equal(recordCount(chunk), topics.length);
  });

  it('are read as far as they are complete', () => {
    for (let length = 0; length < chunk.length; length++) {
      const records = recordsOf(chunk.subarray(0, length));
      assert.ok(records.length < topics.length);
      assert.equal(recordCount(chunk.subarray(0, length)), records.length);
      for (const record of records) assert.ok(decodeRecord(record));
    }
  });

  it('are not read from other bytes', () => {
    assert.deepEqual(recordsOf(Buffer.alloc(0)), []);
    assert.deepEqual(recordsOf(Buffer.from('garbage')), []);
  });
});
