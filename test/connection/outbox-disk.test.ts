// An outbox on disk: a publication is accepted when it is written, survives the process, and takes little memory.

import assert from 'node:assert/strict';
import { FakeStore } from '../helpers/fakes/fake-store';
import type { FakeTransport } from '../helpers/fakes/fake-transport';
import { promisesKept } from './connection-bench';
import { answer, Bench, OK } from './outbox-bench';

async function opened(store: FakeStore, limits: ConstructorParameters<typeof Bench>[0] = {}): Promise<Bench> {
  const bench = new Bench({ maxMessages: 100_000, maxBytes: 100_000_000, ...limits }, store);
  await promisesKept();
  return bench;
}

/** Waits until writes and reads have ended. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await promisesKept();
}

function sent(transport: FakeTransport): string[] {
  return transport.published.map(
    ({ packet, question, packetIdentifier, dup }) =>
      `${packet} ${question.topic} ${packetIdentifier}${dup ? ' dup' : ''}`,
  );
}

describe('the outbox on disk', () => {
  describe('accepting', () => {
    it('settles as accepted when the publication is written, and not before', async () => {
      const store = new FakeStore();
      const bench = await opened(store);
      let open = (): void => {};
      store.gate = new Promise((resolve) => {
        open = resolve;
      });
      bench.acceptWith('a', { completeOn: 'queued' });
      await settled();
      assert.deepEqual(bench.log, []);
      open();
      await settled();
      assert.deepEqual(bench.log, ['a ok 0']);
      assert.equal(store.records.length, 1);
    });

    it('writes together the publications that arrive during a write', async () => {
      const store = new FakeStore();
      const bench = await opened(store);
      for (let index = 0; index < 1000; index++) bench.acceptWith(`t${index}`, { completeOn: 'queued' });
      await settled();
      assert.equal(bench.log.length, 1000);
      assert.equal(store.writes, 2);
    });

    it('accepts publications before the store is open', async () => {
      const bench = new Bench({}, new FakeStore());
      bench.acceptAll('a', 'b');
      const transport = bench.attach();
      assert.deepEqual(transport.topics, []);
      await settled();
      assert.deepEqual(transport.topics, ['a', 'b']);
    });

    it('counts publications of earlier processes against its limits', async () => {
      const store = new FakeStore();
      (await opened(store)).acceptAll('a', 'b');
      await settled();
      const bench = await opened(store, { maxMessages: 3 });
      bench.acceptAll('c', 'd');
      assert.deepEqual(bench.log, ['d outbox-full']);
      assert.equal(bench.outbox.depth, 3);
    });

    it('drops the oldest, even when more arrive at once than are in memory', async () => {
      const store = new FakeStore();
      const bench = await opened(store, { maxMessages: 10, overflow: 'dropOldest' });
      for (let index = 0; index < 5000; index++) bench.accept(`t${index}`);
      await settled();
      assert.equal(bench.outbox.depth, 10);
      assert.equal(bench.log.length, 4990);
      const transport = bench.attach();
      await settled();
      assert.deepEqual(transport.topics[0], 't4990');
      assert.equal(store.records.length, 10);
    });
  });

  describe('sending', () => {
    it('writes the packet identifier before it sends, and deletes the publication when it is acknowledged', async () => {
      const store = new FakeStore();
      const bench = await opened(store);
      const transport = bench.attach();
      bench.accept('a');
      await settled();
      assert.deepEqual(sent(transport), ['publish a 1']);
      assert.deepEqual(store.exchanges, [{ packetIdentifier: 1, received: false }]);
      answer(transport, 'a');
      assert.deepEqual(bench.log, ['a ok 0']);
      await settled();
      assert.deepEqual([store.records.length, store.exchanges.length], [0, 0]);
    });

    it('writes that the server has received it before PUBREL goes out', async () => {
      const store = new FakeStore();
      const bench = await opened(store);
      const transport = bench.attach();
      bench.accept('a', 2);
      await settled();
      transport.published[0]?.receive();
      assert.deepEqual(transport.packets, ['PUBLISH a']);
      await settled();
      assert.deepEqual(transport.packets, ['PUBLISH a', 'PUBREL a']);
      assert.equal(store.exchanges[0]?.received, true);
    });

    it('keeps the order across all QoS', async () => {
      const bench = await opened(new FakeStore());
      const topics = Array.from({ length: 300 }, (_, index) => `t${index}`);
      const transport = bench.attach({}, ({ automatic }) => {
        automatic.publish = OK;
      });
      for (const [index, topic] of topics.entries()) {
        bench.accept(topic, index % 7 === 0 ? 0 : index % 2 === 0 ? 1 : 0);
        if (index % 31 === 0) await promisesKept();
      }
      await settled();
      assert.deepEqual(transport.topics, topics);
      assert.equal(bench.log.length, 300);
    });

    it('has no more than 2,500 in memory, however many wait, and drains all of them in order', async () => {
      const store = new FakeStore();
      const bench = await opened(store);
      for (let index = 0; index < 20_000; index++) bench.acceptWith(`t${index}`, { completeOn: 'queued' });
      await settled();
      const received: string[] = [];
      const transport = bench.attach({}, ({ automatic }) => {
        automatic.publish = OK;
      });
      while (bench.outbox.depth > 0) await promisesKept();
      received.push(...transport.topics);
      assert.equal(received.length, 20_000);
      assert.ok(received.every((topic, index) => topic === `t${index}`));
      assert.ok(store.largestRead <= 1000, String(store.largestRead));
      await settled();
      assert.equal(store.records.length, 0);
    });

    it('settles for each caller that waits, however far back its publication was', async () => {
      const bench = await opened(new FakeStore());
      for (let index = 0; index < 3000; index++) bench.accept(`t${index}`);
      await settled();
      bench.attach({}, ({ automatic }) => {
        automatic.publish = OK;
      });
      while (bench.outbox.depth > 0) await promisesKept();
      assert.equal(bench.log.length, 3000);
    });

    it('sends in order after the session was lost, although some were sent more often than others', async () => {
      const bench = await opened(new FakeStore());
      for (const topic of ['a', 'b', 'c']) bench.accept(topic, 2);
      const first = bench.attach();
      await settled();
      bench.lose(first);
      bench.lose(bench.attach({ sessionPresent: true, receiveMaximum: 1 }));
      const last = bench.attach({ sessionPresent: false });
      await settled();
      assert.deepEqual(sent(last), ['publish a 4', 'publish b 5', 'publish c 6']);
    });
  });

  describe('after the end of the process', () => {
    it('sends unacknowledged publications again with dup when the session continues', async () => {
      const store = new FakeStore();
      const before = await opened(store);
      before.acceptAll('a', 'b');
      before.accept('c', 2);
      before.accept('d', 2);
      const transport = before.attach();
      await settled();
      answer(transport, 'a');
      transport.published[2]?.receive();
      transport.fill();
      before.accept('e', 0);
      await settled();
      const after = await opened(store);
      await settled();
      const again = after.attach({ sessionPresent: true });
      await settled();
      assert.deepEqual(sent(again).slice(0, 3), ['publish b 2 dup', 'pubrel c 3', 'publish d 4 dup']);
      assert.deepEqual(again.topics.slice(3), ['e']);
    });

    it('sends them as new ones when the session is lost', async () => {
      const store = new FakeStore();
      const before = await opened(store);
      before.accept('a', 2);
      before.attach();
      await settled();
      const after = await opened(store);
      const again = after.attach();
      await settled();
      assert.deepEqual(
        again.published.map(({ packet, dup }) => [packet, dup]),
        [['publish', false]],
      );
      assert.equal(store.exchanges.length, 1);
    });

    it('sends them as new ones when the session was lost before the store was open', async () => {
      const store = new FakeStore();
      const before = await opened(store);
      before.accept('a', 2);
      before.attach().published[0]?.receive();
      await settled();
      const after = new Bench({}, store);
      const again = after.attach();
      await settled();
      assert.deepEqual(
        again.published.map(({ packet, dup }) => [packet, dup]),
        [['publish', false]],
      );
    });

    it('reports a loss at the node that published it', async () => {
      const store = new FakeStore();
      (await opened(store)).acceptWith('a', { origin: 'node' });
      await settled();
      const after = await opened(store);
      const transport = after.attach();
      await settled();
      answer(transport, 'a', 0x97);
      assert.deepEqual(
        after.lost.map(({ origin, publication }) => [origin, publication.topic]),
        [['node', 'a']],
      );
    });

    it('expires publications that have become too old meanwhile', async () => {
      const store = new FakeStore();
      (await opened(store, { messageTtl: 10 })).acceptAll('a', 'b');
      await settled();
      const after = await opened(store);
      await settled();
      after.clock.advance(12_000);
      assert.equal(after.lost.length, 2);
      assert.equal(after.outbox.depth, 0);
    });
  });

  describe('with an expiry interval of the message', () => {
    it('continues its countdown over the end of the process', async () => {
      const store = new FakeStore();
      (await opened(store)).accept('a', 1, { properties: { messageExpiryInterval: 60 } });
      await settled();
      const after = await opened(store);
      await settled();
      after.clock.advance(12_400);
      const transport = after.attach();
      await settled();
      assert.deepEqual(transport.published[0]?.question.properties, { messageExpiryInterval: 48 });
    });

    it('counts down from its own interval, whatever the outbox lets it wait', async () => {
      const store = new FakeStore();
      const limits = { messageTtl: 20 };
      (await opened(store, limits)).accept('a', 1, { properties: { messageExpiryInterval: 60 } });
      await settled();
      const after = await opened(store, limits);
      await settled();
      after.clock.advance(12_400);
      const transport = after.attach();
      await settled();
      assert.deepEqual(transport.published[0]?.question.properties, { messageExpiryInterval: 48 });
    });
  });

  describe('closing', () => {
    it('keeps waiting publications, and tells their callers', async () => {
      const store = new FakeStore();
      const bench = await opened(store);
      bench.acceptAll('a', 'b');
      await settled();
      bench.accept('late');
      const closed = bench.outbox.close();
      await settled();
      assert.deepEqual(bench.log, ['a publication-kept', 'b publication-kept', 'late publication-kept']);
      // The flow is given a moment to answer.
      bench.clock.advance(100);
      assert.equal(await closed, 0);
      assert.equal(store.records.length, 3);
      bench.accept('c');
      assert.equal(bench.log.at(-1), 'c connection-closed');
    });
  });
});
