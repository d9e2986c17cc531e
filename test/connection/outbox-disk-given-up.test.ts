// Publications at QoS 2 on disk that are given up after they were sent: their exchanges outlive the process.

import assert from 'node:assert/strict';
import { diskFull, FakeStore } from '../helpers/fakes/fake-store';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { promisesKept } from './connection-bench';
import { Bench, OK } from './outbox-bench';

const SESSION = { sessionPresent: true };
const RETRY = 5000;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await promisesKept();
}

async function opened(store: FakeStore): Promise<Bench> {
  const bench = new Bench({}, store);
  await settled();
  return bench;
}

function sent(transport: FakeTransport): string[] {
  return transport.published.map(({ packet, packetIdentifier }) => `${packet} ${packetIdentifier}`);
}

/** A publication at QoS 2 is sent, the connection lost before PUBREC comes, and the outbox cleared. */
async function givenUp(store: FakeStore): Promise<Bench> {
  const bench = await opened(store);
  bench.accept('a', 2);
  const transport = bench.attach();
  await settled();
  bench.lose(transport);
  bench.outbox.clear();
  assert.deepEqual(bench.log, ['a publication-cleared']);
  await settled();
  return bench;
}

describe('the outbox on disk, with publications that are given up', () => {
  it('ends their exchanges after the end of the process, and gives their identifiers to no others before', async () => {
    const store = new FakeStore();
    await givenUp(store);
    const bench = await opened(store);
    assert.equal(bench.outbox.depth, 0);
    const transport = bench.attach(SESSION);
    bench.accept('new', 2);
    await settled();
    assert.deepEqual(sent(transport), ['pubrel 1', 'publish 2']);
    transport.published[0]?.answer(OK);
    await settled();
    assert.ok(!sent((await opened(store)).attach(SESSION)).includes('pubrel 1'), 'once');
  });

  it('keeps nothing else of them', async () => {
    const store = new FakeStore();
    await givenUp(store);
    assert.deepEqual([store.chunks.size, store.marks.size], [0, 0]);
    assert.deepEqual(store.givenUp, [1]);
  });

  it('ends their exchanges when the store opens after the connection', async () => {
    const store = new FakeStore();
    await givenUp(store);
    const bench = new Bench({}, store);
    const transport = bench.attach(SESSION);
    await settled();
    assert.deepEqual(sent(transport), ['pubrel 1']);
  });

  it('sends PUBREL once it is written that they are given up: they must not be sent again after it', async () => {
    const store = new FakeStore();
    const bench = await opened(store);
    bench.accept('a', 2);
    bench.accept('b', 2);
    const first = bench.attach();
    await settled();
    bench.lose(first);
    const transport = bench.attach({ ...SESSION, receiveMaximum: 1 });
    await settled();
    let open = (): void => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    bench.outbox.clear();
    await settled();
    assert.deepEqual(sent(transport), ['publish 1']);
    open();
    await settled();
    assert.deepEqual(sent(transport), ['publish 1', 'pubrel 2']);
    assert.equal(store.records.length, 1);
  });

  /** The disk is full when a publication is given up. */
  async function givenUpOnFullDisk(store: FakeStore): Promise<Bench> {
    const bench = await opened(store);
    bench.accept('a', 2);
    const transport = bench.attach();
    await settled();
    bench.lose(transport);
    store.failure = diskFull();
    bench.outbox.clear();
    await settled();
    assert.deepEqual(bench.log, ['a publication-cleared']);
    return bench;
  }

  it('sends PUBREL when the disk is no longer full', async () => {
    const store = new FakeStore();
    const bench = await givenUpOnFullDisk(store);
    const transport = bench.attach(SESSION);
    await settled();
    assert.deepEqual(sent(transport), []);
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    assert.deepEqual(sent(transport), ['pubrel 1']);
  });

  it('sends no PUBREL when the session was lost while the disk was full', async () => {
    const store = new FakeStore();
    const bench = await givenUpOnFullDisk(store);
    bench.lose(bench.attach({ sessionPresent: false }));
    const transport = bench.attach(SESSION);
    store.failure = undefined;
    bench.clock.advance(RETRY);
    await settled();
    assert.deepEqual(sent(transport), []);
    assert.deepEqual(store.givenUp, []);
  });

  it('forgets their exchanges when the session is lost', async () => {
    const store = new FakeStore();
    await givenUp(store);
    const bench = await opened(store);
    bench.lose(bench.attach({ sessionPresent: false }));
    assert.deepEqual(sent(bench.attach(SESSION)), []);
    await settled();
    assert.deepEqual(store.givenUp, []);
  });

  it('forgets them on disk when the session was lost before the store was open', async () => {
    const store = new FakeStore();
    await givenUp(store);
    new Bench({}, store).attach({ sessionPresent: false });
    await settled();
    assert.deepEqual(store.givenUp, []);
  });
});
