// Publications from a server right after CONNACK, and with topic aliases.

import assert from 'node:assert/strict';
import { generate } from 'mqtt-packet';
import { InboundBench } from './inbound-bench';

describe('Publications from a server', () => {
  let bench: InboundBench;
  beforeEach(async () => {
    bench = await InboundBench.start();
  });
  afterEach(() => bench.stop());

  it('are delivered after the connection is reported, even if they arrive together with CONNACK', async () => {
    const publication = {
      cmd: 'publish',
      topic: 't',
      payload: 'x',
      qos: 1,
      messageId: 1,
      retain: false,
      dup: false,
    } as const;
    bench.server.script = {
      connect: ({ socket }) => {
        const connack = generate({ cmd: 'connack', sessionPresent: true, reasonCode: 0 }, { protocolVersion: 5 });
        socket.write(Buffer.concat([connack, generate(publication, { protocolVersion: 5 })]));
      },
    };
    const listener = bench.begin();
    const connectedFirst = new Promise<boolean>((resolve) => {
      const message = listener.message.bind(listener);
      listener.message = (...given) => {
        resolve(listener.servers.all.length > 0);
        message(...given);
      };
    });
    assert.ok(await connectedFirst);
    await bench.answer('puback 1');
  });

  it('have the topic of their alias, at every QoS', async () => {
    const [client, listener] = await bench.connect({ protocolVersion: 5, properties: { topicAliasMaximum: 3 } });
    const aliased = { cmd: 'publish', payload: 'x', retain: false, dup: false } as const;
    const properties = { topicAlias: 3 };
    client.send({ ...aliased, topic: 'long/topic', qos: 1, messageId: 1, properties });
    client.send({ ...aliased, topic: '', qos: 0, properties });
    client.send({ ...aliased, topic: '', qos: 1, messageId: 2, properties });
    client.send({ ...aliased, topic: '', qos: 2, messageId: 3, properties });
    assert.deepEqual(await bench.topics(listener, 4), Array(4).fill('long/topic'));
  });

  for (const [what, topic, topicAlias, code] of [
    ['an alias that stands for nothing', '', 2, 0x82],
    ['an alias beyond those that we offered', 'a', 4, 0x94],
    ['neither topic nor alias', '', undefined, 0x82],
  ] as const) {
    it(`end the connection when one has ${what}`, async () => {
      const [client, listener] = await bench.connect({ protocolVersion: 5, properties: { topicAliasMaximum: 3 } });
      const properties = topicAlias === undefined ? {} : { topicAlias };
      client.send({ cmd: 'publish', topic, payload: 'x', qos: 0, retain: false, dup: false, properties });
      assert.equal((await listener.ends.next()).reasonCode, code);
      await bench.answer(`disconnect 0x${code.toString(16)}`);
    });
  }
});
