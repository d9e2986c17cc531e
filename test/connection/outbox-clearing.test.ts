// Clearing an outbox on request.

import assert from 'node:assert/strict';
import { FakeStore } from '../helpers/fakes/fake-store';
import { promisesKept } from './connection-bench';
import { answer, Bench } from './outbox-bench';

describe('clearing the outbox', () => {
  it('removes waiting publications and settles them; those in flight continue', () => {
    const bench = new Bench();
    const transport = bench.attach({ receiveMaximum: 1 });
    bench.acceptAll('a', 'b', 'c');
    bench.clock.advance(1);
    bench.outbox.clear();
    assert.deepEqual(bench.log, ['b publication-cleared', 'c publication-cleared']);
    assert.equal(bench.outbox.depth, 1);
    answer(transport, 'a');
    bench.accept('d');
    assert.deepEqual(transport.topics, ['a', 'd']);
  });

  it('reports no error for publications that nobody waits for', () => {
    const bench = new Bench();
    bench.acceptWith('a', { completeOn: 'queued' });
    bench.clock.advance(1);
    bench.outbox.clear();
    assert.deepEqual([bench.lost.length, bench.outbox.depth, bench.outbox.figures.dropped], [0, 0, 1]);
  });

  it('clears more on disk than fits into memory, and keeps later publications', async () => {
    const store = new FakeStore();
    const bench = new Bench({ maxMessages: 10_000 }, store);
    for (let index = 0; index < 5000; index++) bench.acceptWith(`t${index}`, { completeOn: 'queued' });
    for (let turn = 0; turn < 5; turn++) await promisesKept();
    bench.clock.advance(1);
    bench.outbox.clear();
    bench.accept('late');
    while (bench.outbox.depth > 1) await promisesKept();
    for (let turn = 0; turn < 5; turn++) await promisesKept();
    assert.equal(store.records.length, 1);
    const transport = bench.attach();
    for (let turn = 0; turn < 5; turn++) await promisesKept();
    assert.deepEqual(transport.topics, ['late']);
  });
});
