// An outbox on a disk that fails: nothing is reported as stored that is not, and nothing is forgotten.

import assert from 'node:assert/strict';
import { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import { decodeRecord } from '#src/core/outbox/publication-record';
import { diskFull, FakeStore } from '../helpers/fakes/fake-store';
import { promisesKept } from './connection-bench';
import { answer, Bench, OK } from './outbox-bench';

const RETRY = 5000;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await promisesKept();
}

/** Makes a record on disk unreadable; `index` counts from the oldest. */
function damage(store: FakeStore, index: number): void {
  store.records[index]?.fill(0xff);
}

/** Takes the younger half of the chunks away; returns the topics of what is left. */
function loseSecondHalf(store: FakeStore): string[] {
  const numbers = [...store.chunks.keys()];
  for (const number of numbers.slice(numbers.length / 2)) store.chunks.delete(number);
  return store.records.map((record) => decodeRecord(record)?.publication.topic ?? '');
}

/** A publication at QoS 2 that has been sent, on a disk that has become full since. */
async function sentBeforeFull(): Promise<{ store: FakeStore; bench: Bench; first: ReturnType<Bench['attach']> }> {
  const store = new FakeStore();
  const bench = new Bench({}, store);
  bench.accept('a', 2);
  const first = bench.attach();
  await settled();
  store.failure = diskFull();
  return { store, bench, first };
}

describe('the outbox on disk, in trouble', () => {
  const codes = (errors: readonly Error[]): string[] =>
    errors.map((error) => (error instanceof MqttFlowsError ? error.code : error.message));

  it('refuses publications that it cannot write, reports that once, and accepts them again when it can', async () => {
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
    assert.equal(store.records.length, 1);
    assert.deepEqual(bench.attach().topics, []);
    await settled();
    assert.equal(bench.log.length, 3);
  });

  it('sends no publication whose packet identifier cannot be written, and sends all of them later, in order', async () => {
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

  for (const sessionPresent of [true, false]) {
    const session = sessionPresent ? 'its session' : 'a new session';
    it(`sends none over the next connection either, which has ${session}, until it is written`, async () => {
      const store = new FakeStore();
      const bench = new Bench({}, store);
      bench.accept('a', 2);
      bench.accept('b', 1);
      await settled();
      store.failure = diskFull();
      bench.lose(bench.attach());
      const transport = bench.attach({ sessionPresent });
      await settled();
      assert.deepEqual(transport.packets, []);
      store.failure = undefined;
      bench.clock.advance(RETRY);
      await settled();
      assert.deepEqual(transport.packets, ['PUBLISH a', 'PUBLISH b']);
      assert.ok(transport.published.every(({ dup }) => !dup));
      const identifiers = transport.published.map(({ packetIdentifier }) => packetIdentifier);
      assert.deepEqual(
        store.exchanges.map(({ packetIdentifier }) => packetIdentifier),
        identifiers,
      );
    });
  }

  it('sends in order, however much each connection had room for while the disk was full', async () => {
    const store = new FakeStore();
    const bench = new Bench({}, store);
    for (const topic of ['a', 'b', 'c', 'd']) bench.accept(topic, 1);
    const first = bench.attach({ receiveMaximum: 1 });
    await settled();
    store.failure = diskFull();
    bench.lose(first);
    bench.lose(bench.attach({ sessionPresent: true }));
    const transport = bench.attach({ sessionPresent: true, receiveMaximum: 3 });
    await settled();
    let open = (): void => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    answer(transport, 'a');
    open();
    await settled();
    assert.deepEqual(transport.topics, ['a', 'b', 'c', 'd']);
  });

  it('does not send with a packet identifier that is being written, when an earlier one has been', async () => {
    const store = new FakeStore();
    const bench = new Bench({}, store);
    bench.accept('a', 2);
    await settled();
    let open = (): void => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    bench.lose(bench.attach());
    const transport = bench.attach({ sessionPresent: false });
    const kept: number[] = [];
    const send = transport.send.bind(transport);
    transport.send = (outbound, dup) => {
      kept.push(...store.exchanges.map(({ packetIdentifier }) => packetIdentifier));
      send(outbound, dup);
    };
    open();
    await settled();
    assert.deepEqual(kept, [transport.published[0]?.packetIdentifier]);
  });

  it('sends nothing whose time has passed while it waited for the disk, and the rest with the time that is left', async () => {
    const store = new FakeStore();
    const bench = new Bench({ messageTtl: 60 }, store);
    bench.accept('a', 2);
    bench.accept('b', 1);
    await settled();
    bench.clock.advance(30_000);
    bench.accept('c', 1, { properties: { messageExpiryInterval: 50 } });
    await settled();
    store.failure = diskFull();
    const transport = bench.attach();
    await settled();
    bench.clock.advance(35_000);
    await settled();
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    assert.deepEqual(transport.packets, ['PUBLISH c']);
    assert.equal(transport.published[0]?.question.properties?.messageExpiryInterval, 10);
    assert.deepEqual(bench.log, ['a publication-expired', 'b publication-expired']);
    assert.equal(store.records.length, 1);
    assert.equal(bench.outbox.depth, 1);
  });

  it('sends PUBREL over the next connection once the receipt by the server is written', async () => {
    const { store, bench, first } = await sentBeforeFull();
    first.published[0]?.receive();
    await settled();
    bench.lose(first);
    const transport = bench.attach({ sessionPresent: true });
    await settled();
    assert.deepEqual(transport.packets, []);
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    assert.deepEqual(transport.packets, ['PUBREL a']);
    assert.equal(store.exchanges[0]?.received, true);
  });

  it('sends PUBREL in the order of the publications over the next connection, while a receipt is being written', async () => {
    const store = new FakeStore();
    const bench = new Bench({}, store);
    bench.accept('a', 2);
    bench.accept('b', 2);
    const first = bench.attach();
    await settled();
    let open = (): void => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    for (const sent of first.published) sent.receive();
    bench.lose(first);
    const transport = bench.attach({ sessionPresent: true });
    open();
    await settled();
    assert.deepEqual(transport.packets, ['PUBREL a', 'PUBREL b']);
  });

  it('sends again at once, while the disk is full, what has been sent before', async () => {
    const { bench, first } = await sentBeforeFull();
    bench.lose(first);
    const transport = bench.attach({ sessionPresent: true });
    assert.deepEqual(transport.packets, ['PUBLISH a']);
    assert.equal(transport.published[0]?.dup, true);
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
    assert.equal(store.records.length, 0);
  });

  it('refuses publications while another process has the store, and works when that has ended', async () => {
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

  for (const [why, code] of [
    ['damaged', 'outbox-damaged'],
    ['other-version', 'outbox-other-version'],
  ] as const) {
    it(`reports where an unusable store has been moved (${why}), and works with a new one`, async () => {
      const store = new FakeStore();
      store.aside = { path: 'x.aside', why };
      const bench = new Bench({}, store);
      bench.accept('a');
      await settled();
      assert.deepEqual(codes(bench.thrown), [code]);
      assert.equal(store.records.length, 1);
    });
  }

  it('skips damaged records, and reports their number', async () => {
    const store = new FakeStore();
    const before = new Bench({}, store);
    before.acceptAll('a', 'b', 'c');
    await settled();
    damage(store, 1);
    const after = new Bench({}, store);
    await settled();
    const transport = after.attach();
    await settled();
    assert.deepEqual(transport.topics, ['a', 'c']);
    assert.deepEqual(codes(after.thrown), ['outbox-unreadable']);
    assert.equal(after.outbox.depth, 2);
    assert.equal(store.records.length, 2);
  });

  it('settles publications whose record is damaged or missing as failed', async () => {
    const store = new FakeStore();
    const bench = new Bench({ maxMessages: 10_000 }, store);
    for (let index = 0; index < 3000; index++) bench.accept(`t${index}`);
    await settled();
    const kept = loseSecondHalf(store);
    damage(store, kept.length - 1);
    bench.attach({}, ({ automatic }) => {
      automatic.publish = OK;
    });
    while (bench.outbox.depth > 0) await promisesKept();
    assert.equal(bench.log.length, 3000);
    assert.equal(bench.log.filter((line) => line.endsWith(' ok 0')).length, kept.length - 1);
    assert.equal(bench.log.filter((line) => line.endsWith(' outbox-unreadable')).length, 3001 - kept.length);
    assert.equal(bench.outbox.figures.bytes, 0);
  });

  it('does not wait for records that are gone', async () => {
    const store = new FakeStore();
    const before = new Bench({ maxMessages: 10_000 }, store);
    for (let index = 0; index < 3000; index++) before.accept(`t${index}`, 1);
    await settled();
    const after = new Bench({}, store);
    await settled();
    const kept = loseSecondHalf(store);
    const transport = after.attach({}, ({ automatic }) => {
      automatic.publish = OK;
    });
    for (let turn = 0; turn < 300; turn++) await promisesKept();
    assert.deepEqual(transport.topics, kept);
    assert.equal(after.outbox.depth, 0);
    assert.deepEqual(codes(after.thrown), ['outbox-unreadable']);
  });
});
