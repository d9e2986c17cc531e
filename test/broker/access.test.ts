// Access: the broker asks, and refuses with 0x86 and 0x87, or with the return codes of MQTT 3.1.1.

import assert from 'node:assert/strict';
import type { Refusal } from '#src/broker/clients/broker-listener';
import { BrokerBench } from './broker-bench';

describe('broker: access', () => {
  let bench: BrokerBench;
  let refusals: Refusal[];
  beforeEach(async () => {
    refusals = [];
    bench = await BrokerBench.start({
      access: {
        authenticate: async ({ username, password }) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (username === 'broken') throw new Error('the list of users cannot be read');
          if (username === 'barred') return { ok: false, reasonCode: 0x87 };
          if (username === 'ann' && password?.toString() !== 'secret') return { ok: false, reasonCode: 0x86 };
          return { ok: true, user: username ?? '' };
        },
        mayPublish: ({ user }, topic) => user === 'ann' || !topic.startsWith('private/'),
        reading: ({ user }, filter) => (user === 'ann' || !filter.startsWith('private/') ? 'all' : 'none'),
      },
      listener: { refused: (refusal) => void refusals.push(refusal) },
    });
  });
  afterEach(() => bench.close());

  for (const [username, reasonCode, returnCode] of [
    ['barred', 0x87, 5],
    ['ann', 0x86, 4],
    ['broken', 0x83, 3],
  ] as const) {
    it(`refuses CONNECT of ${username} with ${reasonCode}, or ${returnCode} of MQTT 3.1.1`, async () => {
      const five = bench.open(5);
      five.connect('five', { username, password: Buffer.from('wrong') });
      assert.equal((await five.next('connack')).reasonCode, reasonCode);
      await five.closed;
      const four = bench.open(4);
      four.connect('four', { username, password: Buffer.from('wrong') });
      assert.equal((await four.next('connack')).returnCode, returnCode);
      await four.closed;
      const told = refusals.map((each) => [each.what, each.clientId, each.user, each.reasonCode]);
      assert.deepEqual(told, [
        ['connect', 'five', username, reasonCode],
        ['connect', 'four', username, reasonCode],
      ]);
    });
  }

  it('handles packets that arrived during a check in order', async () => {
    const client = bench.open();
    client.connect('ann', { username: 'ann', password: Buffer.from('secret') });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'private/a', qos: 0 }] });
    client.send({ cmd: 'publish', topic: 'private/a', payload: 'x', qos: 0, retain: false, dup: false });
    await client.next('connack');
    assert.deepEqual((await client.next('suback')).granted, [0]);
    assert.deepEqual(await client.messages(1), ['private/a=x']);
  });

  it('lets no refused client take over the connection of another', async () => {
    const ann = await bench.connect('ann', { username: 'ann', password: Buffer.from('secret') });
    const other = bench.open();
    other.connect('ann', { username: 'ann', password: Buffer.from('guessed') });
    assert.equal((await other.next('connack')).reasonCode, 0x86);
    await ann.quiet();
  });

  it('refuses SUBSCRIBE for each filter, and checks shared subscriptions without their group', async () => {
    const client = await bench.connect('client');
    const subscriptions = ['private/a', 'public', '$share/g/private/a'].map((topic) => ({ topic, qos: 1 as const }));
    client.send({ cmd: 'subscribe', messageId: 5, subscriptions });
    assert.deepEqual((await client.next('suback')).granted, [0x87, 1, 0x87]);
    const old = await bench.connect('old', { protocolVersion: 4 });
    old.send({ cmd: 'subscribe', messageId: 5, subscriptions: subscriptions.slice(0, 2) });
    assert.deepEqual((await old.next('suback')).granted, [0x80, 1]);
  });

  it('refuses PUBLISH, which then reaches nobody and is not retained', async () => {
    const ann = await bench.connect('ann', { username: 'ann', password: Buffer.from('secret') });
    await ann.subscribe('private/#', { qos: 2 });
    const client = await bench.connect('client');
    for (const qos of [1, 2] as const) {
      assert.equal(await client.publish('private/a', 'x', { qos, retain: true }), 0x87);
    }
    await client.publish('private/a', 'x', { retain: true });
    const old = await bench.connect('old', { protocolVersion: 4 });
    await old.publish('private/a', 'x', { qos: 2, retain: true });
    await client.quiet();
    await ann.subscribe('private/a');
    await ann.quiet();
    assert.equal(await ann.publish('private/a', 'mine', { qos: 1 }), 0);
  });

  it('reports the same refusal of a client once', async () => {
    const client = await bench.connect('client');
    for (let count = 0; count < 3; count++) await client.publish('private/a', 'x', { qos: 1 });
    await client.publish('private/b', 'x', { qos: 1 });
    assert.deepEqual(
      refusals.map(({ what, topic, reasonCode }) => [what, topic, reasonCode]),
      [
        ['publish', 'private/a', 0x87],
        ['publish', 'private/b', 0x87],
      ],
    );
  });

  it('reports refusals for topics of more than 1,000 characters as one', async () => {
    const client = await bench.connect('client');
    for (const end of ['1', '2']) await client.publish(`private/${'x'.repeat(1000)}${end}`, 'x', { qos: 1 });
    assert.equal(refusals.length, 1);
  });

  it('refuses a will that its client may not publish', async () => {
    const client = bench.open();
    client.connect('client', { will: { topic: 'private/a', payload: 'x', qos: 0, retain: false } });
    assert.equal((await client.next('connack')).reasonCode, 0x87);
    await client.closed;
  });
});
