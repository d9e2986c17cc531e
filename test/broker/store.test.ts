// What is acknowledged is in the store: answers wait for the write, and a broker that comes after it knows all of it.

import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { BrokerBench, type TestClient } from './broker-bench';
import { SlowStore } from './slow-store';

const KEPT = { clean: false, properties: { sessionExpiryInterval: 1000 } } as const;

describe('broker: store', () => {
  let bench: BrokerBench;
  let store: SlowStore;
  let failures: unknown[];
  beforeEach(async () => {
    failures = [];
    store = new SlowStore();
    bench = await start();
  });
  afterEach(() => {
    store.go();
    return bench.close();
  });

  function start(): Promise<BrokerBench> {
    const failed = (error: unknown): void => void failures.push(error);
    return BrokerBench.start({ store, listener: { storeFailed: failed, storeUnusable: failed } });
  }

  /** The result of `answer` after the delay before a failed store is tried again. */
  async function retried<T>(answer: Promise<T>): Promise<T> {
    for (let settled = false; !settled; bench.clock.advance(1)) {
      settled = await Promise.race([answer.then(() => true), immediate(false)]);
    }
    return answer;
  }

  for (const qos of [1, 2] as const) {
    it(`is written before a publication at QoS ${qos} that must be kept is answered`, async () => {
      const away = await bench.connect('away', KEPT);
      await away.subscribe('t', { qos });
      await away.disconnect();
      const publisher = await bench.connect('publisher', KEPT);
      store.hold();
      publisher.send({ cmd: 'publish', topic: 't', payload: 'x', qos, messageId: 1, retain: false, dup: false });
      const answer = qos === 1 ? 'puback' : 'pubrec';
      await publisher.quiet();
      await publisher.quiet();
      assert.equal(
        publisher.packets.all.some(({ cmd }) => cmd === answer),
        false,
      );
      store.go();
      assert.equal((await publisher.next(answer)).messageId, 1);
    });
  }

  it('is written before a publication or release at QoS 2 that comes again over another connection is answered', async () => {
    const away = await bench.connect('away', KEPT);
    await away.subscribe('t', { qos: 1 });
    await away.disconnect();
    const publication = { cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 1, retain: false } as const;
    const early = (client: TestClient): boolean =>
      client.packets.all.some(({ cmd }) => cmd === 'pubrec' || cmd === 'pubcomp');
    let publisher = await bench.connect('publisher', KEPT);
    const comeBack = async (): Promise<void> => {
      publisher.drop();
      publisher = await bench.connect('publisher', KEPT);
    };
    store.hold();
    publisher.send({ ...publication, dup: false });
    await publisher.quiet();
    await comeBack();
    publisher.send({ ...publication, dup: true });
    await publisher.quiet();
    assert.equal(early(publisher), false);
    store.go();
    assert.equal((await publisher.next('pubrec')).reasonCode ?? 0, 0);
    store.hold();
    publisher.send({ cmd: 'pubrel', messageId: 1 });
    await publisher.quiet();
    await comeBack();
    publisher.send({ cmd: 'pubrel', messageId: 1 });
    await publisher.quiet();
    assert.equal(early(publisher), false);
    store.go();
    await publisher.next('pubcomp');
    assert.deepEqual(
      [...store.kept.keys()].filter((key) => key.startsWith('i/')),
      [],
    );
  });

  it('that fails ends the connection of a client that repeats a QoS 2 publication that it has kept', async () => {
    const publisher = await bench.connect('publisher', KEPT);
    const publication = { cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 1, retain: false } as const;
    publisher.send({ ...publication, dup: false });
    await publisher.next('pubrec');
    store.fails = true;
    await publisher.publish('other', 'x', { qos: 1, retain: true, messageId: 2 });
    publisher.send({ ...publication, dup: true });
    await retried(publisher.closed);
    store.fails = false;
    // It is still the same publication.
    const back = await bench.connect('publisher', KEPT);
    back.send({ cmd: 'pubrel', messageId: 1 });
    const { reasonCode = 0 } = await retried(back.next('pubcomp'));
    assert.equal(reasonCode, 0);
  });

  it('that fails does not keep a client with a new session from releasing what an earlier one has received at QoS 2', async () => {
    const other = await bench.connect('other');
    store.fails = true;
    await other.publish('t', 'x', { retain: true });
    await other.quiet();
    const client = await bench.connect('client');
    client.send({ cmd: 'pubrel', messageId: 1 });
    // The clock stands still, so nothing is written again meanwhile.
    assert.equal((await client.next('pubcomp')).reasonCode, 0x92);
    await client.quiet();
  });

  it('is written before a retained message and a subscription are answered', async () => {
    const client = await bench.connect('client', KEPT);
    await client.publish('first', 'x', { qos: 1 });
    store.hold();
    client.send({ cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId: 7, retain: true, dup: false });
    client.send({ cmd: 'subscribe', messageId: 8, subscriptions: [{ topic: 'a', qos: 1 }] });
    await client.quiet();
    await client.quiet();
    const early = client.packets.all.filter((each) => each.messageId === 7 || each.messageId === 8);
    assert.deepEqual(early, []);
    store.go();
    await client.next('suback');
    assert.ok([...store.kept.keys()].some((key) => key === 'r/t'));
  });

  it('restores sessions, queued publications and retained messages', async () => {
    const away = await bench.connect('away', KEPT);
    await away.subscribe('t', { qos: 2 });
    await away.disconnect();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t', '1', { qos: 1, retain: true });
    await publisher.publish('t', '2', { qos: 2 });
    await bench.close();
    bench = await start();
    const back = bench.open();
    back.connect('away', KEPT);
    assert.equal((await back.next('connack')).sessionPresent, true);
    assert.deepEqual(await back.messages(2), ['t=1', 't=2']);
    const reader = await bench.connect('reader');
    await reader.subscribe('t');
    assert.deepEqual(await reader.messages(1), ['t=1']);
  });

  it('restores what is queued for a member of a group, and passes it to another when the session ends', async () => {
    const away = await bench.connect('away', KEPT);
    await away.subscribe('$share/group/t', { qos: 1 });
    await away.disconnect();
    const publisher = await bench.connect('publisher');
    await publisher.publish('t', '1', { qos: 1 });
    await bench.close();
    bench = await start();
    const other = await bench.connect('other');
    await other.subscribe('$share/group/t', { qos: 1 });
    await other.quiet();
    bench.broker.forget('away');
    assert.deepEqual(await other.messages(1), ['t=1']);
  });

  it('that fails is reported once, and publications are refused with 0x83 until it works again', async () => {
    const client = await bench.connect('client');
    store.fails = true;
    assert.equal(await client.publish('a', 'x', { qos: 1, retain: true }), 0x83);
    assert.equal(await retried(client.publish('b', 'x', { qos: 1, retain: true })), 0x83);
    assert.equal(failures.length, 1);
    store.fails = false;
    assert.ok((await retried(client.publish('c', 'x', { qos: 1, retain: true }))) < 0x80);
    store.fails = true;
    assert.equal(await client.publish('d', 'x', { qos: 1, retain: true }), 0x83);
    assert.equal(failures.length, 2);
  });

  it('that holds invalid entries is moved aside', async () => {
    await bench.close();
    store.kept.set('s/0000000000000001', Buffer.from('no session'));
    bench = await start();
    assert.equal(store.kept.size, 0);
    await bench.connect('client');
  });

  it('that cannot be read for another reason than damage is not changed', async () => {
    await (await bench.connect('client', KEPT)).publish('t', 'x', { qos: 1, retain: true });
    await bench.close();
    store.unreadable = true;
    bench = await start();
    assert.equal(failures.length, 1);
    await (await bench.connect('client')).publish('other', 'x', { qos: 1, retain: true });
    await bench.close();
    assert.ok(store.kept.has('r/t'));
    assert.equal(store.kept.has('r/other'), false);
    store.unreadable = false;
    bench = await start();
  });

  it('that fails for long keeps no obsolete entries in memory', async () => {
    const receiver = await bench.connect('receiver', KEPT);
    await receiver.subscribe('t', { qos: 2 });
    const publisher = await bench.connect('publisher', KEPT);
    store.fails = true;
    for (let round = 0; round < 20; round++) {
      const text = String(round);
      publisher.send({ cmd: 'publish', topic: 't', payload: text, qos: 2, messageId: 1, retain: false, dup: false });
      assert.equal((await retried(publisher.next('pubrec'))).reasonCode, 0x83);
      const { messageId = 0 } = await retried(receiver.next('publish'));
      receiver.send({ cmd: 'pubrec', messageId });
      await retried(receiver.next('pubrel'));
      receiver.send({ cmd: 'pubcomp', messageId });
      await receiver.quiet();
    }
    store.fails = false;
    const written = store.written;
    await retried(publisher.publish('t', 'last', { qos: 1, retain: true }));
    // The last publication, its delivery, and what was kept of before.
    assert.ok(store.written - written < 10, `${store.written - written} changes`);
  });

  it('that fails does not block clients of MQTT 3.1.1: they are disconnected, and send again', async () => {
    const client = await bench.connect('client', { protocolVersion: 4, clean: false });
    store.fails = true;
    client.send({ cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId: 1, retain: true, dup: false });
    await retried(client.closed);
    store.fails = false;
    const again = await bench.connect('client', { protocolVersion: 4, clean: false });
    assert.equal(await retried(again.publish('t', 'x', { qos: 1, retain: true })), 0);
  });

  it('that refused a publication at QoS 2 does not take the next one with its identifier for the same', async () => {
    const receiver = await bench.connect('receiver', KEPT);
    receiver.acknowledges = true;
    await receiver.subscribe('t', { qos: 2 });
    const publisher = await bench.connect('publisher', KEPT);
    const packet = { cmd: 'publish', topic: 't', qos: 2, messageId: 7, retain: false, dup: false } as const;
    store.fails = true;
    publisher.send({ ...packet, payload: 'first' });
    assert.equal((await retried(publisher.next('pubrec'))).reasonCode, 0x83);
    store.fails = false;
    await retried(publisher.publish('other', 'x', { qos: 1, retain: true }));
    assert.deepEqual(await receiver.messages(1), ['t=first']);
    await receiver.next('pubrel');
    await receiver.quiet();
    await bench.close();
    bench = await start();
    const back = await bench.connect('publisher', KEPT);
    const again = await bench.connect('receiver', KEPT);
    back.send({ ...packet, payload: 'second' });
    assert.equal((await back.next('pubrec')).reasonCode, 0);
    assert.deepEqual(await again.messages(1), ['t=second']);
  });
});
