// What a publish node does not change: the message and its bytes. Topic aliases are not visible to flows.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { ScriptedServer } from '../helpers/servers/scripted-server';

const MEGABYTE = 1024 * 1024;

describe('a publish node', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  async function load(settings: Parameters<typeof publishNodes>[2], brokerSettings: object = {}): Promise<Flow> {
    const broker = unique('untouched');
    return loadFlow([serverNode(broker, server.port, brokerSettings), ...publishNodes('pub', broker, settings)]);
  }

  it('passes on the same Buffer, and sends its bytes', async () => {
    const flow = await load({ qos: 1 });
    const payload = Buffer.alloc(MEGABYTE, 'large');
    flow.inject('pub', { topic: 'a', payload });
    const [sent, passedOn] = [await server.packet('publish'), await flow.received('pub-out').next()];
    assert.ok(payload.equals(Buffer.from(sent.payload)));
    assert.equal(passedOn.payload, payload);
  });

  it('does not copy a large Buffer that waits', async () => {
    const flow = await load({ qos: 1, completeOn: 'queued' }, { autoConnect: false });
    const payload = Buffer.alloc(MEGABYTE, 'large');
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 50; count++) flow.inject('pub', { topic: 'a', payload });
    await flow.completed.first(50);
    assert.ok(process.memoryUsage().arrayBuffers - before < 5 * MEGABYTE);
  });

  it('keeps the topic in its messages while the wire has an alias, with QoS 0 only', async () => {
    server.script = {
      connect: (client) =>
        client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: { topicAliasMaximum: 5 } }),
    };
    const flow = await load({}, { protocolVersion: 5 });
    await flow.connected('pub');
    const messages = [0, 0, 1].map((qos, payload) => ({ _msgid: `m${payload}`, topic: 'long/topic', payload, qos }));
    for (const message of messages) flow.inject('pub', structuredClone(message));
    const passedOn = await flow.received('pub-out').first(3);
    assert.deepEqual(passedOn, [messages[0], messages[1], { ...messages[2], reasonCode: 0 }]);
    const sent = server.received.all.flatMap((packet) =>
      packet.cmd === 'publish' ? [[packet.topic, packet.properties?.topicAlias]] : [],
    );
    // The QoS 1 message is acknowledged, so the server has received those before it.
    assert.deepEqual(sent, [
      ['long/topic', 1],
      ['', 1],
      ['long/topic', undefined],
    ]);
  });

  it('reports a message of QoS 0 whose connection dies before the bytes are handed over', async () => {
    const flow = await load({});
    await flow.connected('pub');
    const { socket } = await server.clients.next();
    const firstBytes = once(socket, 'data');
    // More than the buffers of both sides hold.
    flow.inject('pub', { topic: 'a', payload: Buffer.alloc(32 * MEGABYTE), qos: 0 });
    await firstBytes;
    socket.destroy();
    const caught = await flow.caught.next();
    assert.deepEqual([caught.error.code, caught.topic], ['publication-lost', 'a']);
    assert.equal(flow.completed.all.length, 0);
  });
});
