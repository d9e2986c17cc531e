// Messages that subscribe, unsubscribe and ask for the list: complete when the server has answered, beside the filters of
// the settings.

import assert from 'node:assert/strict';
import type { SubscribeConfig } from '#src/settings/subscribe.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer } from '../helpers/flows/servers';
import { type ScriptedClient, ScriptedServer, silent } from '../helpers/servers/scripted-server';

onEachServer('Messages that subscribe', (server) => {
  const load = (filters: readonly string[], settings: Partial<SubscribeConfig> = {}): Promise<Flow> => {
    const broker = unique('dynamic');
    return loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, filters, { inputs: 1, ...settings }),
      ...publishNodes('pub', broker, { qos: 1 }),
    ]);
  };

  it('add filters to those of the settings, and a message that several match is delivered once', async () => {
    const base = unique('t');
    const flow = await load([`${base}/fixed`]);
    await flow.connected('sub');
    flow.inject('sub', { action: 'subscribe', topic: [`${base}/+level`, { topic: `${base}/a`, qos: 1 }] });
    const completed = await flow.completed.next();
    assert.deepEqual(
      (completed.subscriptions as { topic: string; qos: number }[]).map(({ topic, qos }) => [topic, qos]),
      [
        [`${base}/+level`, 2],
        [`${base}/a`, 1],
      ],
    );
    for (const level of ['a', 'fixed', 'end']) flow.inject('pub', { topic: `${base}/${level}`, payload: level });
    const inbox = flow.received('sub-out');
    await inbox.find('the last one', ({ payload }) => payload === 'end');
    assert.deepEqual(inbox.all.map(({ payload }) => payload).sort(), ['a', 'end', 'fixed']);
    assert.deepEqual(inbox.all.find(({ payload }) => payload === 'end')?.params, { level: 'end' });
  });

  it('are sent before messages that are published after them, without waiting in the flow', async () => {
    const base = unique('t');
    const flow = await load([`${base}/fixed`]);
    await flow.connected('sub', 'pub');
    const ids = Array.from({ length: 50 }, (_, index) => index);
    for (const id of ids) {
      flow.inject('sub', { action: 'subscribe', topic: `${base}/answer/${id}` });
      flow.inject('pub', { topic: `${base}/answer/${id}`, payload: id, qos: 0 });
    }
    const received = await flow.received('sub-out').first(ids.length);
    assert.deepEqual(
      received.map(({ payload }) => payload).sort((a, b) => Number(a) - Number(b)),
      ids,
    );
  });

  it('to the topic of an answer are there before the answer to a question that follows', async () => {
    const base = unique('t');
    const broker = unique('dynamic');
    const [asked] = subscribeNodes('asked', broker, [`${base}/ask`], { format: 'string', acknowledge: 'receipt' });
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('sub', broker, [], { inputs: 1 }),
      ...publishNodes('pub', broker, { qos: 1 }),
      { ...asked, id: 'asked', type: 'mqtt-flows-subscribe', wires: [['answer']] },
      // Publishes what it is asked to the topic that the question names.
      ...publishNodes('answer', broker, { qos: 1, topicType: 'str', topic: '{{payload}}' }),
    ]);
    await flow.connected('sub', 'pub', 'asked', 'answer');
    const ids = Array.from({ length: 100 }, (_, index) => `${base}/answer/${index}`);
    for (const topic of ids) {
      flow.inject('sub', { action: 'subscribe', topic });
      flow.inject('pub', { topic: `${base}/ask`, payload: topic });
    }
    const received = await flow.received('sub-out').first(ids.length);
    assert.deepEqual(received.map(({ topic }) => topic).sort(), [...ids].sort());
  });

  it('work without filters in the settings, each with its own format and properties', async () => {
    const base = unique('t');
    const flow = await load([], { format: 'string' });
    await flow.connected('sub');
    const entry = { topic: `${base}/#`, datatype: 'json', properties: { room: { name: 'kitchen' }, topic: 'kept' } };
    flow.inject('sub', { action: 'subscribe', topic: entry });
    await flow.completed.next();
    flow.inject('pub', { topic: `${base}/x`, payload: { on: true } });
    const { topic, payload, room } = await flow.received('sub-out').next();
    assert.deepEqual([topic, payload, room], [`${base}/x`, { on: true }, { name: 'kitchen' }]);
  });

  it('that are immutable are errors at the node, and their action is done', async () => {
    const base = unique('t');
    const flow = await load([], { keepSubscriptions: true });
    await flow.connected('sub');
    const fixed = (message: object): object =>
      Object.defineProperties(message, {
        subscriptions: { value: [], writable: false },
        payload: { value: 'fixed', writable: false },
      });
    const asked = [{ action: 'subscribe', topic: `${base}/a` }, { action: 'getSubscriptions' }];
    for (const message of asked) {
      flow.inject('sub', fixed(message));
      const { error } = await flow.caught.next();
      assert.match(error.message, /read only/);
      assert.equal(error.source.id, 'sub');
    }
    flow.inject('pub', { topic: `${base}/a`, payload: 'through' });
    assert.equal((await flow.received('sub-out').next()).payload, 'through');
    flow.inject('sub', fixed({ action: 'unsubscribe', topic: `${base}/a` }));
    assert.match((await flow.caught.next()).error.message, /read only/);
  });

  it('remove filters that messages have added, one, several or all, and no others', async () => {
    const base = unique('t');
    const flow = await load([`${base}/fixed`]);
    await flow.connected('sub');
    flow.inject('sub', { action: 'subscribe', topic: ['a', 'b', 'c', 'd'].map((level) => `${base}/${level}`) });
    await flow.completed.next();
    await flow.showing('sub', 'filters');
    const listed = async (): Promise<unknown> => {
      flow.inject('sub', { action: 'getSubscriptions' });
      const { topic, payload } = await flow.received('sub-out').next();
      await flow.completed.next();
      assert.equal(topic, 'subscriptions');
      return (payload as { topic: string }[]).map((entry) => entry.topic.slice(base.length));
    };
    assert.deepEqual(await listed(), ['/a', '/b', '/c', '/d']);
    flow.inject('sub', { action: 'unsubscribe', topic: `${base}/a` });
    await flow.completed.next();
    flow.inject('sub', { action: 'unsubscribe', topic: [{ topic: `${base}/b` }, `${base}/unknown`, `${base}/fixed`] });
    await flow.completed.next();
    assert.deepEqual(await listed(), ['/c', '/d']);
    flow.inject('sub', { action: 'unsubscribe', topic: true });
    await flow.completed.next();
    assert.deepEqual(await listed(), []);
    for (const level of ['a', 'c', 'fixed']) flow.inject('pub', { topic: `${base}/${level}`, payload: level });
    assert.equal((await flow.received('sub-out').next()).payload, 'fixed');
  });

  it('deliver retained messages once, for the new filter only', async () => {
    const base = unique('t');
    const flow = await load([`${base}/#`]);
    await flow.connected('sub', 'pub');
    flow.inject('pub', { topic: `${base}/a`, payload: 'stored', retain: true });
    await flow.completed.next();
    const inbox = flow.received('sub-out');
    assert.equal((await inbox.next()).payload, 'stored');
    flow.inject('sub', { action: 'subscribe', topic: { topic: `${base}/a`, qos: 1 } });
    await flow.completed.next();
    assert.equal((await inbox.next()).retain, true);
    flow.inject('pub', { topic: `${base}/end`, payload: 'end' });
    assert.equal((await inbox.next()).payload, 'end');
    flow.inject('pub', { topic: `${base}/a`, payload: '', retain: true });
  });
});

describe('Messages that subscribe, at a server that refuses or is silent', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start({
      subscribe(client: ScriptedClient, { subscriptions, messageId = 0 }) {
        const granted = subscriptions.map(({ topic, qos }) =>
          topic.startsWith('forbidden') ? 0x87 : Math.min(qos, 1),
        );
        client.send({ cmd: 'suback', messageId, granted });
      },
    });
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  async function load(filters: readonly string[], settings: Partial<SubscribeConfig> = {}): Promise<Flow> {
    const flow = await loadFlow([
      serverNode('broker', server.port, { protocolVersion: 5 }),
      ...subscribeNodes('sub', 'broker', filters, { inputs: 1, ...settings }),
    ]);
    await flow.connected('sub');
    return flow;
  }

  it('are errors when the server refuses, once, and the refused filter is not kept', async () => {
    const flow = await load(['allowed']);
    flow.inject('sub', { action: 'subscribe', topic: ['also/allowed', 'forbidden/#'] });
    const { error, action } = await flow.caught.next();
    assert.deepEqual([error.code, action], ['subscription-refused', 'subscribe']);
    flow.inject('sub', { action: 'getSubscriptions' });
    const { payload } = await flow.received('sub-out').next();
    assert.deepEqual(
      (payload as { topic: string }[]).map(({ topic }) => topic),
      ['also/allowed'],
    );
    assert.equal(flow.caught.all.length, 1);
  });

  it('complete when the server has answered', async () => {
    const flow = await load(['allowed']);
    server.script = { subscribe: silent };
    flow.inject('sub', { action: 'subscribe', topic: 'late' });
    const { messageId = 0 } = (await server.received.find(
      'SUBSCRIBE late',
      (packet) => packet.cmd === 'subscribe' && packet.subscriptions[0]?.topic === 'late',
    )) as { messageId?: number };
    assert.equal(flow.completed.all.length, 0);
    server.clients.all[0]?.send({ cmd: 'suback', messageId, granted: [1] });
    await flow.completed.next();
    server.script = { unsubscribe: silent };
    flow.inject('sub', { action: 'unsubscribe', topic: 'late' });
    const unsubscribe = await server.packet('unsubscribe');
    assert.equal(flow.completed.all.length, 1);
    server.clients.all[0]?.send({ cmd: 'unsuback', messageId: unsubscribe.messageId ?? 0, granted: [0] });
    await flow.completed.next();
  });

  it('are errors that name what is wrong with them', async () => {
    const flow = await load(['allowed']);
    const wrong: readonly [topic: unknown, code: string][] = [
      [undefined, 'property-invalid'],
      [7, 'property-invalid'],
      [{}, 'property-invalid'],
      ['a/#/b', 'filter-invalid'],
      [['fine', { topic: 'a', qos: 3 }], 'property-invalid'],
      [{ topic: 'a', rh: 'x' }, 'property-invalid'],
      [{ topic: 'a', nl: 1 }, 'property-invalid'],
      [{ topic: 'a', properties: [] }, 'property-invalid'],
      [{ topic: 'a', datatype: 'unknown' }, 'format-unknown'],
    ];
    for (const [topic, code] of wrong) {
      flow.inject('sub', { action: 'subscribe', topic });
      assert.equal((await flow.caught.next()).error.code, code, JSON.stringify(topic));
    }
    assert.equal(server.count('subscribe'), 1);
  });

  it('show when the server grants less than they ask for', async () => {
    const flow = await load(['allowed']);
    flow.inject('sub', { action: 'subscribe', topic: { topic: 'b', qos: 2 } });
    await flow.showing('sub', 'lowered-to-1');
    flow.inject('sub', { action: 'unsubscribe', topic: 'b' });
    await flow.showing('sub', 'filters');
  });

  it('complete with an error when the node is stopped before the server answers', async () => {
    const flow = await load(['allowed']);
    server.script = { subscribe: silent };
    flow.inject('sub', { action: 'subscribe', topic: 'late' });
    await server.received.find(
      'SUBSCRIBE late',
      (packet) => packet.cmd === 'subscribe' && packet.subscriptions[0]?.topic === 'late',
    );
    flow.inject('sub', { action: 'subscribe', topic: { topic: 'late', qos: 1 } });
    assert.equal((await flow.caught.next()).error.code, 'subscription-interrupted');
  });
});
