// MQTT 3.1, and servers that close the connection without an answer when they are offered MQTT 5.

import assert from 'node:assert/strict';
import type { IConnectPacket } from 'mqtt-packet';
import { brokerDefaults } from '#src/settings/broker.config';
import { type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { freePort } from '../helpers/servers/free-port';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

/** Publishes at each QoS, and expects it back. */
async function assertEveryQoSArrives(nodes: readonly FlowNode[], broker: string): Promise<void> {
  const topic = unique('version');
  const flow = await loadFlow([
    ...nodes,
    ...subscribeNodes('sub', broker, [{ filter: topic, qos: 2 }]),
    ...publishNodes('pub', broker),
  ]);
  await flow.connected('sub', 'pub');
  for (const qos of [0, 1, 2]) {
    flow.inject('pub', { topic, payload: `level ${qos}`, qos });
    const received = await flow.received('sub-out').next();
    assert.deepEqual([received.payload, received.qos], [`level ${qos}`, qos]);
  }
}

describe('MQTT 3.1', () => {
  afterEach(unloadFlow);

  it('works with mosquitto', async function () {
    needsMosquitto(this);
    const mosquitto = await Mosquitto.start();
    try {
      const broker = unique('old-broker');
      const will = { topic: 'w', payload: 'x', qos: 1, retain: false, properties: {} } as const;
      const node = serverNode(broker, mosquitto.port, { protocolVersion: 3, cleanStart: false, will });
      await assertEveryQoSArrives([node], broker);
      // Protocol version 3 in the log of mosquitto.
      await mosquitto.log.find('MQTT 3.1', (line) => /New client connected .* \(p1, c0/.test(line));
    } finally {
      await unloadFlow();
      await mosquitto.stop();
    }
  });

  it('works with the embedded broker of another node', async () => {
    const port = await freePort();
    const embedded = { ...brokerDefaults.embedded, port, allowAnonymous: true };
    const broker = unique('old-broker');
    await assertEveryQoSArrives(
      [embeddedNode(unique('embedded'), embedded), serverNode(broker, port, { protocolVersion: 3 })],
      broker,
    );
  });

  it('uses the protocol name of MQTT 3.1, with a client identifier that such servers accept', async () => {
    const server = await ScriptedServer.start();
    try {
      const broker = unique('old-broker');
      const flow = await loadFlow([
        serverNode(broker, server.port, { protocolVersion: 3 }),
        ...publishNodes('pub', broker),
      ]);
      await flow.connected('pub');
      const connect = await server.packet('connect');
      assert.deepEqual([connect.protocolId, connect.protocolVersion], ['MQIsdp', 3]);
      assert.ok(connect.clientId.length > 0 && connect.clientId.length <= 23);
      assert.equal(connect.properties, undefined);
    } finally {
      await unloadFlow();
      await server.stop();
    }
  });
});

describe('auto with a server that closes when it is offered MQTT 5', () => {
  let server: ScriptedServer;
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  const closings: readonly [name: string, close: (client: ScriptedClient) => void][] = [
    ['in good order', ({ socket }) => socket.end()],
    ['with a reset', ({ socket }) => socket.resetAndDestroy()],
  ];
  for (const [name, close] of closings) {
    it(`${name}: 3.1.1 at once, without a report`, async () => {
      server = await ScriptedServer.start({
        connect(client: ScriptedClient, { protocolVersion }: IConnectPacket) {
          if (protocolVersion === 5) close(client);
          else client.connack(0);
        },
      });
      const broker = unique('mute-broker');
      const flow = await loadFlow([serverNode(broker, server.port), ...publishNodes('pub', broker)]);
      await flow.connected('pub');
      const versions = server.received.all.flatMap((packet) =>
        packet.cmd === 'connect' ? [packet.protocolVersion] : [],
      );
      assert.deepEqual(versions, [5, 4]);
      assert.deepEqual(flow.caughtCodes, []);
    });
  }

  it('once while it starts: MQTT 5 after the next loss', async () => {
    server = await ScriptedServer.start({
      connect(client: ScriptedClient) {
        if (server.clients.all.length === 1) client.socket.end();
        else client.connack(0);
      },
    });
    const broker = unique('starting-broker');
    const reconnect = { minDelay: 10, maxDelay: 100 };
    const flow = await loadFlow([serverNode(broker, server.port, { reconnect }), ...publishNodes('pub', broker)]);
    await flow.connected('pub');
    const [, second] = await server.clients.first(2);
    second?.socket.destroy();
    await server.clients.first(3);
    const packets = await server.received.first(3);
    assert.deepEqual(
      packets.map((packet) => packet.cmd === 'connect' && packet.protocolVersion),
      [5, 4, 5],
    );
  });

  it('reports the closing if the user chose 5', async () => {
    server = await ScriptedServer.start({ connect: ({ socket }) => void socket.end() });
    const broker = unique('mute-broker');
    const flow = await loadFlow([
      serverNode(broker, server.port, { protocolVersion: 5 }),
      ...publishNodes('pub', broker),
    ]);
    assert.equal((await flow.caught.next()).error.code, 'closed-without-answer');
  });
});
