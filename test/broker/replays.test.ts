// Retained messages for a subscription whose client reads slowly: which of them it still gets when it subscribes again, ends
// the subscription, connects again, or may no longer read them.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Reading } from '#src/broker/clients/access';
import { memoryInUse } from '../helpers/process/heap';
import { BrokerBench, type TestClient, textOf } from './broker-bench';
import { SlowStore } from './slow-store';

/** A session that outlives its connection, with a client that takes one publication at a time. */
const ONE_BY_ONE = { clean: false, properties: { sessionExpiryInterval: 1000, receiveMaximum: 1 } } as const;
const TOPICS = ['r/1', 'r/2', 'r/3', 'r/4', 'r/5'];
const ALL = TOPICS.map((topic) => `${topic}=kept`);

describe('broker: replays of retained messages', () => {
  const store = new SlowStore();
  let bench: BrokerBench;
  let client: TestClient;
  let reading: Reading;
  /** Topics that the client may not be given. */
  let secret: string[];

  beforeEach(async () => {
    reading = 'all';
    secret = [];
    store.kept.clear();
    const access = { reading: () => reading, mayReceive: (_: unknown, topic: string) => !secret.includes(topic) };
    bench = await BrokerBench.start({ access, store });
    const publisher = await bench.connect('publisher');
    for (const topic of TOPICS) await publisher.publish(topic, 'kept', { qos: 1, retain: true });
    client = await bench.connect('client', ONE_BY_ONE);
  });
  afterEach(() => bench.close());

  /** Takes one publication, and acknowledges it later. */
  async function take(from = client): Promise<{ readonly text: string; readonly acknowledge: () => void }> {
    const publication = await from.next('publish');
    const { messageId = 0 } = publication;
    return { text: textOf(publication), acknowledge: () => from.send({ cmd: 'puback', messageId }) };
  }

  /** Takes `count` publications, each after the one before is acknowledged, and the last one not. */
  async function takeAll(count: number, from = client): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const { text, acknowledge } = await take(from);
      texts.push(text);
      acknowledge();
    }
    await from.quiet();
    return texts.sort();
  }

  async function back(): Promise<TestClient> {
    client.drop();
    return await bench.connect('client', ONE_BY_ONE);
  }

  it('begin again when the client subscribes again, and do not add up', async () => {
    await client.subscribe('r/#', { qos: 1 });
    const first = await take();
    for (const _ of [1, 2, 3]) await client.subscribe('r/#', { qos: 1 });
    first.acknowledge();
    assert.deepEqual(await takeAll(TOPICS.length), ALL);
  });

  it('go on when the client subscribes again without wanting what is retained', async () => {
    await client.subscribe('r/#', { qos: 1 });
    const first = await take();
    await client.subscribe('r/#', { qos: 1, rh: 1 });
    first.acknowledge();
    assert.deepEqual([first.text, ...(await takeAll(TOPICS.length - 1))].sort(), ALL);
  });

  it('end with the subscription', async () => {
    await client.subscribe('r/#', { qos: 1 });
    const first = await take();
    client.send({ cmd: 'unsubscribe', messageId: 100, unsubscriptions: ['r/#'] });
    await client.next('unsuback');
    first.acknowledge();
    await client.quiet();
  });

  it('do not begin when the client has unsubscribed before it was answered', async () => {
    store.hold();
    client.send({ cmd: 'subscribe', messageId: 100, subscriptions: [{ topic: 'r/#', qos: 1 }] });
    client.send({ cmd: 'unsubscribe', messageId: 101, unsubscriptions: ['r/#'] });
    await client.quiet();
    store.go();
    await client.next('unsuback');
    await client.quiet();
  });

  it('leave out what was published before the subscription was answered, which came as a new message', async () => {
    store.hold();
    client.send({ cmd: 'subscribe', messageId: 100, subscriptions: [{ topic: 'r/1', qos: 0 }] });
    const publisher = await bench.connect('another');
    await publisher.publish('r/1', 'live', { retain: true });
    assert.deepEqual(await client.messages(1), ['r/1=live']);
    store.go();
    await client.next('suback');
    await client.quiet();
  });

  it('go on when the client is back, and begin again when it subscribes', async () => {
    await client.subscribe('r/#', { qos: 1 });
    await take();
    client = await back();
    const first = await take();
    first.acknowledge();
    assert.notEqual((await take()).text, first.text);
    client = await back();
    const again = await take();
    await client.subscribe('r/#', { qos: 1 });
    again.acknowledge();
    assert.deepEqual(await takeAll(TOPICS.length), ALL);
  });

  it('leave out what the client may not read any more', async () => {
    await client.subscribe('r/#', { qos: 1 });
    const first = await take();
    // The replay has begun with a subscription that is not the present one.
    await client.subscribe('r/#', { qos: 1, rh: 2 });
    secret = TOPICS;
    reading = 'some';
    bench.broker.accessChanged(() => true);
    first.acknowledge();
    await client.quiet();
  });

  it('leave out what was published after the client had subscribed, which it gets as a new message', async () => {
    await client.subscribe('r/1', { qos: 1 });
    const first = await take();
    await client.subscribe('new/#', { qos: 1 });
    const publisher = await bench.connect('another');
    await publisher.publish('new/1', 'live', { qos: 1, retain: true });
    first.acknowledge();
    assert.deepEqual(await takeAll(1), ['new/1=live']);
  });

  it('come oldest first, and go on there after a minute and when the client is back', async () => {
    const publisher = await bench.connect('another');
    // The topic is the oldest, and its message is not.
    await publisher.publish('r/1', 'again', { qos: 1, retain: true });
    await client.subscribe('r/#', { qos: 1 });
    const first = await take();
    bench.clock.advance(61);
    first.acknowledge();
    const second = await take();
    client = await back();
    const again = await take();
    again.acknowledge();
    assert.deepEqual([first.text, second.text, again.text], ['r/2=kept', 'r/3=kept', 'r/3=kept']);
    for (const text of ['r/4=kept', 'r/5=kept', 'r/1=again']) {
      const next = await take();
      assert.equal(next.text, text);
      next.acknowledge();
    }
    await client.quiet();
  });

  it('keep no message that others have replaced for clients that acknowledge nothing, or are gone', async () => {
    const publisher = await bench.connect('another');
    const replace = async (): Promise<void> => {
      for (const topic of TOPICS.slice(1)) await publisher.publish(topic, Buffer.alloc(100_000), { retain: true });
      await publisher.quiet();
    };
    await replace();
    const before = memoryInUse();
    const all: TestClient[] = [];
    for (let number = 0; number < 10; number++) {
      const stuck = await bench.connect(`stuck ${number}`, ONE_BY_ONE);
      await stuck.subscribe('r/#', { qos: 1 });
      assert.equal((await stuck.next('publish')).topic, 'r/1');
      if (number % 2 === 0) stuck.drop();
      await replace();
      all.push(stuck);
      for (const each of all) each.forget();
    }
    for (let second = 0; second < 61; second++) bench.clock.advance(1);
    await publisher.quiet();
    // 400 kB are retained, and as much was for each of them. What a collection has freed is counted a moment later.
    const most = 1_500_000;
    let more = most;
    for (let collections = 0; collections < 50 && more >= most; collections++) {
      await turn();
      more = memoryInUse() - before;
    }
    assert.ok(more < most, `${more} bytes`);
  });
});
