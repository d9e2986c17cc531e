// What a publish node makes of a message, and when it lets the message go on.

import assert from 'node:assert/strict';
import type { IPublishPacket } from 'mqtt-packet';
import type { PublishConfig } from '#src/settings/publish.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Inbox } from '../helpers/flows/inbox';
import { onEachServer } from '../helpers/flows/servers';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

onEachServer('publish', (server) => {
  let base = '';
  beforeEach(() => {
    base = unique('publish');
  });

  /** A publish node with these settings, and a subscribe node that receives its messages. */
  async function flowWith(settings: Partial<PublishConfig>): Promise<Flow> {
    const broker = unique('broker');
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, [{ filter: `${base}/#`, qos: 2 }]),
      ...publishNodes('pub', broker, settings),
    ]);
    await flow.connected('sub', 'pub');
    return flow;
  }

  it('sends the message on with the reason code of the server, and completes it', async () => {
    const flow = await flowWith({});
    const message = { _msgid: 'm1', topic: `${base}/x`, payload: { a: [1] }, qos: 1, retain: false, other: 'kept' };
    const before = structuredClone(message);
    flow.inject('pub', message);
    assert.deepEqual(await flow.received('pub-out').next(), { ...before, reasonCode: 0 });
    assert.equal((await flow.completed.next())._msgid, 'm1');
    assert.deepEqual(message, before);
  });

  it('fills the template of the topic from the message', async () => {
    const flow = await flowWith({ topicType: 'str', topic: `${base}/{{params.line}}/{{payload.id}}` });
    flow.inject('pub', { topic: 'ignored', params: { line: 'A' }, payload: { id: 7 } });
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/A/7`);
  });

  it('takes the topic from another property of the message', async () => {
    const flow = await flowWith({ topicType: 'msg', topic: 'target.topic' });
    flow.inject('pub', { topic: 'ignored', target: { topic: `${base}/t` }, payload: 1 });
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/t`);
  });

  it('lets its own qos and retain win over those of the message', async () => {
    const flow = await flowWith({ qos: 2, retain: false });
    flow.inject('pub', { topic: `${base}/own`, payload: 'own', qos: 0, retain: true });
    assert.equal((await flow.received('sub-out').next()).qos, 2);
    const later = await loadFlow([
      server.broker('later'),
      ...subscribeNodes('sub', 'later', [`${base}/#`]),
      ...publishNodes('pub', 'later'),
    ]);
    await later.connected('sub');
    later.inject('pub', { topic: `${base}/end`, payload: 'end' });
    assert.equal((await later.received('sub-out').next()).payload, 'end');
  });

  it('takes qos and retain from the message where it sets none', async () => {
    const flow = await flowWith({});
    flow.inject('pub', { topic: `${base}/qos`, payload: 1, qos: '2' });
    flow.inject('pub', { topic: `${base}/none`, payload: 1 });
    const inbox = flow.received('sub-out');
    // At QoS 0 a message may overtake one of QoS 2.
    assert.equal((await inbox.find('qos', ({ topic }) => topic === `${base}/qos`)).qos, 2);
    assert.equal((await inbox.find('none', ({ topic }) => topic === `${base}/none`)).qos, 0);
  });

  it('sends base64 as decoded bytes', async () => {
    const flow = await flowWith({ format: 'base64' });
    flow.inject('pub', { topic: `${base}/b`, payload: Buffer.from([0xff, 0xfe]).toString('base64') });
    assert.deepEqual((await flow.received('sub-out').next()).payload, Buffer.from([0xff, 0xfe]));
  });
});

describe('publish and acknowledgement', () => {
  let server: ScriptedServer;
  let held: Inbox<[ScriptedClient, IPublishPacket]>;
  beforeEach(async () => {
    held = new Inbox('publications at the server');
    server = await ScriptedServer.start({ publish: (client, packet) => held.push([client, packet]) });
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  function load(protocolVersion: 4 | 5): Promise<Flow> {
    return loadFlow([serverNode('ack-broker', server.port, { protocolVersion }), ...publishNodes('pub', 'ack-broker')]);
  }

  for (const protocolVersion of [5, 4] as const) {
    it(`sends a message of QoS 1 on when the server has acknowledged it (MQTT ${protocolVersion})`, async () => {
      const flow = await load(protocolVersion);
      flow.inject('pub', { topic: 'a', payload: 'held', qos: 1 });
      const [client, packet] = await held.next();
      flow.inject('pub', { topic: 'a', payload: 'at most once', qos: 0 });
      await flow.completed.first(1);
      assert.deepEqual(
        flow.received('pub-out').all.map(({ payload }) => payload),
        ['at most once'],
      );
      client.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
      const [, acknowledged] = await flow.completed.first(2);
      assert.equal(acknowledged?.payload, 'held');
      assert.equal(flow.received('pub-out').all.length, 2);
    });
  }

  it('sends a message of QoS 2 on when the server has completed it', async () => {
    const flow = await load(5);
    flow.inject('pub', { topic: 'a', payload: 'held', qos: 2 });
    const [client, packet] = await held.next();
    const messageId = packet.messageId ?? 0;
    assert.equal(flow.received('pub-out').all.length, 0);
    client.send({ cmd: 'pubrec', messageId });
    await flow.received('pub-out').next();
    assert.equal(server.count('pubrel'), 1);
  });

  it('reports a message that the server refuses, with its reason, and sends the next', async () => {
    const flow = await load(5);
    flow.inject('pub', { topic: 'forbidden', payload: 1, qos: 1 });
    const [client, packet] = await held.next();
    client.send({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0x87 });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'publication-refused');
    assert.equal(caught.topic, 'forbidden');
    flow.inject('pub', { topic: 'allowed', payload: 2, qos: 0 });
    assert.equal((await flow.received('pub-out').next()).topic, 'allowed');
    assert.equal(flow.caught.all.length, 1);
    assert.equal(server.count('connect'), 1);
  });

  it('counts "no matching subscribers" as acknowledged, with msg.reasonCode', async () => {
    const flow = await load(5);
    flow.inject('pub', { topic: 'nobody', payload: 1, qos: 1 });
    const [client, packet] = await held.next();
    client.send({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0x10 });
    const sent = await flow.received('pub-out').next();
    assert.deepEqual([sent.topic, sent.reasonCode], ['nobody', 0x10]);
    assert.deepEqual(flow.caughtCodes, []);
  });
});
