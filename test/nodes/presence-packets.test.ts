// The packets by which a broker node says who it is: CONNECT with its properties and will, birth and close message.

import assert from 'node:assert/strict';
import type { Packet } from 'mqtt-packet';
import type { MessageConfig } from '#src/core/servers/message-config';
import type { BrokerConfig } from '#src/settings/broker.config';
import { messageDefaults } from '#src/settings/broker.session.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { ScriptedServer } from '../helpers/servers/scripted-server';

function message(topic: string, settings: Partial<MessageConfig> = {}): MessageConfig {
  return { ...messageDefaults, topic, payload: topic, ...settings };
}

describe('CONNECT, birth and close message on the wire', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  const properties = {
    contentType: 'text/plain',
    messageExpiryInterval: 60,
    payloadFormatIndicator: true,
    responseTopic: 'answer/here',
    userProperties: { line: '4' },
  };
  const settings: Partial<BrokerConfig> = {
    protocolVersion: 5,
    keepalive: 17,
    birth: message('birth', { qos: 1, properties }),
    close: message('close', { qos: 2, retain: true, properties }),
    will: message('will', { qos: 2, retain: true, properties: { ...properties, willDelayInterval: 9 } }),
    sessionExpiryInterval: 120,
    receiveMaximum: 11,
    maximumPacketSize: 100_000,
    topicAliasMaximum: 13,
    userProperties: { site: 'north' },
  };

  async function load(more: Partial<BrokerConfig> = {}, ...filters: readonly string[]): Promise<Flow> {
    return loadFlow([
      serverNode('wire-broker', server.port, { ...settings, ...more }),
      ...(filters.length > 0 ? subscribeNodes('sub', 'wire-broker', filters) : []),
      ...publishNodes('pub', 'wire-broker'),
    ]);
  }

  /** The kinds of received packets in order, with the topics of publications. */
  function order(): string[] {
    return server.received.all.map((packet) => (packet.cmd === 'publish' ? packet.topic : packet.cmd));
  }

  function published(topic: string): Promise<Packet> {
    return server.received.find(topic, (packet) => packet.cmd === 'publish' && packet.topic === topic);
  }

  it('CONNECT holds every property of MQTT 5 that is configured, and the will with its own', async () => {
    await load();
    const connect = await server.packet('connect');
    assert.equal(connect.keepalive, 17);
    assert.equal(connect.clean, true);
    assert.deepEqual(plain(connect.properties), {
      sessionExpiryInterval: 120,
      receiveMaximum: 11,
      maximumPacketSize: 100_000,
      topicAliasMaximum: 13,
      userProperties: { site: 'north' },
    });
    const { will } = connect;
    assert.ok(will);
    assert.deepEqual([will.topic, String(will.payload), will.qos, will.retain], ['will', 'will', 2, true]);
    assert.deepEqual(plain(will.properties), { ...properties, willDelayInterval: 9 });
  });

  it('CONNECT holds no property that is not configured, but for a window that memory can hold', async () => {
    await loadFlow([serverNode('bare-broker', server.port), ...publishNodes('pub', 'bare-broker')]);
    const connect = await server.packet('connect');
    assert.equal(connect.will, undefined);
    assert.deepEqual(plain(connect.properties ?? {}), { receiveMaximum: 1000 });
  });

  it('MQTT 3.1.1 has no properties: the messages are sent without them', async () => {
    await load({ protocolVersion: 4 });
    const connect = await server.packet('connect');
    assert.equal(connect.properties, undefined);
    assert.deepEqual([connect.will?.topic, connect.will?.qos, connect.will?.retain], ['will', 2, true]);
    assert.equal(connect.will?.properties, undefined);
    assert.ok(!('properties' in (await published('birth'))));
  });

  it('birth and close message hold the properties that are configured', async () => {
    const flow = await load();
    await flow.connected('pub');
    const birth = await published('birth');
    assert.ok(birth.cmd === 'publish');
    assert.deepEqual([birth.qos, birth.retain, plain(birth.properties)], [1, false, properties]);
    await unloadFlow();
    const close = await published('close');
    assert.ok(close.cmd === 'publish');
    assert.deepEqual([close.qos, close.retain, plain(close.properties)], [2, true, properties]);
  });

  it('the birth follows the answers to the subscriptions, and what waited follows the birth', async () => {
    const waiting: (() => void)[] = [];
    server.script = {
      connect: (client) => void waiting.push(() => client.connack(0)),
      subscribe: (client, { subscriptions, messageId = 0 }) =>
        void waiting.push(() =>
          client.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) }),
        ),
    };
    const flow = await load({}, 'a', 'b');
    await server.packet('connect');
    for (const payload of [1, 2]) flow.inject('pub', { topic: 'waited', payload, qos: 1 });
    waiting.shift()?.();
    await server.received.first(3);
    assert.deepEqual(order(), ['connect', 'subscribe', 'subscribe']);
    for (const answer of waiting) answer();
    await flow.received('pub-out').first(2);
    assert.deepEqual(order(), ['connect', 'subscribe', 'subscribe', 'birth', 'waited', 'waited']);
  });

  it('the close message is acknowledged before DISCONNECT is sent', async () => {
    const flow = await load({ close: message('close', { qos: 1 }) });
    await flow.connected('pub');
    await published('birth');
    let early = 0;
    server.script = {
      publish(client, { messageId = 0 }) {
        // Packets that the client sends at once have arrived after two turns of the event loop.
        setImmediate(() =>
          setImmediate(() => {
            early = server.count('disconnect');
            client.send({ cmd: 'puback', messageId });
          }),
        );
      },
    };
    await unloadFlow();
    await server.packet('disconnect');
    assert.equal(early, 0);
    assert.deepEqual(order().slice(-2), ['close', 'disconnect']);
  });

  it('a birth message that the server refuses is reported, and other messages are sent', async () => {
    server.script = {
      connect: (client) =>
        client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: { maximumQoS: 0 } }),
    };
    const flow = await load();
    assert.equal((await flow.caught.next()).error.code, 'publication-refused');
    flow.inject('pub', { topic: 'a', payload: 1 });
    await published('a');
    assert.ok(!order().includes('birth'));
    assert.equal(server.clients.all.length, 1);
  });

  describe('a setting that does not fit MQTT is reported, and nothing is connected', () => {
    const wrong: readonly [name: string, settings: Partial<BrokerConfig>, code: string][] = [
      ['a will to a filter', { will: message('a/#') }, 'topic-invalid'],
      ['a birth message with an expiry below zero', birthWith({ messageExpiryInterval: -1 }), 'property-invalid'],
      ['a will delay below zero', { will: message('w', { properties: { willDelayInterval: -1 } }) }, 'config-invalid'],
      ['a receive maximum of zero', { receiveMaximum: 0 }, 'config-invalid'],
      ['a session expiry beyond four bytes', { sessionExpiryInterval: 2 ** 32 }, 'config-invalid'],
    ];
    for (const [name, more, code] of wrong) {
      it(name, async () => {
        const flow = await load(more);
        const { error } = await flow.caught.next();
        assert.equal(error.code, code);
        assert.equal(server.clients.all.length, 0);
      });
    }
  });
});

function birthWith(properties: Record<string, unknown>): Partial<BrokerConfig> {
  return { birth: message('birth', { properties }) };
}

/** The parser's objects have no prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
