// Answering requests: a subscribe node for requests, a flow, and a publish node that replies.

import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import type { PublishConfig } from '#src/settings/publish.config';
import type { SubscribeConfig } from '#src/settings/subscribe.config';
import { coreNodes, type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';
import { Inbox } from '../helpers/flows/inbox';
import { AcknowledgingServer } from '../helpers/servers/acknowledging-server';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

interface Reply {
  readonly topic: string;
  readonly payload: string;
  readonly correlation: string | undefined;
  readonly qos: number;
  readonly retain: boolean;
}

const CORE = ['function/10-function', 'function/89-delay'].map(coreNodes);

describe('answering requests', () => {
  let mosquitto: Mosquitto;
  let client: MqttClient;
  let replies: Inbox<Reply>;
  let base = '';

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start();
    client = await connectAsync(mosquitto.url, { protocolVersion: 5, reconnectPeriod: 0 });
    client.on('message', (topic, payload, { properties, qos, retain }) => {
      const correlation = properties?.correlationData?.toString();
      replies.push({ topic, payload: payload.toString(), correlation, qos, retain });
    });
  });
  beforeEach(async () => {
    base = unique('reply');
    replies = new Inbox<Reply>('replies');
    await client.subscribeAsync(`${base}/to/#`, { qos: 2 });
  });
  afterEach(unloadFlow);
  after(async () => {
    await client?.endAsync(true);
    await mosquitto?.stop();
  });

  /** A flow that answers requests to `<base>/ask` with what the function `code` returns. */
  async function answering(
    code: string,
    subscribe: Partial<SubscribeConfig> = {},
    publish: Partial<PublishConfig> = {},
  ): Promise<Flow> {
    const broker = unique('broker');
    const [sub] = subscribeNodes('sub', broker, [{ filter: `${base}/ask`, qos: 2 }], subscribe);
    assert.ok(sub);
    const flow = await loadFlow(
      [
        serverNode(broker, mosquitto.port),
        { ...sub, wires: [['answer']] },
        functionNode('answer', code, ['pub']),
        ...publishNodes('pub', broker, { topicType: 'reply', topic: '', ...publish }),
      ],
      {},
      ...CORE,
    );
    await flow.connected('sub', 'pub');
    return flow;
  }

  async function ask(payload: string, correlation?: string, qos: 0 | 1 | 2 = 1): Promise<void> {
    const correlationData = correlation === undefined ? {} : { correlationData: Buffer.from(correlation) };
    const properties = { responseTopic: `${base}/to/me`, ...correlationData };
    await client.publishAsync(`${base}/ask`, payload, { qos, properties });
  }

  it('goes to the response topic, with the correlation data, at the QoS of the request', async () => {
    await answering('msg.payload = "for " + msg.payload; return msg;');
    await ask('a', 'c1', 2);
    const expected = { topic: `${base}/to/me`, payload: 'for a', correlation: 'c1', qos: 2, retain: false };
    assert.deepEqual(await replies.next(), expected);
  });

  it('does so although the flow has replaced the message', async () => {
    await answering('return { payload: "new" };');
    await ask('a', 'c2');
    assert.deepEqual(await replies.next(), {
      topic: `${base}/to/me`,
      payload: 'new',
      correlation: 'c2',
      qos: 1,
      retain: false,
    });
  });

  it('does so when the flow answers later, and requests cross', async () => {
    await answering(
      'setTimeout(() => node.send({ _msgid: msg._msgid, payload: msg.payload }), Number(msg.payload)); return null;',
    );
    for (const [payload, correlation] of [
      ['60', 'slow'],
      ['0', 'quick'],
    ] as const) {
      await ask(payload, correlation);
    }
    const all = await replies.first(2);
    assert.deepEqual(
      all.map(({ payload, correlation }) => `${payload} ${correlation}`),
      ['0 quick', '60 slow'],
    );
  });

  it('sends no response topic of its own, unless it is set', async () => {
    await answering('return msg;', {}, { qos: 0 });
    await ask('a');
    const { correlation, qos } = await replies.next();
    assert.deepEqual([correlation, qos], [undefined, 0]);
  });

  it('reports a message that belongs to no request', async () => {
    const flow = await answering('return msg;');
    flow.inject('pub', { payload: 1, topic: 'a' });
    assert.equal((await flow.caught.next()).error.code, 'reply-without-request');
  });

  it('takes requests only, where it is set so', async () => {
    const flow = await answering('return msg;', { requestsOnly: true });
    await client.publishAsync(`${base}/ask`, 'no request', { qos: 1 });
    const caught = await flow.caught.next();
    assert.deepEqual([caught.error.code, caught.payload], ['request-expected', 'no request']);
    await ask('a', 'c3');
    assert.equal((await replies.next()).correlation, 'c3');
  });

  it('lets other messages pass, where it is not', async () => {
    const flow = await answering('node.warn("passed"); return msg;');
    await client.publishAsync(`${base}/ask`, 'no request', { qos: 1 });
    assert.equal((await flow.caught.next()).error.code, 'reply-without-request');
  });
});

describe('acknowledging a request when the flow is done', () => {
  let server: AcknowledgingServer;
  beforeEach(async () => {
    server = await AcknowledgingServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  it('waits until the reply is with the server', async () => {
    const acknowledge = new Inbox<() => void>('replies at the server');
    server.script = {
      publish(client, { messageId = 0 }) {
        acknowledge.push(() => client.send({ cmd: 'puback', messageId, reasonCode: 0 }));
      },
    };
    const [sub] = subscribeNodes('sub', 'answering', ['t/#'], { acknowledge: 'completion', requestsOnly: true });
    const [pub] = publishNodes('pub', 'answering', { topicType: 'reply', topic: '' });
    assert.ok(sub && pub);
    const flow = await loadFlow([
      serverNode('answering', server.port, { protocolVersion: 5, keepalive: 1 }),
      { ...sub, wires: [['pub']] },
      { ...pub, wires: [[]] },
    ]);
    await flow.connected('sub', 'pub');
    (await server.client()).send({
      cmd: 'publish',
      topic: 't/1',
      payload: '?',
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
      properties: { responseTopic: 'to/me', correlationData: Buffer.from('c') },
    });
    const replyIsThere = await acknowledge.next();
    await server.pinged();
    assert.deepEqual(server.answers, []);
    replyIsThere();
    assert.deepEqual(await server.acknowledged(1), ['1']);
  });
});
