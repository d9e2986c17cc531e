// The request node: a message becomes a request, and the reply becomes the message.

import assert from 'node:assert/strict';
import { connectAsync, type IClientPublishOptions, type MqttClient } from 'mqtt';
import type { RequestConfig } from '#src/settings/request.config';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import {
  embeddedNode,
  publishNodes,
  requestNodes,
  serverNode,
  subscribeNodes,
  unique,
} from '../helpers/flows/flow-nodes';
import { needsPaho } from '../helpers/servers/home-assistant';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { PahoResponder } from '../helpers/servers/paho-responder';

type Cause = { readonly replies: number; readonly request: string };

describe('a request node', () => {
  let mosquitto: Mosquitto;
  let base = '';
  let clients: MqttClient[] = [];

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start();
  });
  beforeEach(() => {
    base = unique('request');
  });
  afterEach(async () => {
    await unloadFlow();
    await Promise.all(clients.map((client) => client.endAsync(true)));
    clients = [];
  });
  after(() => mosquitto?.stop());

  /** A responder in mqtt.js. `answers` makes the payloads of the replies to one request. */
  async function responder(
    answers: (payload: string) => readonly string[],
    options: IClientPublishOptions = {},
  ): Promise<void> {
    const client = await connectAsync(mosquitto.url, { protocolVersion: 5, reconnectPeriod: 0 });
    clients.push(client);
    client.on('message', (_topic, payload, { properties = {}, qos }) => {
      const { responseTopic, correlationData } = properties;
      if (responseTopic === undefined) return;
      for (const text of answers(payload.toString())) {
        const own = { ...options.properties, ...(correlationData && { correlationData }) };
        client.publish(responseTopic, text, { qos, ...options, properties: own });
      }
    });
    await client.subscribeAsync(`${base}/ask/#`, { qos: 2 });
  }

  /** A device that knows no response topic: answers `<base>/cmnd` at `<base>/stat`. */
  async function device(answers: (payload: string) => readonly string[]): Promise<void> {
    const client = await connectAsync(mosquitto.url, { protocolVersion: 4, reconnectPeriod: 0 });
    clients.push(client);
    client.on('message', (_topic, payload) => {
      for (const text of answers(payload.toString())) client.publish(`${base}/stat/x`, text, { qos: 1 });
    });
    await client.subscribeAsync(`${base}/cmnd/#`, { qos: 1 });
  }

  function nodes(settings: Partial<RequestConfig>, server: object = {}): FlowNode[] {
    return [
      serverNode(`${base}-broker`, mosquitto.port, server),
      ...requestNodes('req', `${base}-broker`, { topic: `${base}/ask`, topicType: 'str', qos: 1, ...settings }),
    ];
  }

  async function asking(settings: Partial<RequestConfig> = {}, server: object = {}): Promise<Flow> {
    const flow = await loadFlow(nodes(settings, server));
    await flow.connected('req');
    return flow;
  }

  function causeOf(caught: { readonly error: object }): Cause {
    return Reflect.get(caught.error, 'cause') as Cause;
  }

  it('passes on the reply with all else of the message', async () => {
    await responder((text) => [`{"for":"${text}"}`], { properties: { contentType: 'application/json' } });
    const flow = await asking();
    flow.inject('req', { _msgid: 'm', payload: 'a', mine: { a: 1 }, correlationData: 'my own', responseTopic: 'mine' });
    const { topic, ...message } = await flow.received('req-out').next();
    assert.match(String(topic), /^mqtt-flows\/response\/[0-9a-f]{32}$/);
    assert.deepEqual(message, {
      _msgid: 'm',
      payload: { for: 'a' },
      qos: 1,
      retain: false,
      mine: { a: 1 },
      correlationData: 'my own',
      responseTopic: 'mine',
      contentType: 'application/json',
      subscriptionIdentifier: message.subscriptionIdentifier,
      reasonCode: 0,
    });
    assert.equal((await flow.completed.next())._msgid, 'm');
  });

  it('is answered by a responder in paho-mqtt', async function () {
    needsPaho(this);
    const paho = await PahoResponder.start(mosquitto.port, `${base}/ask`, 'paho');
    const flow = await asking({ qos: 2 });
    for (const payload of ['1', '2', '3']) flow.inject('req', { payload });
    const replies = await flow.received('req-out').first(3);
    await paho.stop();
    assert.deepEqual(
      replies.map(({ payload }) => payload).sort(),
      [1, 2, 3].map((n) => `paho answers ${n}`),
    );
    assert.deepEqual(replies[0]?.userProperties, { responder: 'paho' });
  });

  it('gathers the replies of several responders', async () => {
    await responder((text) => [`one ${text}`]);
    await responder((text) => [`two ${text}`]);
    const flow = await asking({ replies: 'some', maxReplies: 2 });
    flow.inject('req', { payload: 'x' });
    const { payload, replies } = await flow.received('req-out').next();
    assert.deepEqual([...(payload as string[])].sort(), ['one x', 'two x']);
    assert.deepEqual(
      (replies as { payload: string; topic: string }[]).map((reply) => reply.payload),
      payload,
    );
  });

  it('takes all that come within its time', async () => {
    await responder((text) => [`${text}1`, `${text}2`, `${text}3`]);
    const flow = await asking({ replies: 'all', timeout: 1 });
    flow.inject('req', { payload: 'x' });
    assert.deepEqual((await flow.received('req-out').next()).payload, ['x1', 'x2', 'x3']);
  });

  it('reports that nobody answers, and what is known', async () => {
    await responder(() => []);
    const flow = await asking({ timeout: 1 });
    flow.inject('req', { payload: 'x', mine: 1 });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'request-timeout');
    assert.equal(caught.mine, 1);
    const { replies, request } = causeOf(caught);
    assert.deepEqual({ replies, request }, { replies: 0, request: 'acknowledged' });
  });

  it('reports at once that nobody has subscribed, where the server says so', async () => {
    const flow = await asking();
    flow.inject('req', { payload: 'x' });
    assert.equal((await flow.caught.next()).error.code, 'request-refused');
  });

  it('hands over what has come when it is too little', async () => {
    await responder((text) => [text]);
    const flow = await asking({ replies: 'all', minReplies: 2, timeout: 1 });
    flow.inject('req', { payload: 'x' });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'request-timeout');
    assert.equal(causeOf(caught).replies, 1);
    assert.deepEqual(
      (caught.replies as { payload: unknown }[]).map(({ payload }) => payload),
      ['x'],
    );
  });

  it('reports a reply that cannot be read, with its bytes', async () => {
    await responder(() => ['no JSON']);
    const flow = await asking({ replyFormat: 'json' });
    flow.inject('req', { payload: 'x' });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'payload-undecodable');
    assert.deepEqual(
      (caught.replies as { payload: unknown }[]).map(({ payload }) => payload),
      [Buffer.from('no JSON')],
    );
  });

  it('says what is missing', async () => {
    const flow = await asking({ topic: `${base}/{{payload.id}}` });
    flow.inject('req', { payload: {} });
    assert.equal((await flow.caught.next()).error.code, 'topic-missing');
  });

  it('needs a topic of its own: the response topic of another request is not one', async () => {
    const flow = await asking({ topic: 'topic', topicType: 'msg' });
    flow.inject('req', { payload: 1, responseTopic: `${base}/other` });
    assert.equal((await flow.caught.next()).error.code, 'topic-missing');
  });

  it('shows what is under way, and the last round trip', async () => {
    await responder((text) => (text === 'silent' ? [] : [text]));
    const flow = await asking();
    flow.inject('req', { payload: 'x' });
    await flow.received('req-out').next();
    await flow.statuses('req').find('the round trip', ({ text }) => text?.includes('status.round-trip') === true);
    flow.inject('req', { payload: 'silent' });
    await flow.statuses('req').find('the request', ({ text }) => text?.includes('status.under-way') === true);
  });

  describe('whose device answers under a topic of its own', () => {
    const stat = (): Partial<RequestConfig> => ({
      topic: `${base}/cmnd/{{device}}`,
      answerTo: 'device',
      responseTopic: `${base}/stat/{{device}}`,
    });

    it('waits there, with MQTT 3.1.1', async () => {
      await device((text) => [`${text} done`]);
      const flow = await asking(stat(), { protocolVersion: 4 });
      flow.inject('req', { payload: 'on', device: 'x' });
      const { payload, topic } = await flow.received('req-out').next();
      assert.deepEqual([payload, topic], ['on done', `${base}/stat/x`]);
    });

    it('knows its reply by a property', async () => {
      await device((text) => {
        const { id } = JSON.parse(text) as { id: number };
        return ['{"other":1}', `{"id":${id},"result":"of ${id}"}`];
      });
      const flow = await asking({ ...stat(), match: 'property' });
      for (const id of [1, 2]) flow.inject('req', { payload: { id }, device: 'x' });
      const replies = await flow.received('req-out').first(2);
      assert.deepEqual(replies.map(({ payload }) => (payload as { result: string }).result).sort(), ['of 1', 'of 2']);
    });

    it('knows its reply by an expression', async () => {
      await device((text) => ['{"n":"no"}', `{"n":"${text}"}`]);
      const flow = await asking({ ...stat(), match: 'jsonata', matchExpression: 'payload.n = request.payload' });
      flow.inject('req', { payload: 'yes', device: 'x' });
      assert.deepEqual((await flow.received('req-out').next()).payload, { n: 'yes' });
    });

    for (const [match, of] of [
      ['property', { matchProperty: 'payload.id' }],
      ['property', { matchProperty: 'payload.id', matchValue: 'payload.id', matchValueType: 'jsonata' }],
      ['jsonata', { matchExpression: 'payload.id = request.payload.id' }],
    ] as const) {
      it(`compares replies with the payload that a template has made: ${match} ${Object.values(of)}`, async () => {
        await device((text) => ['{"id":"no"}', text]);
        const template = { payload: '{ "id": {{n}}, "to": "{{flow.to}}" }', payloadType: 'json' } as const;
        const responseTopic = `${base}/stat/{{payload.to}}`;
        const flow = await asking({ ...stat(), responseTopic, ...template, match, ...of });
        flow.context('req', 'flow').set('to', 'x');
        flow.inject('req', { payload: 'as it came', n: 7, device: 'x' });
        assert.deepEqual((await flow.received('req-out').next()).payload, { id: 7, to: 'x' });
      });
    }

    it('fails, with the message as it came, where the template lacks a value', async () => {
      await device((text) => [text]);
      const flow = await asking({ ...stat(), payload: '{ "id": {{n}} }', payloadType: 'json' });
      flow.inject('req', { payload: 'as it came', device: 'x' });
      const { error, payload } = await flow.caught.next();
      assert.deepEqual([error.code, payload], ['property-missing', 'as it came']);
    });

    it('fails with an expression that fails', async () => {
      await device((text) => [text]);
      const flow = await asking({ ...stat(), match: 'jsonata', matchExpression: '$number(payload) > 1' });
      flow.inject('req', { payload: 'word', device: 'x' });
      assert.equal((await flow.caught.next()).error.code, 'request-condition-failed');
    });
  });

  it('over MQTT 3.1.1 says that a responder cannot be told where to answer', async () => {
    const flow = await asking({}, { protocolVersion: 4 });
    flow.inject('req', { payload: 'x' });
    assert.equal((await flow.caught.next()).error.code, 'request-needs-properties');
  });

  it('is answered by a flow, below the place that the embedded broker names', async () => {
    const broker = unique('embedded');
    const [sub] = subscribeNodes('sub', broker, [`${base}/ask`], { requestsOnly: true });
    const [pub] = publishNodes('pub', broker, { topicType: 'reply', topic: '' });
    assert.ok(sub && pub);
    const flow = await loadFlow([
      embeddedNode(broker),
      { ...sub, wires: [['pub']] },
      { ...pub, wires: [[]] },
      ...requestNodes('req', broker, { topic: `${base}/ask`, topicType: 'str' }),
    ]);
    await flow.connected('sub', 'req');
    flow.inject('req', { payload: { deep: [1] } });
    const { payload, topic } = await flow.received('req-out').next();
    assert.deepEqual(payload, { deep: [1] });
    assert.doesNotMatch(String(topic), /^mqtt-flows\/response/);
  });

  describe('at a deploy', () => {
    let answer: (text: string) => void;
    beforeEach(async () => {
      const client = await connectAsync(mosquitto.url, { protocolVersion: 5, reconnectPeriod: 0 });
      clients.push(client);
      client.on('message', (_topic, _payload, { properties }) => {
        answer = (text) => {
          const { responseTopic = '', correlationData } = properties ?? {};
          client.publish(responseTopic, text, { qos: 1, properties: correlationData ? { correlationData } : {} });
        };
      });
      await client.subscribeAsync(`${base}/ask`, { qos: 1 });
    });

    async function asked(flow: Flow): Promise<void> {
      const before = mosquitto.log.all.length;
      flow.inject('req', { payload: 'x', mine: 1 });
      await mosquitto.log.find('the request at the responder', (line) => {
        return mosquitto.log.all.indexOf(line) >= before && /Received PUBACK/.test(line);
      });
    }

    it('that replaces its instance, keeps its requests', async () => {
      const flow = await asking();
      await asked(flow);
      await flow.deploy('full', nodes({ timeout: 20 }));
      answer('after the deploy');
      const { payload, mine } = await flow.received('req-out').next();
      assert.deepEqual([payload, mine], ['after the deploy', 1]);
      assert.deepEqual(flow.caughtCodes, []);
    });

    it('that removes it, ends its requests', async () => {
      const flow = await asking();
      await asked(flow);
      const completed = flow.completed.all.length;
      await flow.deploy('full', nodes({}).slice(0, 1));
      answer('nobody waits');
      assert.equal(flow.completed.all.length, completed);
      assert.deepEqual(flow.received('req-out').all, []);
    });

    it('that changes its broker node, ends them with an error', async () => {
      const flow = await asking();
      await asked(flow);
      await flow.deploy('full', nodes({}, { keepalive: 33 }));
      const caught = await flow.caught.next();
      assert.equal(caught.error.code, 'request-closed');
      assert.equal(causeOf(caught).request, 'acknowledged');
    });
  });

  it('leaves no subscription in a session that is kept', async () => {
    await responder((text) => [text]);
    const flow = await asking({}, { cleanStart: false, clientId: base, sessionExpiryInterval: 3600 });
    flow.inject('req', { payload: 'x' });
    await flow.received('req-out').next();
    await unloadFlow();
    const lines = mosquitto.log.all.filter((line) => line.includes(base));
    const place = (text: string): number => lines.findIndex((line) => line.includes(text));
    assert.ok(place('Received UNSUBSCRIBE') > 0 && place('Received UNSUBSCRIBE') < place('Received DISCONNECT'));
  });
});
