// Receive maximum (MQTT 5, section 4.9) and topic aliases (section 3.3.2.3.4), in both directions.

import assert from 'node:assert/strict';
import { type BenchOptions, BrokerBench, type TestClient } from './broker-bench';
import { SlowStore } from './slow-store';

describe('broker: flow control', () => {
  let bench: BrokerBench;
  async function start(settings: BenchOptions['settings'], store?: SlowStore): Promise<void> {
    bench = await BrokerBench.start({ settings, ...(store && { store }) });
  }
  afterEach(() => bench.close());

  function send(client: TestClient, messageId: number, qos: 1 | 2 = 2): void {
    client.send({ cmd: 'publish', topic: 't', payload: 'x', qos, messageId, retain: false, dup: false });
  }

  it('accepts as many open QoS 2 publications as its receive maximum, and ends the connection with 0x93 for one more', async () => {
    await start({ receiveMaximum: 3 });
    const client = bench.open();
    client.connect('client');
    assert.equal((await client.next('connack')).properties?.receiveMaximum, 3);
    for (const id of [1, 2, 3]) send(client, id);
    for (const _ of [1, 2, 3]) await client.next('pubrec');
    client.send({ cmd: 'pubrel', messageId: 1 });
    await client.next('pubcomp');
    send(client, 4);
    await client.next('pubrec');
    send(client, 5);
    assert.equal((await client.next('disconnect')).reasonCode, 0x93);
    await client.closed;
  });

  it('counts a publication that waits for the store once', async () => {
    const store = new SlowStore();
    await start({ receiveMaximum: 4 }, store);
    const options = { clean: false, properties: { sessionExpiryInterval: 100 } };
    const client = await connectKept(store, options);
    store.hold();
    for (const id of [1, 2]) send(client, id, 2);
    for (const id of [3, 4]) send(client, id, 1);
    await client.quiet();
    assert.equal(
      client.packets.all.some(({ cmd }) => cmd === 'pubrec'),
      false,
    );
    store.go();
    for (const _ of [1, 2]) await client.next('pubrec');
    store.hold();
    for (const id of [3, 4]) send(client, id, 2);
    await client.quiet();
    send(client, 5, 2);
    assert.equal((await client.next('disconnect')).reasonCode, 0x93);
    store.go();
  });

  async function connectKept(store: SlowStore, options: object): Promise<TestClient> {
    store.go();
    return await bench.connect('client', options);
  }

  it('sends a client no more than its receive maximum; QoS 0 continues', async () => {
    await start({});
    const client = await bench.connect('client', { properties: { receiveMaximum: 2 } });
    await client.subscribe('t', { qos: 2 });
    const publisher = await bench.connect('publisher');
    for (const qos of [1, 2, 1, 0] as const) await publisher.publish('t', `${qos}`, { qos });
    const [first, second] = [await client.next('publish'), await client.next('publish')];
    assert.deepEqual([first.qos, second.qos], [1, 2]);
    assert.deepEqual(await client.messages(1), ['t=0']);
    await client.quiet();
    // PUBREC leaves a QoS 2 publication open; PUBCOMP, or a refusal, does not.
    client.send({ cmd: 'pubrec', messageId: second.messageId ?? 0 });
    await client.next('pubrel');
    await client.quiet();
    client.send({ cmd: 'pubcomp', messageId: second.messageId ?? 0 });
    assert.equal((await client.next('publish')).qos, 1);
    await client.quiet();
  });

  it('accepts aliases of a client, which may reassign them', async () => {
    await start({ topicAliasMaximum: 2 });
    const watcher = await bench.connect('watcher');
    await watcher.subscribe('#');
    const client = bench.open();
    client.connect('client');
    assert.equal((await client.next('connack')).properties?.topicAliasMaximum, 2);
    const alias = (topicAlias: number) => ({ properties: { topicAlias } });
    await client.publish('one', '1', alias(1));
    await client.publish('two', '2', alias(2));
    await client.publish('', '3', alias(1));
    await client.publish('other', '4', alias(1));
    await client.publish('', '5', alias(1));
    assert.deepEqual(await watcher.messages(5), ['one=1', 'two=2', 'one=3', 'other=4', 'other=5']);
  });

  for (const [what, topic, topicAlias, reasonCode] of [
    ['larger than it may be', 'topic', 3, 0x94],
    ['of zero', 'topic', 0, 0x94],
    ['that stands for nothing', '', 2, 0x82],
  ] as const) {
    it(`ends the connection for an alias ${what}`, async () => {
      await start({ topicAliasMaximum: 2 });
      const client = await bench.connect('client');
      const [high, low] = [0, topicAlias];
      const name = Buffer.from(topic);
      const body = Buffer.from([0, name.length, ...name, 3, 35, high, low]);
      client.stream.write(Buffer.from([0x30, body.length, ...body]));
      assert.equal((await client.next('disconnect')).reasonCode, reasonCode);
      await client.closed;
    });
  }

  it('uses as many aliases as a client takes, and names the topics of the others', async () => {
    await start({});
    const client = await bench.connect('client', { properties: { topicAliasMaximum: 1 } });
    await client.subscribe('#');
    const publisher = await bench.connect('publisher');
    for (const topic of ['first', 'second', 'first', 'second']) await publisher.publish(topic, 'x');
    const sent: (readonly [string, number | undefined])[] = [];
    while (sent.length < 4) {
      const { topic, properties } = await client.next('publish');
      sent.push([topic, properties?.topicAlias]);
    }
    assert.deepEqual(sent, [
      ['first', 1],
      ['second', undefined],
      ['', 1],
      ['second', undefined],
    ]);
  });

  it('keeps at most 1,000 aliases for a client, for topics of at most 1,000 characters', async () => {
    await start({});
    const client = await bench.connect('client', { properties: { topicAliasMaximum: 65_535 } });
    await client.subscribe('#');
    const publisher = await bench.connect('publisher');
    const long = 'x'.repeat(1001);
    for (let time = 0; time < 2; time++) await publisher.publish(long, '', { qos: 1 });
    for (let number = 0; number < 1100; number++) await publisher.publish(`topic/${number}`, '', { qos: 1 });
    const aliases: (number | undefined)[] = [];
    while (aliases.length < 1102) aliases.push((await client.next('publish')).properties?.topicAlias);
    assert.deepEqual(aliases.slice(0, 2), [undefined, undefined]);
    assert.equal(aliases.lastIndexOf(1000), 1001);
    assert.ok(aliases.slice(1002).every((alias) => alias === undefined));
  });

  it('assigns no aliases to a client that accepts none', async () => {
    await start({});
    const client = await bench.connect('client');
    await client.subscribe('topic');
    for (const _ of [1, 2]) await client.publish('topic', 'x');
    for (const _ of [1, 2]) {
      const { topic, properties } = await client.next('publish');
      assert.deepEqual([topic, properties?.topicAlias], ['topic', undefined]);
    }
  });
});
