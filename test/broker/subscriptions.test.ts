// Subscriptions and their options (MQTT 5, section 3.8), shared ones too, and what is retained for them.

import assert from 'node:assert/strict';
import { BrokerBench, type TestClient } from './broker-bench';

describe('broker: subscriptions', () => {
  let bench: BrokerBench;
  let client: TestClient;
  beforeEach(async () => {
    bench = await BrokerBench.start();
    client = await bench.connect('client');
  });
  afterEach(() => bench.close());

  it('are each answered with a reason code', async () => {
    const subscriptions = [
      { topic: 'a', qos: 0 },
      { topic: 'b/#', qos: 2 },
      { topic: 'b/#/c', qos: 1 },
      { topic: '+named', qos: 1 },
      { topic: '$share//x', qos: 1 },
    ] as const;
    client.send({ cmd: 'subscribe', messageId: 5, subscriptions: [...subscriptions] });
    assert.deepEqual((await client.next('suback')).granted, [0, 2, 0x8f, 0x8f, 0x8f]);
  });

  it('end with UNSUBSCRIBE, which is answered with 0x11 if there was none', async () => {
    await client.subscribe('a');
    client.send({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['a', 'b'] });
    assert.deepEqual((await client.next('unsuback')).granted, [0, 0x11]);
    await client.publish('a', 'x');
    await client.quiet();
  });

  it('with No Local deliver no publication of the client itself', async () => {
    await client.subscribe('#', { nl: true });
    await client.publish('own', 'x');
    await bench.connect('other').then((other) => other.publish('other', 'y'));
    assert.deepEqual(await client.messages(1), ['other=y']);
    await client.quiet();
  });

  it('deliver a publication once, with the highest QoS and all identifiers, even if several match', async () => {
    await client.subscribe('a/#', { qos: 0, identifier: 3 });
    await client.subscribe('+/b', { qos: 2, identifier: 200_000 });
    await client.subscribe('none', { identifier: 5 });
    await client.publish('a/b', 'x', { qos: 1 });
    const { qos, properties } = await client.next('publish');
    assert.equal(qos, 1);
    assert.deepEqual([properties?.subscriptionIdentifier].flat().sort(), [200_000, 3]);
    await client.quiet();
  });

  it('are replaced by one with the same filter', async () => {
    await client.subscribe('a', { qos: 0, identifier: 1 });
    await client.subscribe('a', { qos: 1, identifier: 2 });
    await client.publish('a', 'x', { qos: 1 });
    const { qos, properties } = await client.next('publish');
    assert.deepEqual([qos, properties?.subscriptionIdentifier], [1, 2]);
    await client.quiet();
  });

  it('match `$` topics only if they begin with `$`', async () => {
    await client.subscribe('#');
    await client.subscribe('+/x');
    await client.publish('$own/x', 'y');
    await client.quiet();
    await client.subscribe('$own/#');
    await client.publish('$own/x', 'y');
    assert.deepEqual(await client.messages(1), ['$own/x=y']);
  });

  describe('and retained messages', () => {
    beforeEach(async () => {
      for (const topic of ['a/1', 'a/2', 'b', '$hidden']) await client.publish(topic, 'kept', { retain: true, qos: 1 });
    });

    it('deliver them, with the retain flag', async () => {
      await client.subscribe('a/#', { qos: 1 });
      const [one, two] = [await client.next('publish'), await client.next('publish')];
      assert.deepEqual([one.topic, two.topic].sort(), ['a/1', 'a/2']);
      assert.deepEqual([one.retain, one.qos], [true, 1]);
      await client.quiet();
    });

    it('deliver them at every subscription, at the first only, or never', async () => {
      for (const [rh, expected] of [
        [0, 2],
        [1, 1],
        [2, 0],
      ] as const) {
        const other = await bench.connect(`rh-${rh}`);
        await other.subscribe('b', { rh });
        await other.subscribe('b', { rh });
        await other.messages(expected);
        await other.quiet();
      }
    });

    it('do not deliver a removed one', async () => {
      await client.publish('b', '', { retain: true, qos: 1 });
      await client.subscribe('b');
      await client.quiet();
    });

    it('keep the retain flag of later ones with Retain As Published', async () => {
      const plain = await bench.connect('plain');
      await plain.subscribe('new');
      await client.subscribe('new', { rap: true });
      await client.publish('new', 'x', { retain: true });
      assert.equal((await client.next('publish')).retain, true);
      assert.equal((await plain.next('publish')).retain, false);
    });

    it('do not deliver expired ones', async () => {
      await client.publish('brief', 'x', { retain: true, qos: 1, properties: { messageExpiryInterval: 3 } });
      bench.clock.advance(4);
      await client.subscribe('brief');
      await client.quiet();
    });
  });

  it('deliver 3,000 retained messages, as the client reads', async () => {
    for (let count = 0; count < 3000; count++) await client.publish(`many/${count}`, 'x'.repeat(500), { retain: true });
    const reader = await bench.connect('reader');
    await reader.subscribe('many/#', { qos: 1 });
    const topics = new Set<string>();
    while (topics.size < 3000) {
      const packet = await reader.next('publish');
      topics.add(packet.topic);
    }
  }).timeout(20_000);

  it('deliver 3,000 retained messages through a stream that takes all at once', async () => {
    const publisher = await bench.connect('publisher');
    const payload = 'x'.repeat(300);
    for (let number = 0; number < 3000; number++) await publisher.publish(`kept/${number}`, payload, { retain: true });
    await publisher.quiet();
    const reader = bench.openEager();
    reader.connect('reader');
    await reader.subscribe('kept/+');
    assert.equal((await reader.messages(3000)).length, 3000);
  });

  describe('that are shared', () => {
    it('deliver each publication to one client of the group, in turn, and to all others', async () => {
      const members = [await bench.connect('one'), await bench.connect('two')] as const;
      for (const member of members) await member.subscribe('$share/group/s/#', { qos: 1 });
      const outside = await bench.connect('outside');
      await outside.subscribe('s/#');
      for (let count = 0; count < 10; count++) await client.publish(`s/${count}`, 'x', { qos: 1 });
      await outside.messages(10);
      for (const member of members) {
        await member.messages(5);
        await member.quiet();
      }
    });

    it('deliver no retained messages', async () => {
      await client.publish('kept', 'x', { retain: true, qos: 1 });
      assert.equal(await client.subscribe('$share/group/kept'), 0);
      await client.quiet();
    });

    it('prefer connected clients', async () => {
      const stays = await bench.connect('stays');
      const leaves = await bench.connect('leaves', { clean: false, properties: { sessionExpiryInterval: 100 } });
      for (const member of [stays, leaves]) await member.subscribe('$share/group/t', { qos: 1 });
      await leaves.disconnect();
      for (let count = 0; count < 4; count++) await client.publish('t', 'x', { qos: 1 });
      await stays.messages(4);
    });

    for (const [qos, again] of [
      [1, ['1', '2', '3', '4']],
      [2, ['3', '4']],
    ] as const) {
      it(`pass what a member has not acknowledged at QoS ${qos} to another when its session ends`, async () => {
        const leaves = await bench.connect('leaves', { properties: { receiveMaximum: 2 } });
        await leaves.subscribe('$share/group/t', { qos });
        for (const payload of ['1', '2', '3', '4']) await client.publish('t', payload, { qos });
        await leaves.messages(2);
        const stays = await bench.connect('stays');
        await stays.subscribe('$share/group/t', { qos });
        await stays.quiet();
        leaves.drop();
        await leaves.closed;
        assert.deepEqual(
          await stays.messages(again.length),
          again.map((payload) => `t=${payload}`),
        );
        await stays.quiet();
      });
    }

    it('keep what a member has in its session for its return', async () => {
      const options = { clean: false, properties: { sessionExpiryInterval: 100, receiveMaximum: 1 } };
      const leaves = await bench.connect('leaves', options);
      await leaves.subscribe('$share/group/t', { qos: 1 });
      for (const payload of ['1', '2']) await client.publish('t', payload, { qos: 1 });
      await leaves.messages(1);
      const stays = await bench.connect('stays');
      await stays.subscribe('$share/group/t', { qos: 1 });
      leaves.drop();
      await leaves.closed;
      await stays.quiet();
      bench.clock.advance(101);
      assert.deepEqual(await stays.messages(2), ['t=1', 't=2']);
    });

    it('delete what has expired while it waited for a member whose session ends', async () => {
      const options = { clean: false, properties: { sessionExpiryInterval: 3600, receiveMaximum: 1 } };
      const leaves = await bench.connect('leaves', options);
      await leaves.subscribe('$share/group/t', { qos: 1 });
      const expires = { qos: 1, properties: { messageExpiryInterval: 60 } } as const;
      for (const payload of ['sent', 'waits']) await client.publish('t', payload, expires);
      await client.publish('t', 'never expires', { qos: 1 });
      await leaves.messages(1);
      leaves.drop();
      await leaves.closed;
      const stays = await bench.connect('stays');
      await stays.subscribe('$share/group/t', { qos: 1 });
      bench.clock.advance(3605);
      assert.deepEqual(await stays.messages(1), ['t=never expires']);
      await stays.quiet();
    });

    it('cannot be No Local', async () => {
      client.send({ cmd: 'subscribe', messageId: 5, subscriptions: [{ topic: '$share/g/x', qos: 0, nl: true }] });
      assert.equal((await client.next('disconnect')).reasonCode, 0x82);
      await client.closed;
    });
  });
});
