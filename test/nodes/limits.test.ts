// The limits that a server names in CONNACK: what is beyond them is not sent, since it would cost the connection.

import assert from 'node:assert/strict';
import type { IConnackPacket, IPublishPacket } from 'mqtt-packet';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { type Script, type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

type Limits = NonNullable<IConnackPacket['properties']>;

describe('a limit of the server', () => {
  let server: ScriptedServer;
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  async function load(limits: Limits, filters: readonly string[] = [], script: Script = {}): Promise<Flow> {
    const connect = (client: ScriptedClient): void =>
      client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: limits });
    server = await ScriptedServer.start({ connect, ...script });
    const flow = await loadFlow([
      serverNode('limited-broker', server.port, { protocolVersion: 5 }),
      ...(filters.length > 0 ? subscribeNodes('sub', 'limited-broker', filters) : []),
      ...publishNodes('pub', 'limited-broker'),
    ]);
    await flow.showing('pub', 'connected');
    return flow;
  }

  /** The topics that the server has received when this message is acknowledged. */
  async function arrived(flow: Flow): Promise<string[]> {
    flow.inject('pub', { topic: 'f', payload: '', qos: 0 });
    await server.received.find('the fence', (packet) => packet.cmd === 'publish' && packet.topic === 'f');
    assert.equal(server.clients.all.length, 1, 'the connection stands');
    return publications().map(({ topic }) => topic);
  }

  function publications(): IPublishPacket[] {
    return server.received.all.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []));
  }

  function subscribed(): string[] {
    return server.received.all.flatMap((packet) =>
      packet.cmd === 'subscribe' ? packet.subscriptions.map(({ topic }) => topic) : [],
    );
  }

  for (const maximumQoS of [0, 1] as const) {
    it(`the highest QoS, ${maximumQoS}: what asks for more is refused, the rest is sent`, async () => {
      const flow = await load({ maximumQoS });
      for (const qos of [0, 1, 2]) flow.inject('pub', { topic: `qos/${qos}`, payload: '', qos });
      const topics = await arrived(flow);
      assert.deepEqual(topics, ['qos/0', 'qos/1', 'qos/2'].slice(0, maximumQoS + 1).concat('f'));
      assert.deepEqual(new Set(flow.caughtCodes), new Set(['publication-refused']));
      assert.equal(flow.caught.all.length, 2 - maximumQoS);
    });
  }

  it('no retained messages: one is refused, the others are sent', async () => {
    const flow = await load({ retainAvailable: false });
    flow.inject('pub', { topic: 'kept', payload: '', retain: true });
    flow.inject('pub', { topic: 'passing', payload: '' });
    assert.deepEqual(await arrived(flow), ['passing', 'f']);
    assert.deepEqual(flow.caughtCodes, ['publication-refused']);
  });

  it('the size of a packet: what is larger is refused with both sizes, header and properties counted', async () => {
    const maximumPacketSize = 200;
    const flow = await load({ maximumPacketSize });
    for (let length = 150; length < 210; length++)
      flow.inject('pub', { topic: 't', payload: 'x'.repeat(length), qos: 1 });
    const userProperties = { name: 'y'.repeat(150) };
    flow.inject('pub', { topic: 'properties', payload: 'x'.repeat(50), userProperties });
    const topics = await arrived(flow);
    assert.ok(!topics.includes('properties'));
    for (const { length = 0 } of publications()) assert.ok(length <= maximumPacketSize, `${length} bytes`);
    assert.ok(topics.length > 25, 'what fits is sent');
    assert.deepEqual(new Set(flow.caughtCodes), new Set(['publication-too-large']));
    assert.equal(flow.caught.all.length + topics.length, 62);
  });

  it('unacknowledged messages: never more than it receives at once', async () => {
    let unacknowledged = 0;
    let most = 0;
    const acknowledge: (() => void)[] = [];
    const flow = await load({ receiveMaximum: 3 }, [], {
      publish(client, { messageId = 0 }) {
        most = Math.max(most, ++unacknowledged);
        acknowledge.push(() => {
          unacknowledged--;
          client.send({ cmd: 'puback', messageId });
        });
        // Answers come in rounds. A client that sends too much has done so before the next round.
        if (acknowledge.length === 1)
          setImmediate(() => setImmediate(() => acknowledge.splice(0).map((send) => send())));
      },
    });
    for (let payload = 0; payload < 20; payload++) flow.inject('pub', { topic: 'a', payload, qos: 1 });
    await flow.received('pub-out').first(20);
    assert.ok(most > 1 && most <= 3, `${most} at once`);
    assert.deepEqual(flow.caughtCodes, []);
  });

  it('no wildcards: such a filter is refused without being asked for, the others work', async () => {
    const flow = await load({ wildcardSubscriptionAvailable: false }, ['a/#', 'b/+', 'c']);
    await flow.showing('sub', 'subscription-refused');
    await flow.caught.first(2);
    await arrived(flow);
    assert.deepEqual(subscribed(), ['c']);
    assert.deepEqual(flow.caughtCodes, ['subscription-refused', 'subscription-refused']);
    server.clients.all[0]?.send({ cmd: 'publish', topic: 'c', payload: '1', qos: 0, retain: false, dup: false });
    assert.equal((await flow.received('sub-out').next()).topic, 'c');
    assert.equal(server.clients.all.length, 1);
  });

  it('no shared subscriptions: such a filter is refused without being asked for, the others work', async () => {
    const flow = await load({ sharedSubscriptionAvailable: false }, ['$share/group/a', 'b/#']);
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'subscription-refused');
    await arrived(flow);
    assert.deepEqual(subscribed(), ['b/#']);
  });

  it('no subscription identifiers: none is sent, and each node gets what it asked for', async () => {
    const flow = await load({ subscriptionIdentifiersAvailable: false }, ['a/#', 'a/+']);
    await flow.connected('sub');
    for (const packet of server.received.all) {
      if (packet.cmd === 'subscribe') assert.equal(packet.properties?.subscriptionIdentifier, undefined);
    }
    server.clients.all[0]?.send({ cmd: 'publish', topic: 'a/1', payload: '1', qos: 0, retain: false, dup: false });
    assert.equal((await flow.received('sub-out').next()).topic, 'a/1');
  });

  it('the keep-alive: the time of the server replaces ours', async () => {
    await load({ serverKeepAlive: 1 });
    // Our own keep-alive is a minute.
    await server.packet('pingreq');
  });
});

describe('limits that mosquitto enforces', () => {
  let mosquitto: Mosquitto;
  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ config: ['max_qos 1', 'retain_available false', 'max_inflight_messages 2'] });
  });
  afterEach(unloadFlow);
  after(() => mosquitto?.stop());

  async function load(settings: Partial<BrokerConfig> = {}): Promise<Flow> {
    const flow = await loadFlow([
      serverNode('enforced-broker', mosquitto.port, { protocolVersion: 5, ...settings }),
      ...publishNodes('pub', 'enforced-broker'),
    ]);
    await flow.connected('pub');
    return flow;
  }

  it('are obeyed, so that the connection stays', async () => {
    const flow = await load();
    flow.inject('pub', { topic: 'a', payload: 1, qos: 2 });
    flow.inject('pub', { topic: 'a', payload: 1, retain: true });
    for (let payload = 0; payload < 50; payload++) flow.inject('pub', { topic: 'a', payload, qos: 1 });
    await flow.received('pub-out').first(50);
    assert.deepEqual(flow.caughtCodes, ['publication-refused', 'publication-refused']);
    assert.equal(flow.statuses('pub').all.filter(({ text }) => text?.endsWith('status.connected')).length, 1);
  });

  it('a will beyond them is refused with the connection, and its reason is shown', async () => {
    const will = { topic: 'w', payload: '', qos: 2, retain: false, properties: {} } as const;
    const flow = await loadFlow([
      serverNode('refused-broker', mosquitto.port, { protocolVersion: 5, will }),
      ...publishNodes('pub', 'refused-broker'),
    ]);
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'refused-by-server');
  });
});
