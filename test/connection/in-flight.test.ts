// The list of publications in flight: their order, and that removed ones keep no others in memory.

import assert from 'node:assert/strict';
import { InFlight } from '#src/connection/outbox/in-flight';
import { OutboxEntry } from '#src/connection/outbox/outbox-entry';

function entry(topic: string): OutboxEntry {
  const publication = { topic, payload: Buffer.alloc(0), qos: 0 as const, retain: false };
  const details = { publication, bytes: 0, origin: '', acceptedAt: 0, expiresAt: Number.POSITIVE_INFINITY };
  return new OutboxEntry(details, { received() {}, finished() {} });
}

function topics(inFlight: InFlight): string[] {
  return [...inFlight].map(({ publication }) => publication.topic);
}

describe('The publications in flight', () => {
  const [a, b, c] = [entry('a'), entry('b'), entry('c')];
  let inFlight: InFlight;

  beforeEach(() => {
    inFlight = new InFlight();
    for (const each of [a, b, c]) {
      inFlight.add(each);
    }
  });

  afterEach(() => inFlight.drain());

  it('are kept in the order of sending', () => {
    assert.deepEqual(topics(inFlight), ['a', 'b', 'c']);
    assert.equal(inFlight.first, a);
    assert.equal(inFlight.size, 3);
  });

  for (const [where, gone, left] of [
    ['first', a, ['b', 'c']],
    ['one in the middle', b, ['a', 'c']],
    ['last', c, ['a', 'b']],
  ] as const) {
    it(`are removed in any order: the ${where}`, () => {
      assert.equal(inFlight.delete(gone), true);
      assert.equal(inFlight.delete(gone), false, 'it has left already');
      assert.deepEqual(topics(inFlight), left);
      assert.equal(inFlight.size, 2);
      inFlight.add(gone);
      assert.deepEqual(topics(inFlight), [...left, gone.publication.topic], 'it may come back, as the last');
    });
  }

  it('are all removed at once', () => {
    assert.deepEqual(inFlight.drain(), [a, b, c]);
    assert.deepEqual([inFlight.size, inFlight.first], [0, undefined]);
  });

  it('keep no reference to one another when they are removed', () => {
    inFlight.delete(b);
    assert.deepEqual([b.before, b.after, b.underWay], [undefined, undefined, false]);
  });
});
