// Writes the progress of publications: what waits for the disk is bounded by the number of publications.

import assert from 'node:assert/strict';
import { OutboxChunk } from '#src/connection/outbox/disk/outbox-chunk';
import { StoreTime } from '#src/connection/outbox/disk/store-time';
import { StoreWriter } from '#src/connection/outbox/disk/store-writer';
import { OutboxEntry } from '#src/connection/outbox/outbox-entry';
import { FakeClock } from '../helpers/fakes/fake-clock';
import { diskFull, FakeStore } from '../helpers/fakes/fake-store';
import { promisesKept } from './connection-bench';
import { outgoing } from './publications';

const RETRY = 5000;

function writerOf(store: FakeStore, clock: FakeClock): StoreWriter {
  return new StoreWriter(store, clock, new StoreTime(clock), {
    opened() {},
    written() {},
    refused() {},
    failed() {},
    idle() {},
  });
}

/** A publication at QoS 2 that is on disk. */
function writtenEntry(): OutboxEntry {
  const publication = outgoing('a', 2);
  const entry = new OutboxEntry(
    { publication, bytes: 1, origin: '', acceptedAt: 0, expiresAt: Number.POSITIVE_INFINITY },
    { received() {}, finished() {} },
  );
  entry.written(new OutboxChunk(1, 1), 0);
  return entry;
}

describe('the writer of an outbox on disk', () => {
  it('answers once for a publication whose progress has changed often while the disk was full', async () => {
    const store = new FakeStore();
    const clock = new FakeClock();
    const writer = writerOf(store, clock);
    await promisesKept();
    store.failure = diskFull();
    const entry = writtenEntry();
    const kept: number[] = [];
    for (let identifier = 1; identifier <= 1000; identifier++) {
      entry.startExchange(identifier);
      writer.keep(entry, ({ packetIdentifier }) => kept.push(packetIdentifier));
      await promisesKept();
    }
    assert.deepEqual(kept, []);
    store.failure = undefined;
    clock.advance(RETRY);
    await promisesKept();
    assert.deepEqual(kept, [1000]);
    assert.deepEqual(store.marks.get(1), entry.chunk?.marks);
  });
});
