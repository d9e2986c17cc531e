// The sources of topic, QoS, retain and MQTT 5 properties in a publish node, with Node-RED's contexts and expressions.

import assert from 'node:assert/strict';
import type { PublishConfig } from '#src/settings/publish.config';
import { type Flow, type FlowNode, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer, onMosquitto } from '../helpers/flows/servers';
import { freePort } from '../helpers/servers/free-port';

const VARIABLES = [
  { name: 'PUBLISH_TOPIC', value: 'from/the environment', type: 'str' },
  { name: 'PUBLISH_QOS', value: '2', type: 'str' },
];
const tab: FlowNode = { ...TAB, env: VARIABLES };

onEachServer('settings of publish', (server) => {
  let base = '';
  let broker = '';
  beforeEach(() => {
    base = unique('settings');
    broker = unique('broker');
  });

  async function flowWith(settings: Partial<PublishConfig>): Promise<Flow> {
    const flow = await loadFlow([
      tab,
      server.broker(broker),
      ...subscribeNodes('sub', broker, [{ filter: `${base}/#`, qos: 2, retainAsPublished: true }]),
      ...publishNodes('pub', broker, settings),
    ]);
    await flow.connected('sub', 'pub');
    return flow;
  }

  it('takes the topic from flow and global context, as it is when the message arrives', async () => {
    for (const topicType of ['flow', 'global'] as const) {
      const flow = await flowWith({ topicType, topic: 'where.to' });
      const context = flow.context('pub', topicType);
      context.set('where', { to: `${base}/first` });
      flow.inject('pub', { payload: 1 });
      context.set('where', { to: `${base}/second` });
      flow.inject('pub', { payload: 2 });
      const messages = await flow.received('sub-out').first(2);
      assert.deepEqual(
        messages.map(({ topic, payload }) => [topic, payload]),
        [
          [`${base}/first`, 1],
          [`${base}/second`, 2],
        ],
      );
      context.set('where', undefined);
      flow.inject('pub', { payload: 3 });
      assert.equal((await flow.caught.next()).error.code, 'topic-missing');
    }
  });

  it('takes the topic from a JSONata expression and keeps the order of messages', async () => {
    const topic = `"${base}/" & $string(payload)`;
    const flow = await flowWith({ topicType: 'jsonata', topic, qos: 1 });
    for (let n = 0; n < 50; n++) flow.inject('pub', { payload: n });
    const messages = await flow.received('sub-out').first(50);
    assert.deepEqual(
      messages.map((message) => message.topic),
      Array.from({ length: 50 }, (_, n) => `${base}/${n}`),
    );
  });

  it('leaves the dollar signs of an expression alone', async () => {
    const flow = await flowWith({ topicType: 'jsonata', topic: `"${base}/" & $keys(\${"of": payload})` });
    flow.inject('pub', { payload: 'x' });
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/of`);
  });

  it('takes topic and QoS from the environment', async () => {
    base = 'from';
    const flow = await flowWith({ topicType: 'env', topic: 'PUBLISH_TOPIC', qosType: 'env', qos: 'PUBLISH_QOS' });
    flow.inject('pub', { payload: 'x', topic: 'ignored', qos: 0 });
    const message = await flow.received('sub-out').next();
    assert.deepEqual([message.topic, message.qos], ['from/the environment', 2]);
  });

  it('takes QoS and retain from other properties of the message', async () => {
    const flow = await flowWith({ qosType: 'msg', qos: 'level', retainType: 'msg', retain: 'payload.keep' });
    flow.inject('pub', { topic: `${base}/x`, payload: { keep: false }, level: 1, qos: 2, retain: true });
    const message = await flow.received('sub-out').next();
    assert.deepEqual([message.qos, message.retain], [1, false]);
  });

  it('reports the one message whose expression fails, and sends the others in their order', async () => {
    const flow = await flowWith({ topicType: 'jsonata', topic: `"${base}/" & $substring(payload, 0)` });
    flow.inject('pub', { payload: 'a' });
    flow.inject('pub', { payload: 7 });
    flow.inject('pub', { payload: 'b' });
    const messages = await flow.received('sub-out').first(2);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      ['a', 'b'],
    );
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'value-unavailable');
    assert.equal(caught.payload, 7);
  });

  it('clears a retained message', async () => {
    // The embedded broker forgets retained messages when the flows stop, but keeps them over a deploy.
    const flow = await flowWith({});
    const deploy = (subscriber: string, settings: Partial<PublishConfig>): Promise<void> =>
      flow.deploy('full', [
        tab,
        server.broker(broker),
        ...subscribeNodes(subscriber, broker, [`${base}/#`]),
        ...publishNodes('pub', broker, settings),
      ]);
    flow.inject('pub', { topic: `${base}/kept`, payload: 'kept', retain: true, qos: 1 });
    await flow.received('pub-out').next();
    await deploy('before', { retain: 'clear' });
    assert.equal((await flow.received('before-out').next()).payload, 'kept');
    flow.inject('pub', { topic: `${base}/kept`, payload: { any: 'thing' }, qos: 1 });
    await flow.received('pub-out').next();
    await deploy('after', {});
    await flow.connected('after');
    flow.inject('pub', { topic: `${base}/end`, payload: 'end' });
    assert.equal((await flow.received('after-out').next()).payload, 'end');
  });
});

onMosquitto('MQTT 5 properties that a publish node sets (mosquitto, MQTT 5)', 5, (server) => {
  it('are sent together with those of the message', async () => {
    const topic = unique('properties');
    const flow = await loadFlow([
      tab,
      server.broker('set-broker'),
      ...subscribeNodes('sub', 'set-broker', [topic]),
      ...publishNodes('pub', 'set-broker', {
        properties: {
          contentType: { type: 'str', value: 'text/{{payload.kind}}' },
          payloadFormatIndicator: { type: 'bool', value: 'true' },
          messageExpiryInterval: { type: 'num', value: '60' },
          responseTopic: { type: 'jsonata', value: '"answers/" & payload.id' },
          correlationData: { type: 'bin', value: '[1,255]' },
          userProperties: [
            { name: 'unit', type: 'str', value: '°C' },
            { name: 'site', type: 'env', value: 'PUBLISH_TOPIC' },
          ],
        },
      }),
    ]);
    await flow.connected('sub', 'pub');
    flow.inject('pub', { topic, payload: { kind: 'x', id: 7 }, contentType: 'lost', userProperties: { unit: 'K' } });
    const message = await flow.received('sub-out').next();
    assert.equal(message.contentType, 'text/x');
    assert.equal(message.payloadFormatIndicator, true);
    assert.equal(message.messageExpiryInterval, 60);
    assert.equal(message.responseTopic, 'answers/7');
    assert.deepEqual(message.correlationData, Buffer.from([1, 255]));
    assert.deepEqual(message.userProperties, { unit: 'K', site: 'from/the environment' });
  });

  it('send a reply to the response topic, with the correlation data and without a response topic of its own', async () => {
    const base = unique('answers');
    const [requests, ...rest] = subscribeNodes('requests', 'answer-broker', [`${base}/request`]);
    const flow = await loadFlow([
      server.broker('answer-broker'),
      ...publishNodes('ask', 'answer-broker', {
        topicType: 'str',
        topic: `${base}/request`,
        properties: {
          responseTopic: { type: 'str', value: `${base}/{{payload.from}}` },
          correlationData: { type: 'str', value: '{{payload.id}}' },
        },
      }),
      { ...requests, id: 'requests', type: 'mqtt-flows-subscribe', wires: [['answer']] },
      ...rest,
      ...publishNodes('answer', 'answer-broker', {
        topicType: 'msg',
        topic: 'responseTopic',
        properties: { responseTopic: { type: 'none', value: '' } },
      }),
      ...subscribeNodes('sub', 'answer-broker', [`${base}/+requester`]),
    ]);
    await flow.connected('requests', 'sub', 'ask', 'answer');
    flow.inject('ask', { payload: { id: 7, from: 'dashboard' } });
    const answer = await flow.received('sub-out').find('the answer', ({ topic }) => topic === `${base}/dashboard`);
    assert.deepEqual(answer.correlationData, Buffer.from('7'));
    assert.equal('responseTopic' in answer, false);
  });

  it('let each payload keep its type, if it has a content type', async () => {
    const topic = unique('described');
    const flow = await loadFlow([
      server.broker('described-broker'),
      ...subscribeNodes('sub', 'described-broker', [topic]),
      ...publishNodes('pub', 'described-broker', { describePayload: true }),
    ]);
    await flow.connected('sub', 'pub');
    const payloads = ['17', 17, 'true', true, '{"a":1}', { a: 1 }, Buffer.from('text'), ''];
    for (const payload of payloads) flow.inject('pub', { topic, payload, qos: 1 });
    const messages = await flow.received('sub-out').first(payloads.length);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      payloads,
    );
  });
});

describe('settings of publish that are wrong', () => {
  afterEach(unloadFlow);

  for (const [settings, code] of [
    [{ topicType: 'jsonata', topic: '(' }, 'expression-invalid'],
    [{ topicType: 'env', topic: 'PUBLISH_NOT_SET' }, 'environment-missing'],
    [{ qos: '3' }, 'config-invalid'],
    [{ retain: 'perhaps' }, 'config-invalid'],
    [{ properties: { responseTopic: { type: 'str', value: 'a/#' } } }, 'config-invalid'],
    [{ properties: { messageExpiryInterval: { type: 'num', value: '-1' } } }, 'config-invalid'],
    [{ properties: { contentType: { type: 'str', value: '{{' } } }, 'template-invalid'],
  ] as const satisfies readonly (readonly [Partial<PublishConfig>, string])[]) {
    it(`${JSON.stringify(settings)}: ${code}`, async () => {
      const flow = await loadFlow([
        serverNode('wrong-broker', await freePort(), { autoConnect: false }),
        ...publishNodes('pub', 'wrong-broker', settings),
      ]);
      await flow.showing('pub', code);
      flow.inject('pub', { topic: 'a', payload: 1 });
      const caught = await flow.caught.find(code, ({ error }) => error.code === code);
      assert.equal(caught.error.source.id, 'pub');
    });
  }
});

describe('publish without a connection', () => {
  afterEach(unloadFlow);

  async function offline(settings: Partial<PublishConfig>): Promise<Flow> {
    return loadFlow([
      serverNode('offline-broker', await freePort(), { autoConnect: false }),
      ...publishNodes('pub', 'offline-broker', settings),
    ]);
  }

  it('fails at once where the node or the message says so', async () => {
    const flow = await offline({});
    flow.inject('pub', { topic: 'a', payload: 'waits' });
    flow.inject('pub', { topic: 'a', payload: 'fails', whileOffline: 'fail' });
    const caught = await flow.caught.next();
    assert.deepEqual([caught.error.code, caught.payload], ['not-connected', 'fails']);
    const failing = await offline({ whileOffline: 'fail' });
    failing.inject('pub', { topic: 'a', payload: 'x' });
    assert.equal((await failing.caught.next()).error.code, 'not-connected');
  });

  it('completes a message once it waits, if so configured', async () => {
    const flow = await offline({ completeOn: 'queued' });
    const message = { _msgid: 'm1', topic: 'a', payload: 'x', qos: 1 };
    flow.inject('pub', message);
    assert.deepEqual(await flow.received('pub-out').next(), message);
    assert.equal((await flow.completed.next())._msgid, 'm1');
    assert.equal(flow.caught.all.length, 0);
  });

  it('reports the loss of such a message once, at the node that took it', async () => {
    const flow = await offline({ completeOn: 'queued', qos: 1 });
    const port = await freePort();
    flow.inject('pub', { topic: 'a/b', payload: 'lost' });
    await flow.completed.next();
    await flow.deploy('nodes', [
      serverNode('offline-broker', port, { autoConnect: false, keepalive: 17 }),
      ...publishNodes('pub', 'offline-broker', { completeOn: 'queued', qos: 1 }),
    ]);
    const lost = await flow.caught.next();
    assert.deepEqual([lost.error.code, lost.topic, lost.payload], ['connection-closed', 'a/b', 'lost']);
    assert.equal(lost.error.source.id, 'pub');
    assert.equal(flow.caught.all.length, 1);
  });
});
