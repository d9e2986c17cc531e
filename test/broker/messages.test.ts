// Publications arrive: with each QoS, between all versions of MQTT, in order, and once with QoS 2.

import assert from 'node:assert/strict';
import { generate } from 'mqtt-packet';
import { BrokerBench, textOf, type Version } from './broker-bench';

const VERSIONS: readonly Version[] = [3, 4, 5];
const MQTT5 = { protocolVersion: 5 };

describe('broker: publications', () => {
  let bench: BrokerBench;
  beforeEach(async () => {
    bench = await BrokerBench.start();
  });
  afterEach(() => bench.close());

  for (const from of VERSIONS) {
    for (const to of VERSIONS) {
      for (const qos of [0, 1, 2] as const) {
        it(`pass from version ${from} to version ${to} at QoS ${qos}`, async () => {
          const subscriber = await bench.connect('subscriber', { protocolVersion: to });
          await subscriber.subscribe('a/+', { qos: 2 });
          const publisher = await bench.connect('publisher', { protocolVersion: from });
          await publisher.publish('a/b', 'x', { qos });
          const received = await subscriber.next('publish');
          assert.deepEqual(
            [textOf(received), received.qos, received.retain, received.dup],
            ['a/b=x', qos, false, false],
          );
        });
      }
    }
  }

  it('carry their properties from 5 to 5, in order, and none to 3.1.1', async () => {
    const five = await bench.connect('five');
    const four = await bench.connect('four', { protocolVersion: 4 });
    for (const client of [five, four]) await client.subscribe('#');
    const properties = {
      payloadFormatIndicator: true,
      contentType: 'text/plain',
      responseTopic: 'answer/here',
      correlationData: Buffer.from([1, 2, 3]),
      userProperties: { a: ['1', '2'], b: '3' },
    };
    await bench.connect('publisher').then((publisher) => publisher.publish('t', 'x', { properties }));
    const received = (await five.next('publish')).properties;
    assert.deepEqual({ ...received, userProperties: { ...received?.userProperties } }, properties);
    assert.equal((await four.next('publish')).properties, undefined);
  });

  it('are delivered at the lower of the two QoS', async () => {
    const subscriber = await bench.connect('subscriber');
    await subscriber.subscribe('low', { qos: 0 });
    await subscriber.subscribe('high', { qos: 2 });
    const publisher = await bench.connect('publisher');
    await publisher.publish('low', 'x', { qos: 2 });
    await publisher.publish('high', 'x', { qos: 1 });
    assert.equal((await subscriber.next('publish')).qos, 0);
    assert.equal((await subscriber.next('publish')).qos, 1);
  });

  it('keep their order even if the client does not acknowledge', async () => {
    const subscriber = await bench.connect('subscriber', { properties: { receiveMaximum: 3 } });
    await subscriber.subscribe('n', { qos: 1 });
    const publisher = await bench.connect('publisher');
    const sent = Array.from({ length: 20 }, (_, index) => `n=${index}`);
    for (const text of sent) await publisher.publish('n', text.slice(2), { qos: 1 });
    const received: string[] = [];
    while (received.length < sent.length) {
      const packet = await subscriber.next('publish');
      received.push(textOf(packet));
      subscriber.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    }
    assert.deepEqual(received, sent);
  });

  it('with QoS 2 are delivered once, even if repeated before PUBREL', async () => {
    const subscriber = await bench.connect('subscriber');
    await subscriber.subscribe('once');
    const publisher = await bench.connect('publisher');
    for (const dup of [false, true, true]) {
      publisher.send({ cmd: 'publish', topic: 'once', payload: 'x', qos: 2, messageId: 7, dup, retain: false });
      await publisher.next('pubrec');
    }
    publisher.send({ cmd: 'pubrel', messageId: 7 });
    await publisher.next('pubcomp');
    assert.deepEqual(await subscriber.messages(1), ['once=x']);
    await subscriber.quiet();
  });

  it('answers PUBREL and PUBREC for an unknown identifier with 0x92', async () => {
    const client = await bench.connect('client');
    client.send({ cmd: 'pubrel', messageId: 9 });
    assert.equal((await client.next('pubcomp')).reasonCode, 0x92);
    client.send({ cmd: 'pubrec', messageId: 9 });
    assert.equal((await client.next('pubrel')).reasonCode, 0x92);
  });

  it('answers 0x10 to a publisher without subscribers', async () => {
    const publisher = await bench.connect('publisher');
    assert.equal(await publisher.publish('nobody', 'x', { qos: 1 }), 0x10);
    assert.equal(await publisher.publish('nobody', 'x', { qos: 2 }), 0x10);
  });

  it('that arrive 30,000 at once are handled without using up the stack', async () => {
    const publisher = await bench.connect('publisher');
    const one = generate({ cmd: 'publish', topic: 'nobody', payload: '', qos: 0, dup: false, retain: false }, MQTT5);
    publisher.stream.write(Buffer.concat(new Array(30_000).fill(one)));
    assert.equal(await publisher.publish('nobody', 'last', { qos: 1 }), 0x10);
  });

  it('with a payload of a megabyte arrive completely', async () => {
    const subscriber = await bench.connect('subscriber');
    await subscriber.subscribe('large', { qos: 1 });
    const payload = Buffer.alloc(1_000_000, 'ab');
    await bench.connect('publisher').then((publisher) => publisher.publish('large', payload, { qos: 1 }));
    const received = await subscriber.next('publish');
    assert.ok(payload.equals(Buffer.from(received.payload)));
  });

  it('that have expired are not delivered, and others have the rest of their interval', async () => {
    const subscriber = await bench.connect('subscriber', { clean: false, properties: { sessionExpiryInterval: 1000 } });
    await subscriber.subscribe('t', { qos: 1 });
    await subscriber.disconnect();
    const publisher = await bench.connect('publisher');
    const expiry = (messageExpiryInterval: number) => ({ qos: 1, properties: { messageExpiryInterval } }) as const;
    await publisher.publish('t', 'short', expiry(5));
    await publisher.publish('t', 'long', expiry(60));
    bench.clock.advance(10);
    const again = await bench.connect('subscriber', { clean: false, properties: { sessionExpiryInterval: 1000 } });
    const received = await again.next('publish');
    assert.deepEqual([textOf(received), received.properties?.messageExpiryInterval], ['t=long', 50]);
    await again.quiet();
  });

  it('refuses to publish to $SYS, which is its own', async () => {
    const publisher = await bench.connect('publisher');
    assert.equal(await publisher.publish('$SYS/broker/version', 'x', { qos: 1 }), 0x87);
  });
});
