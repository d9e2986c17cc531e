// Sessions (MQTT 5, section 4.1): kept and ended by the clock, with what waits for a client that is away, within
// bounds.

import assert from 'node:assert/strict';
import { type BenchOptions, BrokerBench, type TestClient } from './broker-bench';

describe('broker: sessions', () => {
  let bench: BrokerBench;
  let dropping: string[];
  async function start(settings: BenchOptions['settings'] = {}): Promise<void> {
    dropping = [];
    bench = await BrokerBench.start({ settings, listener: { dropping: (clientId) => void dropping.push(clientId) } });
  }
  afterEach(() => bench.close());

  /** Connects `clientId`, and returns whether it had a session. */
  async function resume(clientId: string, expiry: number, clean = false): Promise<[TestClient, boolean]> {
    const client = bench.open();
    client.connect(clientId, { clean, properties: { sessionExpiryInterval: expiry } });
    const { sessionPresent } = await client.next('connack');
    return [client, sessionPresent];
  }

  async function absent(clientId: string, expiry = 100): Promise<void> {
    const [client] = await resume(clientId, expiry);
    await client.subscribe('t', { qos: 2 });
    await client.disconnect();
  }

  async function publish(...payloads: string[]): Promise<void> {
    const publisher = await bench.connect('publisher');
    for (const payload of payloads) await publisher.publish('t', payload, { qos: 1 });
    await publisher.disconnect();
  }

  it('continue within their expiry, with subscriptions and the QoS 1 and 2 publications', async () => {
    await start();
    await absent('away', 10);
    const publisher = await bench.connect('publisher');
    for (const qos of [0, 1, 2] as const) await publisher.publish('t', String(qos), { qos });
    bench.clock.advance(9);
    const [back, present] = await resume('away', 10);
    assert.equal(present, true);
    assert.deepEqual(await back.messages(2), ['t=1', 't=2']);
    await publisher.publish('t', 'now');
    assert.deepEqual(await back.messages(1), ['t=now']);
  });

  it('end after their expiry interval', async () => {
    await start();
    await absent('away', 10);
    await publish('lost');
    bench.clock.advance(11);
    assert.deepEqual(bench.broker.clients(), []);
    const [back, present] = await resume('away', 10);
    assert.equal(present, false);
    await back.quiet();
  });

  it('end with the connection without an expiry interval', async () => {
    await start();
    await absent('away', 0);
    assert.deepEqual(bench.broker.clients(), []);
  });

  it('of MQTT 3.1.1 stay without Clean Session, and end with it', async () => {
    await start();
    const four = { protocolVersion: 4, clean: false } as const;
    const first = await bench.connect('four', four);
    await first.subscribe('t', { qos: 1 });
    await first.disconnect();
    bench.clock.advance(100_000);
    await publish('x');
    const second = bench.open(4);
    second.connect('four', four);
    assert.equal((await second.next('connack')).sessionPresent, true);
    assert.deepEqual(await second.messages(1), ['t=x']);
    await second.disconnect();
    const third = bench.open(4);
    third.connect('four', { clean: true });
    assert.equal((await third.next('connack')).sessionPresent, false);
    await third.disconnect();
    assert.equal(
      bench.broker.clients().some(({ clientId }) => clientId === 'four'),
      false,
    );
  });

  it('start empty with Clean Start', async () => {
    await start();
    await absent('away');
    await publish('lost');
    const [back, present] = await resume('away', 100, true);
    assert.equal(present, false);
    await publish('lost as well');
    await back.quiet();
  });

  it('last no longer than the limit of the broker, which CONNACK names', async () => {
    await start({ maximumSessionExpiry: 20 });
    const client = bench.open();
    client.connect('client', { properties: { sessionExpiryInterval: 1000 } });
    assert.equal((await client.next('connack')).properties?.sessionExpiryInterval, 20);
    await client.disconnect();
    bench.clock.advance(22);
    assert.deepEqual(bench.broker.clients(), []);
  });

  it('change their expiry with DISCONNECT, but do not get one there', async () => {
    await start();
    const [client] = await resume('client', 100);
    await client.disconnect(0, { sessionExpiryInterval: 5 });
    bench.clock.advance(7);
    assert.deepEqual(bench.broker.clients(), []);
    const [other] = await resume('other', 0);
    other.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 5 } });
    assert.equal((await other.next('disconnect')).reasonCode, 0x82);
  });

  it('are not given to another user', async () => {
    await start();
    const options = { clean: false, properties: { sessionExpiryInterval: 100 } };
    const ann = await bench.connect('same', { ...options, username: 'ann' });
    await ann.subscribe('t', { qos: 1 });
    await ann.disconnect();
    await publish('for ann');
    const bob = await bench.connect('same', { ...options, username: 'bob' });
    await bob.quiet();
  });

  it('send unanswered publications again with dup, and PUBREL for received ones', async () => {
    await start();
    const [first] = await resume('client', 100);
    await first.subscribe('t', { qos: 2 });
    const publisher = await bench.connect('publisher');
    for (const qos of [1, 2, 2] as const) await publisher.publish('t', `qos ${qos}`, { qos });
    const sent = [await first.next('publish'), await first.next('publish'), await first.next('publish')];
    first.send({ cmd: 'pubrec', messageId: sent[2]?.messageId ?? 0 });
    await first.next('pubrel');
    first.drop();
    const [second] = await resume('client', 100);
    const again = [await second.next('publish'), await second.next('publish')];
    assert.deepEqual(
      again.map(({ messageId, dup, qos }) => [messageId, dup, qos]),
      sent.slice(0, 2).map(({ messageId, qos }) => [messageId, true, qos]),
    );
    assert.equal((await second.next('pubrel')).messageId, sent[2]?.messageId);
    await second.quiet();
  });

  it('deliver a repeated QoS 2 publication once after a lost connection', async () => {
    await start();
    const watcher = await bench.connect('watcher');
    await watcher.subscribe('t');
    const packet = { cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 9, retain: false } as const;
    const [first] = await resume('client', 100);
    first.send({ ...packet, dup: false });
    await first.next('pubrec');
    first.drop();
    const [second] = await resume('client', 100);
    second.send({ ...packet, dup: true });
    await second.next('pubrec');
    second.send({ cmd: 'pubrel', messageId: 9 });
    assert.equal((await second.next('pubcomp')).reasonCode ?? 0, 0);
    assert.deepEqual(await watcher.messages(1), ['t=x']);
    await watcher.quiet();
  });

  it('drop the oldest publications beyond their number, which is reported once', async () => {
    await start({ waiting: { count: 2, bytes: 1_000_000 } });
    await absent('away');
    await publish('1', '2', '3', '4');
    assert.deepEqual(dropping, ['away']);
    assert.equal(bench.broker.clients().find(({ clientId }) => clientId === 'away')?.dropped, 2);
    const [back] = await resume('away', 100);
    assert.deepEqual(await back.messages(2), ['t=3', 't=4']);
    await back.quiet();
    await back.disconnect();
    await publish('5', '6', '7');
    assert.deepEqual(dropping.length, 1 + 1);
  });

  it('drop the oldest publications beyond their bytes, and beyond those of all sessions', async () => {
    const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(10_000));
    for (const settings of [{ waiting: { count: 100, bytes: 30_000 } }, { waitingBytes: 30_000 }]) {
      await bench?.close();
      await start(settings);
      await absent('away');
      await publish(`${one}`, `${two}`, `${three}`);
      const [back] = await resume('away', 100);
      const received = bench.broker.clients().find(({ clientId }) => clientId === 'away');
      assert.equal(received?.dropped, 1);
      const { messageId = 0, payload } = await back.next('publish');
      assert.equal(payload.toString(), two);
      // What is in flight counts as well, so that the next one may have to wait for this.
      back.send({ cmd: 'puback', messageId });
      assert.deepEqual(await back.messages(1), [`t=${three}`]);
    }
  });

  it('of a client that does not read drop publications at QoS 0 first', async () => {
    await start({ waiting: { count: 3, bytes: 10_000_000 } });
    const slow = await bench.connect('slow');
    await slow.subscribe('t', { qos: 1 });
    slow.stream.pause();
    const publisher = await bench.connect('publisher');
    // Fills the stream and what is held for it.
    await publisher.publish('t', 'x'.repeat(1_000_000), { qos: 1 });
    for (const [payload, qos] of [
      ['old', 1],
      ['plain 1', 0],
      ['plain 2', 0],
      ['next', 1],
      ['later', 1],
      ['last', 1],
    ] as const) {
      await publisher.publish('t', payload, { qos });
    }
    slow.stream.resume();
    await slow.next('publish');
    assert.deepEqual(await slow.messages(3), ['t=next', 't=later', 't=last']);
    await slow.quiet();
    assert.deepEqual(dropping, ['slow']);
  });
});
