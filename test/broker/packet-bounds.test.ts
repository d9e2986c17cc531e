// The limits of packets: their size in both directions, what is incomplete, and what one may hold.

import assert from 'node:assert/strict';
import { generate, type Packet } from 'mqtt-packet';
import { type BenchOptions, BrokerBench, type TestClient } from './broker-bench';
import { SlowStore } from './slow-store';

/** A session that outlives its connection, and is stored. */
const KEPT = { clean: false, properties: { sessionExpiryInterval: 1000 } } as const;

describe('broker: bounds', () => {
  let bench: BrokerBench;
  async function start(settings: BenchOptions['settings'], store?: SlowStore): Promise<void> {
    bench = await BrokerBench.start({ settings, ...(store && { store }) });
  }
  afterEach(() => bench.close());

  it('end the connection of a client with a larger packet than it was told, with 0x95', async () => {
    await start({ maximumPacketSize: 100 });
    const client = bench.open();
    client.connect('client');
    assert.equal((await client.next('connack')).properties?.maximumPacketSize, 100);
    await client.publish('t', 'x'.repeat(50), { qos: 1 });
    client.send({ cmd: 'publish', topic: 't', payload: 'x'.repeat(100), qos: 0, retain: false, dup: false });
    assert.equal((await client.next('disconnect')).reasonCode, 0x95);
    await client.closed;
  });

  it('send no packet above the maximum of a client, and send those that follow', async () => {
    await start({});
    const client = await bench.connect('client', { properties: { maximumPacketSize: 60, receiveMaximum: 1 } });
    await client.subscribe('t', { qos: 2 });
    const publisher = await bench.connect('publisher');
    for (const qos of [0, 1, 2] as const) await publisher.publish('t', 'x'.repeat(60), { qos });
    await publisher.publish('t', 'small', { qos: 1 });
    assert.deepEqual(await client.messages(1), ['t=small']);
    await client.quiet();
  });

  it('end the connection of a client with a large incomplete packet where those of all have no more room, with 0x97', async () => {
    await start({ unfinishedBytes: 1_000_000 });
    const packet = (bytes: number): Buffer =>
      generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, retain: false, dup: false });
    const begin = async (clientId: string, bytes: number): Promise<TestClient> => {
      const client = await bench.connect(clientId, { protocolVersion: 4 });
      const large = packet(bytes).subarray(0, -1);
      for (let at = 0; at < large.length; at += 50_000) client.stream.write(large.subarray(at, at + 50_000));
      return client;
    };
    const first = await begin('first', 700_000);
    const second = await begin('second', 700_000);
    await second.closed;
    // There is room again, for small ones at any time.
    const third = await begin('third', 200_000);
    const watcher = await bench.connect('watcher');
    await watcher.subscribe('t');
    for (const client of [third, first]) client.stream.write(Buffer.alloc(1));
    const sizes = [(await watcher.next('publish')).payload.length, (await watcher.next('publish')).payload.length];
    assert.deepEqual(sizes, [200_000, 700_000]);
    // What a client leaves unfinished is free when it goes.
    (await begin('fourth', 700_000)).drop();
    await watcher.quiet();
    const last = await begin('fifth', 900_000);
    last.stream.write(Buffer.alloc(1));
    assert.equal((await watcher.next('publish')).payload.length, 900_000);
  });

  for (const [version, badIdentifier, badName] of [
    [5, 0x85, 0x86],
    [4, 2, 4],
    [3, 2, 4],
  ] as const) {
    it(`refuse client identifiers of more than 1,000 characters and user names of more than 4,000, with MQTT level ${version}`, async () => {
      await start({});
      const answer = async (clientId: string, username: string): Promise<number | undefined> => {
        const client = bench.open(version);
        client.connect(clientId, { username });
        const { reasonCode, returnCode } = await client.next('connack');
        return reasonCode ?? returnCode;
      };
      const identifier = 'x'.repeat(1000);
      const name = 'x'.repeat(4000);
      assert.equal(await answer(identifier, name), 0);
      assert.equal(await answer(`${identifier}x`, name), badIdentifier);
      assert.equal(await answer(identifier, `${name}x`), badName);
    });
  }

  it('leave out the reason of DISCONNECT and CONNACK, and the response information, above the maximum of a client', async () => {
    await start({});
    const properties = { maximumPacketSize: 30 };
    const sizes: number[] = [];
    const open = (clientId: string, options: Parameters<TestClient['connect']>[1]): TestClient => {
      const client = bench.open();
      client.stream.on('data', ({ length }: Buffer) => sizes.push(length));
      client.connect(clientId, options);
      return client;
    };
    const first = open('client', { properties: { ...properties, requestResponseInformation: true } });
    assert.equal((await first.next('connack')).properties?.responseInformation, undefined);
    // Another one takes its place.
    await bench.connect('client');
    const { reasonCode: why, properties: ending } = await first.next('disconnect');
    assert.deepEqual([why, ending?.reasonString], [0x8e, undefined]);
    const other = open('other', { properties: { ...properties, authenticationMethod: 'x' } });
    const { reasonCode, properties: told } = await other.next('connack');
    assert.deepEqual([reasonCode, told?.reasonString], [0x8c, undefined]);
    assert.ok(Math.max(...sizes) <= 30, `${sizes}`);
  });

  it('leave out a reason that is longer than a text of MQTT may be', async () => {
    bench = await BrokerBench.start({ access: { mayPublish: () => false } });
    const client = bench.open();
    const topic = 'x'.repeat(65_535);
    client.connect('client', { will: { topic, payload: Buffer.from('x'), qos: 0, retain: false } });
    assert.equal((await client.next('connack')).reasonCode, 0x87);
  });

  it('send what waits behind a QoS 2 publication of a stored session that is above the maximum of the client', async () => {
    const store = new SlowStore();
    await start({}, store);
    const properties = { ...KEPT.properties, maximumPacketSize: 60, receiveMaximum: 1 };
    const client = await bench.connect('client', { ...KEPT, properties });
    await client.subscribe('t', { qos: 2 });
    const publisher = await bench.connect('publisher');
    // The large one has its place until it may be sent, which is when it is stored.
    store.hold();
    for (const [messageId, payload] of [
      [1, 'x'.repeat(60)],
      [2, 'small'],
    ] as const) {
      publisher.send({ cmd: 'publish', topic: 't', payload, qos: 2, messageId, retain: false, dup: false });
    }
    await publisher.quiet();
    store.go();
    assert.deepEqual(await client.messages(1), ['t=small']);
  });

  it('assign no alias with a packet that is too large to be sent', async () => {
    await start({});
    const properties = { maximumPacketSize: 60, topicAliasMaximum: 5 };
    const client = await bench.connect('client', { properties });
    await client.subscribe('topic');
    const publisher = await bench.connect('publisher');
    await publisher.publish('topic', 'x'.repeat(60));
    await publisher.publish('topic', 'small');
    assert.deepEqual(await client.messages(1), ['topic=small']);
  });

  for (const cmd of ['subscribe', 'unsubscribe'] as const) {
    it(`end the connection of a client with more than 20,000 filters in one ${cmd}, with 0x97`, async () => {
      await start({});
      const client = await bench.connect('client');
      const packet = (count: number): Packet => {
        const topics = Array.from({ length: count }, (_, number) => String(number));
        const subscriptions = topics.map((topic) => ({ topic, qos: 0 as const }));
        return cmd === 'subscribe'
          ? { cmd, messageId: 1, subscriptions }
          : { cmd, messageId: 1, unsubscriptions: topics };
      };
      client.send(packet(20_000));
      const { granted } = await client.next(cmd === 'subscribe' ? 'suback' : 'unsuback');
      assert.equal(granted.length, 20_000);
      client.send(packet(20_001));
      assert.equal((await client.next('disconnect')).reasonCode, 0x97);
      await client.closed;
    });
  }

  it('end the connection of a client with more than 64 KB of user properties in SUBSCRIBE or DISCONNECT, with 0x97', async () => {
    await start({});
    const properties = (bytes: number) => ({ userProperties: { a: Array<string>(bytes / 6).fill('') } });
    const subscribing = await bench.connect('client');
    const subscriptions = [{ topic: 't', qos: 0 as const }];
    subscribing.send({ cmd: 'subscribe', messageId: 1, subscriptions, properties: properties(60_000) });
    await subscribing.next('suback');
    subscribing.send({ cmd: 'subscribe', messageId: 2, subscriptions, properties: properties(66_000) });
    assert.equal((await subscribing.next('disconnect')).reasonCode, 0x97);
    const leaving = await bench.connect('client');
    leaving.send({ cmd: 'disconnect', reasonCode: 0, properties: properties(66_000) });
    assert.equal((await leaving.next('disconnect')).reasonCode, 0x97);
  });
});
