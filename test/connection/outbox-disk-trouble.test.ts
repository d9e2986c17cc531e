// An outbox on disk whose disk does not do what it should: nothing is pretended, nothing is forgotten.

import assert from 'node:assert/strict';
import { MqttFlowsError } from '#src/core/mqtt-flows-error';
import { diskFull, FakeStore } from '../helpers/fake-store';
import { promisesKept } from './connection-bench';
import { answer, Bench, OK } from './outbox-bench';

const RETRY = 5000;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await promisesKept();
}

describe('the outbox on disk, in trouble', () => {
  const codes = (errors: readonly Error[]): string[] =>
    errors.map((error) => (error instanceof MqttFlowsError ? error.code : error.message));

  it('refuses what it cannot write, says so once, and takes more when it can again', async () => {
    const store = new FakeStore();
    const bench = new Bench({}, store);
    await settled();
    store.failure = diskFull();
    bench.acceptAll('a', 'b');
    await settled();
    bench.accept('c');
    assert.deepEqual(bench.log, ['a outbox-unavailable', 'b outbox-unavailable', 'c outbox-unavailable']);
    assert.deepEqual(codes(bench.thrown), ['outbox-unavailable']);
    assert.equal(bench.outbox.depth, 0);
    bench.clock.advance(RETRY);
    await settled();
    assert.deepEqual(codes(bench.thrown), ['outbox-unavailable'], 'the same is not said twice');
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    bench.accept('d');
    await settled();
    assert.equal(store.records.size, 1);
    assert.deepEqual(bench.attach().topics, []);
    await settled();
    assert.equal(bench.log.length, 3);
  });

  it('sends nothing whose identifier cannot be written, and all of it later, in order', async () => {
    const store = new FakeStore();
    const bench = new Bench({}, store);
    bench.acceptAll('a', 'b');
    await settled();
    store.failure = diskFull();
    const transport = bench.attach();
    await settled();
    assert.deepEqual(transport.topics, []);
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    assert.deepEqual(transport.topics, ['a', 'b']);
  });

  it('does not send again what was acknowledged while the disk was full', async () => {
    const store = new FakeStore();
    const bench = new Bench({}, store);
    bench.accept('a');
    const transport = bench.attach();
    await settled();
    store.failure = diskFull();
    answer(transport, 'a');
    await settled();
    assert.deepEqual(bench.log, ['a ok 0']);
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    assert.equal(store.records.size, 0);
  });

  it('refuses all while another has it, and works once that is gone', async () => {
    const store = new FakeStore();
    store.failure = new MqttFlowsError('outbox-locked', { stage: 'outbox', params: { path: 'x' } });
    const bench = new Bench({}, store);
    bench.accept('early');
    await settled();
    bench.accept('late');
    assert.deepEqual(bench.log, ['early outbox-locked', 'late outbox-locked']);
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    bench.accept('a');
    await settled();
    bench.attach({}, ({ automatic }) => {
      automatic.publish = OK;
    });
    await settled();
    assert.equal(bench.log.at(-1), 'a ok 0');
  });

  it('says where a damaged one has been put, and works on', async () => {
    const store = new FakeStore();
    store.damaged = 'x.damaged';
    const bench = new Bench({}, store);
    bench.accept('a');
    await settled();
    assert.deepEqual(codes(bench.thrown), ['outbox-damaged']);
    assert.equal(store.records.size, 1);
  });

  it('passes over a record that is damaged, and says how many', async () => {
    const store = new FakeStore();
    const before = new Bench({}, store);
    before.acceptAll('a', 'b', 'c');
    await settled();
    store.records.set(2, Buffer.from('garbage'));
    const after = new Bench({}, store);
    await settled();
    const transport = after.attach();
    await settled();
    assert.deepEqual(transport.topics, ['a', 'c']);
    assert.deepEqual(codes(after.thrown), ['outbox-unreadable']);
    assert.equal(after.outbox.depth, 2);
    assert.equal(store.records.has(2), false);
  });

  it('does not wait for records that are gone', async () => {
    const store = new FakeStore();
    const before = new Bench({ maxMessages: 10_000 }, store);
    for (let index = 0; index < 3000; index++) before.accept(`t${index}`, 1);
    await settled();
    const after = new Bench({}, store);
    await settled();
    for (let sequence = 1500; sequence <= 3000; sequence++) store.records.delete(sequence);
    const transport = after.attach({}, ({ automatic }) => {
      automatic.publish = OK;
    });
    for (let turn = 0; turn < 300; turn++) await promisesKept();
    assert.equal(transport.topics.length, 1499);
    assert.equal(after.outbox.depth, 0);
    assert.deepEqual(codes(after.thrown), ['outbox-unreadable']);
  });
});
