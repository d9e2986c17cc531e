// The limits of clients and broker: what waits for clients and is not acknowledged, retained messages, levels of topics, subscriptions.

import assert from 'node:assert/strict';
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

  it('do not count the subscriptions of this process', async () => {
    await start({ subscriptions: { count: 1, characters: 100 } });
    const client = bench.open(5, true);
    client.connect('flows');
    await client.next('connack');
    for (const filter of ['a', 'b']) assert.equal(await client.subscribe(filter), 0);
  });
});
