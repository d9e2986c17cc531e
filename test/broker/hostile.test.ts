// Devices that do not read, say nothing, send one byte a second or rubbish, or publish without end: none of them costs the
// others anything.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { BrokerBench, type TestClient } from './broker-bench';

const DEVICES = 20;

describe('broker: hostile devices', () => {
  let bench: BrokerBench;
  let publisher: TestClient;
  let subscriber: TestClient;

  async function start(settings: Parameters<typeof BrokerBench.start>[0] = {}): Promise<void> {
    bench = await BrokerBench.start(settings);
    publisher = await bench.connect('publisher');
    subscriber = await bench.connect('subscriber', { protocolVersion: 4 });
    subscriber.acknowledges = true;
    await subscriber.subscribe('good/#', { qos: 1 });
  }

  afterEach(() => bench.close());

  /** The good ones get what they send each other, in order. */
  async function exchange(count: number): Promise<void> {
    for (let number = 0; number < count; number++) await publisher.publish('good', String(number), { qos: 1 });
    assert.deepEqual(
      await subscriber.messages(count),
      Array.from({ length: count }, (_, number) => `good=${number}`),
    );
  }

  it('that send nothing are disconnected, and the others are served meanwhile', async () => {
    await start({ settings: { connectTime: 10_000 } });
    const silent = Array.from({ length: DEVICES }, () => bench.open());
    await exchange(100);
    bench.clock.advance(12);
    await Promise.all(silent.map(({ closed }) => closed));
    await exchange(100);
  });

  it('that send one byte a second do not get as far as CONNACK', async () => {
    await start({ settings: { connectTime: 10_000 } });
    const packet = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'slow', clean: true });
    const slow = Array.from({ length: DEVICES }, () => bench.open());
    for (let second = 0; second < 12; second++) {
      for (const { stream } of slow) if (!stream.destroyed) stream.write(packet.subarray(second, second + 1));
      bench.clock.advance(1);
      await exchange(1);
    }
    await Promise.all(slow.map(({ closed }) => closed));
  });

  it('that send one byte of a large publication a second delay no other client', async () => {
    await start();
    const slow = await Promise.all(Array.from({ length: DEVICES }, (_, number) => bench.connect(`slow-${number}`)));
    const properties = generate({
      cmd: 'publish',
      topic: 'good',
      payload: Buffer.alloc(1_000_000),
      qos: 0,
      retain: false,
      dup: false,
    });
    for (let second = 0; second < 50; second++) {
      for (const { stream } of slow) stream.write(properties.subarray(second, second + 1));
      bench.clock.advance(1);
      await exchange(1);
    }
  });

  it('that send garbage lose their connections', async () => {
    await start();
    const loud = Array.from({ length: DEVICES }, () => bench.open());
    for (const { stream } of loud) stream.write('GET / HTTP/1.1\r\nHost: broker\r\n\r\n');
    await exchange(100);
    // As MQTT this is the beginning of a packet, which never comes to its end.
    bench.clock.advance(12);
    await Promise.all(loud.map(({ closed }) => closed));
  });

  it('that do not read are disconnected, and delay only those who publish to them', async () => {
    await start({ settings: { stallTime: 10_000, patience: 2000 } });
    const deaf: TestClient[] = [];
    for (let number = 0; number < DEVICES; number++) {
      const client = await bench.connect(`deaf-${number}`);
      await client.subscribe('good/#');
      client.stream.pause();
      deaf.push(client);
    }
    // 12 MB for each of them.
    const payload = 'x'.repeat(1000);
    const count = 12_000;
    for (let number = 0; number < count; number++) void publisher.publish('good', payload);
    let received = 0;
    subscriber.forget();
    for (let turns = 0; received < count && turns < 5000; turns++) {
      bench.clock.advance(0.1);
      await turn();
      received = subscriber.packets.all.length;
    }
    assert.equal(received, count, 'the one that reads gets all');
    bench.clock.advance(12);
    for (const client of deaf) client.stream.resume();
    await Promise.all(deaf.map(({ closed }) => closed));
    const { dropped } = bench.broker.clients().find(({ clientId }) => clientId === 'subscriber') ?? { dropped: -1 };
    assert.equal(dropped, 0);
  }).timeout(30_000);

  it('that publish and do not read the answers are read no further, until they have read them', async () => {
    let heard = 0;
    await start({ access: { mayPublish: (_, topic) => topic === 'a' && ++heard > 0 } });
    const client = await bench.connect('client', { protocolVersion: 4 });
    client.stream.pause();
    const count = 100_000;
    const one = generate({ cmd: 'publish', topic: 'a', payload: '', qos: 1, messageId: 1, retain: false, dup: false });
    client.stream.write(Buffer.concat(Array<Buffer>(count).fill(one)));
    // Until nothing more has been read for some turns of the event loop.
    for (let [before, quiet] = [0, 0]; quiet < 50; before = heard) {
      await turn();
      quiet = heard === before ? quiet + 1 : 0;
    }
    // An answer of four bytes takes more than a hundred in memory.
    assert.ok(heard > 1000 && heard < 50_000, `${heard} publications were read`);
    client.stream.resume();
    while (client.packets.all.filter(({ cmd }) => cmd === 'puback').length < count) await turn();
    assert.equal(heard, count);
  });

  it('that ask for what is retained with many filters that match nothing do not block others', async () => {
    await start();
    for (let number = 0; number < 500; number++) void publisher.publish(`kept/${number}/x`, 'x', { retain: true });
    const client = await bench.connect('client');
    const filters = Array.from({ length: 1000 }, (_, number) => `+/+/none${number}`);
    const subscriptions = [...filters, 'kept/7/x'].map((topic) => ({ topic, qos: 0 as const }));
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    let exchanged = 0;
    for (const searched = client.next('publish').then(() => true); !(await Promise.race([searched, turn(false)])); ) {
      await publisher.publish('good', String(exchanged++), { qos: 1 });
    }
    assert.ok(exchanged >= 5, `${exchanged} exchanges meanwhile`);
  });

  it('that publish above their rate are read later; the others are not delayed', async () => {
    await start({ settings: { maximumRate: 50 } });
    const loud = await bench.connect('loud');
    for (let number = 0; number < 200; number++) void loud.publish('good/loud', String(number));
    await loud.packets.find('connack', ({ cmd }) => cmd === 'connack');
    const counts: number[] = [];
    for (let second = 0; second < 5; second++) {
      await settle();
      counts.push(subscriber.packets.all.filter(({ cmd }) => cmd === 'publish').length);
      // The publisher is not held up by it.
      await publisher.publish('other', 'x', { qos: 1 });
      bench.clock.advance(1);
    }
    for (const [second, count] of counts.entries()) {
      const most = Math.min(200, 50 * (second + 1));
      assert.ok(count <= most + 1 && count >= Math.min(200, most - 5), `${counts}`);
    }
  });

  it('that publish much to many at once do not block others', async () => {
    await start();
    const many = await Promise.all(Array.from({ length: 50 }, (_, number) => bench.connect(`many-${number}`)));
    await Promise.all(many.map((client) => client.subscribe('all')));
    const loud = await bench.connect('loud', { protocolVersion: 4 });
    const one = generate({ cmd: 'publish', topic: 'all', payload: 'x', qos: 0, retain: false, dup: false });
    const received = (client: TestClient): number => client.packets.all.filter(({ cmd }) => cmd === 'publish').length;
    // One chunk: 20,000 copies in all.
    loud.stream.write(Buffer.concat(Array<Buffer>(400).fill(one)));
    let exchanged = 0;
    while (many.some((client) => received(client) < 400)) {
      await publisher.publish('good', String(exchanged++), { qos: 1 });
    }
    assert.ok(exchanged >= 4, `${exchanged} exchanges meanwhile`);
    assert.equal((await subscriber.messages(exchanged)).length, exchanged);
    assert.ok(many.every((client) => received(client) === 400));
  });

  it('that flood with retained topics get 0x97 at the limit, and others continue', async () => {
    await start({ settings: { retained: { count: 1000, bytes: 10_000_000 } } });
    const loud = await bench.connect('loud');
    const codes = new Map<number, number>();
    for (let number = 0; number < 1500; number++) {
      const code = await loud.publish(`flood/${number}`, 'x', { qos: 1, retain: true });
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    // 0x10: kept, but nobody subscribes to it; 0x97: no room.
    assert.deepEqual(Object.fromEntries(codes), { 16: 1000, 151: 500 });
    await exchange(10);
  });

  async function settle(): Promise<void> {
    for (let left = 20; left > 0; left--) await turn();
  }
});
