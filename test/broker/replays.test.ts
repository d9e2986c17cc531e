// Retained messages for a subscription whose client reads slowly: which of them it still gets when it subscribes again, ends
// the subscription, connects again, or may no longer read them.

import assert from 'node:assert/strict';
import type { Reading } from '#src/broker/clients/access';
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
});
