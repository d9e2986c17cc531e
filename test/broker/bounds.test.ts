// The limits of clients and broker: packet sizes, retained messages, and what clients do not acknowledge.

import assert from 'node:assert/strict';
import { generate, type Packet } from 'mqtt-packet';
import type { Refusal } from '#src/broker/clients/broker-listener';
import type { ClientReport } from '#src/broker/clients/client-report';
import { type BenchOptions, BrokerBench, type TestClient, textOf } from './broker-bench';
import { SlowStore } from './slow-store';

/** A session that outlives its connection, and is stored. */
const KEPT = { clean: false, properties: { sessionExpiryInterval: 1000 } } as const;

describe('broker: bounds', () => {
  let bench: BrokerBench;
  let full: number;
  let dropping: string[];
  let refusals: Refusal[];
  async function start(settings: BenchOptions['settings'], store?: SlowStore): Promise<void> {
    full = 0;
    dropping = [];
    refusals = [];
    bench = await BrokerBench.start({
      settings,
      listener: {
        retainedFull: () => void full++,
        dropping: (clientId) => void dropping.push(clientId),
        refused: (refusal) => void refusals.push(refusal),
      },
      ...(store && { store }),
    });
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

  /** A stored session whose client reads, and acknowledges nothing yet. */
  async function hesitant(clientId: string): Promise<TestClient> {
    const client = await bench.connect(clientId, KEPT);
    await client.subscribe('t', { qos: 1 });
    return client;
  }

  function reportOf(clientId: string): ClientReport {
    const found = bench.broker.clients().find((client) => client.clientId === clientId);
    assert.ok(found, clientId);
    return found;
  }

  it('hold no more bytes that a client has not acknowledged than half of those that may wait for it', async () => {
    await start({ waiting: { count: 1000, bytes: 10_000 } });
    const client = await hesitant('client');
    const publisher = await bench.connect('publisher');
    for (let number = 1; number <= 20; number++) {
      await publisher.publish('t', String(number).padEnd(1000, '.'), { qos: 1 });
    }
    const { inFlight, queued, dropped } = reportOf('client');
    assert.deepEqual({ inFlight, queued, dropped }, { inFlight: 4, queued: 8, dropped: 8 });
    client.drop();
    const back = bench.open();
    back.acknowledges = true;
    back.connect('client', KEPT);
    const texts = await back.messages(12);
    assert.deepEqual(
      texts.map((text) => Number.parseInt(text.slice(2), 10)),
      [1, 2, 3, 4, 13, 14, 15, 16, 17, 18, 19, 20],
    );
    await back.quiet();
    assert.equal(reportOf('client').inFlight, 0);
  });

  it('limit what all clients together have not acknowledged', async () => {
    const [first, second] = ['x'.repeat(200_000), 'y'.repeat(200_000)];
    await start({ waitingBytes: 900_000 });
    const publisher = await bench.connect('publisher');
    for (const clientId of ['a', 'b', 'c']) await hesitant(clientId);
    await publisher.publish('t', first, { qos: 1 });
    await publisher.publish('t', second, { qos: 1 });
    const reports = ['a', 'b', 'c'].map(reportOf);
    assert.deepEqual(
      reports.map(({ inFlight, queued, dropped }) => [inFlight, queued, dropped]),
      [
        [2, 0, 0],
        [2, 0, 0],
        [1, 1, 0],
      ],
    );
  });

  it('send a client no less because messages for absent ones fill all room', async () => {
    await start({ waitingBytes: 1_000_000 });
    const absent = await hesitant('absent');
    absent.drop();
    const publisher = await bench.connect('publisher');
    for (let number = 0; number < 12; number++) await publisher.publish('t', 'x'.repeat(100_000), { qos: 1 });
    await hesitant('client');
    for (let number = 0; number < 6; number++) await publisher.publish('t', 'x'.repeat(100_000), { qos: 1 });
    const { inFlight, dropped } = reportOf('client');
    assert.deepEqual({ inFlight, dropped }, { inFlight: 6, dropped: 0 });
    assert.ok(reportOf('absent').dropped > 0);
  });

  it('keep 16 KB for each client while absent ones fill all room', async () => {
    await start({ waitingBytes: 100_000 });
    for (const clientId of ['full', 'other']) {
      const client = await bench.connect(clientId, KEPT);
      await client.subscribe(clientId, { qos: 1 });
      await client.disconnect();
    }
    const publisher = await bench.connect('publisher');
    for (let number = 0; number < 12; number++) await publisher.publish('full', 'x'.repeat(10_000), { qos: 1 });
    for (let number = 0; number < 5; number++)
      await publisher.publish('other', String(number).repeat(5000), { qos: 1 });
    const { queued, dropped } = reportOf('other');
    assert.deepEqual({ queued, dropped }, { queued: 3, dropped: 2 });
    const back = await bench.connect('other', KEPT);
    const texts = await back.messages(3);
    assert.deepEqual(
      texts.map((text) => text.slice(0, 7)),
      ['other=2', 'other=3', 'other=4'],
    );
  });

  it('send a client one publication of any size at a time', async () => {
    await start({ waiting: { count: 1000, bytes: 10_000 }, waitingBytes: 1000 });
    const client = await hesitant('client');
    const publisher = await bench.connect('publisher');
    await publisher.publish('t', 'large'.padEnd(20_000, '.'), { qos: 1 });
    const { messageId = 0, payload } = await client.next('publish');
    assert.equal(payload.length, 20_000);
    client.send({ cmd: 'puback', messageId });
    await publisher.publish('t', 'next'.padEnd(20_000, '.'), { qos: 1 });
    assert.match(textOf(await client.next('publish')), /^t=next/);
  });

  it('drop a publication alone that is larger than all that may wait for a client', async () => {
    await start({ waiting: { count: 1000, bytes: 10_000 } });
    const client = await hesitant('away');
    await client.disconnect();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t', 'before', { qos: 1 });
    await publisher.publish('t', 'x'.repeat(10_000), { qos: 1 });
    await publisher.publish('t', 'after', { qos: 1 });
    const { queued, dropped } = reportOf('away');
    assert.deepEqual({ queued, dropped, dropping }, { queued: 2, dropped: 1, dropping: ['away'] });
    const back = await bench.connect('away', KEPT);
    assert.deepEqual(await back.messages(2), ['t=before', 't=after']);
    await back.quiet();
  });

  it('count the subscription identifiers of what waits for a client with many filters that match', async () => {
    await start({ waiting: { count: 1000, bytes: 100_000 } });
    const away = await bench.connect('away', KEPT);
    const levels = 10;
    const subscriptions = Array.from({ length: 2 ** levels }, (_, number) => {
      const names = Array.from({ length: levels }, (__, level) => ((number >> level) & 1 ? '+' : 'x'));
      return { topic: names.join('/'), qos: 1 as const };
    });
    away.send({ cmd: 'subscribe', messageId: 1, subscriptions, properties: { subscriptionIdentifier: 1 } });
    await away.next('suback');
    await away.disconnect();
    const publisher = await bench.connect('publisher');
    const topic = Array<string>(levels).fill('x').join('/');
    for (let number = 0; number < 20; number++) await publisher.publish(topic, String(number), { qos: 1 });
    // Each takes more than 8 KB.
    assert.equal(reportOf('away').queued, 11);
    const back = await bench.connect('away', KEPT);
    const { properties } = await back.next('publish');
    assert.equal([properties?.subscriptionIdentifier].flat().length, subscriptions.length);
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

  for (const retained of [
    { count: 2, bytes: 1_000_000 },
    { count: 100, bytes: 5000 },
  ]) {
    it(`refuse another retained message with 0x97 beyond ${JSON.stringify(retained)}`, async () => {
      await start({ retained });
      const payload = 'x'.repeat(2000);
      const client = await bench.connect('client');
      await client.subscribe('c');
      await client.publish('a', payload, { qos: 1, retain: true });
      await client.publish('b', payload, { qos: 1, retain: true });
      assert.equal(await client.publish('c', payload, { qos: 1, retain: true }), 0x97);
      assert.equal(await client.publish('c', payload, { qos: 2, retain: true }), 0x97);
      assert.equal(full, 1);
      // There is room in place of another one, and after one was deleted.
      assert.ok((await client.publish('a', payload, { qos: 1, retain: true })) < 0x80);
      await client.publish('b', '', { qos: 1, retain: true });
      assert.ok((await client.publish('c', payload, { qos: 1, retain: true })) < 0x80);
      await client.publish('d', payload, { qos: 1, retain: true });
      assert.equal(full, 2);
    });
  }

  it('refuse to retain topics whose levels need more memory than there is', async () => {
    await start({ retained: { count: 100, bytes: 20_000 } });
    const client = await bench.connect('client');
    const deep = (name: string): string => `${name}${'/'.repeat(60)}`;
    const retain = (topic: string, payload: string) => client.publish(topic, payload, { qos: 1, retain: true });
    assert.ok((await retain(deep('a'), 'x')) < 0x80);
    assert.equal(await retain(deep('b'), 'x'), 0x97);
    // Below levels that are there, others need little.
    assert.ok((await retain(`${deep('a')}/next`, 'x')) < 0x80);
    for (const topic of [deep('a'), `${deep('a')}/next`]) await retain(topic, '');
    assert.ok((await retain(deep('b'), 'x')) < 0x80);
  });

  describe('for topics with many levels', () => {
    const deepest = Array.from({ length: 200 }, () => 'x').join('/');
    const deeper = `${deepest}/x`;

    it('refuse to publish to them with 0x90, and accept 200 levels', async () => {
      await start({});
      const watcher = await bench.connect('watcher');
      await watcher.subscribe('#');
      const client = await bench.connect('client');
      for (const qos of [1, 2] as const) assert.equal(await client.publish(deeper, 'x', { qos, retain: true }), 0x90);
      await client.publish(deeper, 'x');
      assert.deepEqual(
        refusals.map(({ what, reasonCode, topic }) => [what, reasonCode, topic]),
        [['publish', 0x90, deeper]],
      );
      const old = await bench.connect('old', { protocolVersion: 4 });
      for (const qos of [0, 1, 2] as const) await old.publish(deeper, 'x', { qos });
      await client.publish(deepest, 'x', { qos: 1 });
      assert.deepEqual(await watcher.messages(1), [`${deepest}=x`]);
      await watcher.quiet();
    });

    it('refuse to subscribe to them with 0x8f, or 0x80 before MQTT 5', async () => {
      await start({});
      const client = await bench.connect('client');
      assert.deepEqual([await client.subscribe(deeper), await client.subscribe(deepest)], [0x8f, 0]);
      assert.deepEqual(
        [await client.subscribe(`$share/g/${deeper}`), await client.subscribe(`$share/g/${deepest}`)],
        [0x8f, 0],
      );
      const old = await bench.connect('old', { protocolVersion: 4 });
      assert.equal(await old.subscribe(deeper), 0x80);
      assert.deepEqual(
        refusals.map(({ what, reasonCode }) => [what, reasonCode]),
        [
          ['subscribe', 0x8f],
          ['subscribe', 0x8f],
          ['subscribe', 0x8f],
        ],
      );
    });

    it('refuse a client whose will has one', async () => {
      await start({});
      for (const [version, topic, answer] of [
        [5, deeper, 0x90],
        [4, deeper, 3],
        [5, deepest, 0],
      ] as const) {
        const client = bench.open(version);
        client.connect('mortal', { will: { topic, payload: Buffer.from('x'), qos: 0, retain: false } });
        const { reasonCode, returnCode } = await client.next('connack');
        assert.equal(reasonCode ?? returnCode, answer);
      }
    });

    it('still open a store that has them', async () => {
      const store = new SlowStore();
      await start({ maximumTopicLevels: 300 }, store);
      const client = await bench.connect('client', KEPT);
      assert.ok((await client.publish(deeper, 'kept', { qos: 1, retain: true })) < 0x80);
      await client.subscribe(deeper, { qos: 1 });
      await client.disconnect();
      await bench.close();
      await start({}, store);
      const watcher = await bench.connect('watcher');
      await watcher.subscribe('#');
      assert.deepEqual(await watcher.messages(1), [`${deeper}=kept`]);
      assert.equal(reportOf('client').subscriptions, 1);
    });
  });

  for (const [version, refused] of [
    [5, 0x97],
    [4, 0x80],
    [3, 0x80],
  ] as const) {
    it(`refuse further subscriptions of a session with 0x${refused.toString(16)}, with MQTT level ${version}`, async () => {
      await start({ subscriptions: { count: 3, characters: 100 } });
      const client = await bench.connect('client', { protocolVersion: version });
      for (const filter of ['a', 'b', 'c']) assert.equal(await client.subscribe(filter), 0);
      assert.equal(await client.subscribe('d'), refused);
      assert.equal(await client.subscribe('b', { qos: 1 }), 1, 'in place of the one before');
      client.send({ cmd: 'unsubscribe', messageId: 100, unsubscriptions: ['a'] });
      await client.next('unsuback');
      assert.equal(await client.subscribe('x'.repeat(99)), refused, 'too long');
      assert.equal(await client.subscribe('x'.repeat(98)), 0);
      assert.deepEqual(
        refusals.map(({ what, clientId, reasonCode, topic = '' }) => [what, clientId, reasonCode, topic.length]),
        [
          ['subscribe', 'client', 0x97, 1],
          ['subscribe', 'client', 0x97, 99],
        ],
      );
    });
  }

  for (const allSubscriptions of [
    { count: 3, characters: 1000 },
    { count: 1000, characters: 3 },
  ]) {
    it(`refuse further subscriptions with 0x97 beyond ${JSON.stringify(allSubscriptions)} of all sessions`, async () => {
      await start({ allSubscriptions });
      const [one, other] = [await bench.connect('one', KEPT), await bench.connect('other')];
      for (const filter of ['a', 'b']) assert.equal(await one.subscribe(filter), 0);
      assert.equal(await other.subscribe('a'), 0);
      assert.deepEqual([await other.subscribe('b'), await one.subscribe('c')], [0x97, 0x97]);
      assert.equal(await other.subscribe('a', { qos: 1 }), 1, 'in place of the one before');
      const flows = bench.open(5, true);
      flows.connect('flows');
      assert.equal(await flows.subscribe('c'), 0, 'a client of this process');
      await flows.disconnect();
      await other.disconnect();
      assert.equal(await one.subscribe('c'), 0, 'there is room again');
    });
  }

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

  it('do not count the subscriptions of this process', async () => {
    await start({ subscriptions: { count: 1, characters: 100 } });
    const client = bench.open(5, true);
    client.connect('flows');
    await client.next('connack');
    for (const filter of ['a', 'b']) assert.equal(await client.subscribe(filter), 0);
  });
});
