// A message at a publish node arrives at the matching subscribe nodes, on every server.

import assert from 'node:assert/strict';
import { type Flow, loadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer } from '../helpers/flows/servers';

onEachServer('messages', (server) => {
  /** A flow whose one subscribe node `sub` has these filters, connected. */
  async function flowWith(filters: string[], settings: { format?: string; qos?: 0 | 1 | 2 } = {}): Promise<Flow> {
    const broker = unique('broker');
    const { qos = 1, ...others } = settings;
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes(
        'sub',
        broker,
        filters.map((filter) => ({ filter, qos })),
        others,
      ),
      ...publishNodes('pub', broker),
    ]);
    await flow.connected('sub', 'pub');
    return flow;
  }

  const payloads: [string, unknown, unknown][] = [
    ['text', 'grüße', 'grüße'],
    ['an empty text', '', ''],
    ['an object', { temperature: 21.5, tags: ['a', 'b'] }, { temperature: 21.5, tags: ['a', 'b'] }],
    ['a number', 42.5, 42.5],
    ['a boolean', false, false],
    ['a Buffer that is not text', Buffer.from([0xff, 0x00, 0xfe]), Buffer.from([0xff, 0x00, 0xfe])],
  ];
  for (const [kind, sent, received] of payloads) {
    it(`carries ${kind} as the payload`, async () => {
      const topic = unique('payload');
      const flow = await flowWith([topic]);
      flow.inject('pub', { topic, payload: sent });
      const message = await flow.received('sub-out').next();
      assert.deepEqual(message.payload, received);
      assert.equal(message.topic, topic);
    });
  }

  it('gives the raw bytes with the format buffer', async () => {
    const topic = unique('payload');
    const flow = await flowWith([topic], { format: 'buffer' });
    flow.inject('pub', { topic, payload: { a: 1 } });
    assert.deepEqual((await flow.received('sub-out').next()).payload, Buffer.from('{"a":1}'));
  });

  for (const qos of [0, 1, 2] as const) {
    it(`delivers a message of QoS ${qos} with its qos, and retain false`, async () => {
      const topic = unique('qos');
      const flow = await flowWith([topic], { qos: 2 });
      flow.inject('pub', { topic, payload: 'x', qos });
      const message = await flow.received('sub-out').next();
      assert.equal(message.qos, qos);
      assert.equal(message.retain, false);
      assert.equal('dup' in message, false);
    });
  }

  it('delivers at the qos that the subscription asks for when the message has a higher one', async () => {
    const topic = unique('qos');
    const flow = await flowWith([topic], { qos: 0 });
    flow.inject('pub', { topic, payload: 'x', qos: 2 });
    assert.equal((await flow.received('sub-out').next()).qos, 0);
  });

  it('keeps the order of messages', async () => {
    const topic = unique('order');
    const flow = await flowWith([topic]);
    for (let n = 0; n < 200; n++) flow.inject('pub', { topic, payload: n, qos: 1 });
    const messages = await flow.received('sub-out').first(200);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      Array.from({ length: 200 }, (_, n) => n),
    );
  });

  it('puts what named wildcards match into msg.params', async () => {
    const plant = unique('plant');
    const flow = await flowWith([`${plant}/+line/+machine/#rest`]);
    flow.inject('pub', { topic: `${plant}/7/press/temperature/oil`, payload: 1 });
    const message = await flow.received('sub-out').next();
    assert.deepEqual({ ...(message.params as object) }, { line: '7', machine: 'press', rest: 'temperature/oil' });
  });

  it('has no msg.params when no wildcard has a name', async () => {
    const plant = unique('plant');
    const flow = await flowWith([`${plant}/+`]);
    flow.inject('pub', { topic: `${plant}/7`, payload: 1 });
    assert.equal('params' in (await flow.received('sub-out').next()), false);
  });

  it('receives for each of the filters of one node', async () => {
    const [a, b] = [unique('a'), unique('b')];
    const flow = await flowWith([`${a}/+name`, `${b}/#`]);
    flow.inject('pub', { topic: `${a}/x`, payload: 1 });
    flow.inject('pub', { topic: `${b}/y/z`, payload: 2 });
    const messages = await flow.received('sub-out').first(2);
    assert.deepEqual(messages.map(({ topic }) => topic).sort(), [`${a}/x`, `${b}/y/z`].sort());
  });

  it('delivers once to a node of which several filters match, with the params of the first', async () => {
    const base = unique('overlap');
    const flow = await flowWith([`${base}/+first`, `${base}/#second`, `${base}/x`, `${base}/end`]);
    flow.inject('pub', { topic: `${base}/x`, payload: 'once', qos: 1 });
    flow.inject('pub', { topic: `${base}/end`, payload: 'last', qos: 1 });
    await flow.received('sub-out').find('the last message', ({ payload }) => payload === 'last');
    const [message, ...others] = flow.received('sub-out').all.filter(({ payload }) => payload === 'once');
    assert.deepEqual(others, []);
    assert.deepEqual({ ...(message?.params as object) }, { first: 'x' });
  });

  it('delivers exactly once to each of several nodes with overlapping filters', async () => {
    const base = unique('overlap');
    const broker = unique('broker');
    const flow = await loadFlow([
      server.broker(broker),
      ...subscribeNodes('exact', broker, [`${base}/x`, `${base}/end`]),
      ...subscribeNodes('plus', broker, [`${base}/+name`]),
      ...subscribeNodes('hash', broker, [{ filter: `${base}/#`, qos: 0 }]),
      ...subscribeNodes('twin', broker, [{ filter: `${base}/#`, qos: 2 }]),
      ...publishNodes('pub', broker),
    ]);
    const nodes = ['exact', 'plus', 'hash', 'twin'];
    await flow.connected(...nodes);
    flow.inject('pub', { topic: `${base}/x`, payload: 'once', qos: 1 });
    flow.inject('pub', { topic: `${base}/end`, payload: 'last', qos: 1 });
    for (const node of nodes) {
      const inbox = flow.received(`${node}-out`);
      await inbox.find('the last message', ({ payload }) => payload === 'last');
      assert.equal(inbox.all.filter(({ payload }) => payload === 'once').length, 1, node);
    }
    assert.equal(flow.received('hash-out').all[0]?.qos, 0);
    assert.equal(flow.received('twin-out').all[0]?.qos, 1);
    assert.deepEqual({ ...(flow.received('plus-out').all[0]?.params as object) }, { name: 'x' });
  });

  it('delivers a retained message to a later subscriber, marked as retained', async () => {
    const topic = unique('retained');
    const broker = unique('broker');
    const flow = await loadFlow([server.broker(broker), ...publishNodes('pub', broker)]);
    flow.inject('pub', { topic, payload: 'kept', retain: true, qos: 1 });
    await flow.received('pub-out').next();
    await flow.deploy('full', [server.broker(broker), ...subscribeNodes('sub', broker, [topic])]);
    const message = await flow.received('sub-out').next();
    assert.equal(message.payload, 'kept');
    assert.equal(message.retain, true);
  });

  // Without subscription identifiers a retained message does not say which subscription it answers.
  if (server.mqtt5) {
    it('delivers a retained message once to each of several nodes with overlapping filters', async () => {
      const base = unique('retained');
      const broker = unique('broker');
      const flow = await loadFlow([server.broker(broker), ...publishNodes('pub', broker)]);
      flow.inject('pub', { topic: `${base}/x`, payload: 'kept', retain: true, qos: 1 });
      await flow.received('pub-out').next();
      await flow.deploy('full', [
        server.broker(broker),
        ...subscribeNodes('exact', broker, [`${base}/x`, `${base}/end`]),
        ...subscribeNodes('hash', broker, [`${base}/#`]),
        ...publishNodes('pub', broker),
      ]);
      await flow.connected('exact', 'hash');
      flow.inject('pub', { topic: `${base}/end`, payload: 'last', qos: 1 });
      for (const node of ['exact', 'hash']) {
        const inbox = flow.received(`${node}-out`);
        await inbox.find('the last message', ({ payload }) => payload === 'last');
        assert.equal(inbox.all.filter(({ payload }) => payload === 'kept').length, 1, node);
      }
    });
  }

  it('reports a payload that is not JSON to a Catch node, with the raw payload and the topic', async () => {
    const topic = unique('broken');
    const flow = await flowWith([topic], { format: 'json' });
    flow.inject('pub', { topic, payload: '{"a":', qos: 1 });
    flow.inject('pub', { topic, payload: '{"a":1}', qos: 1 });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'payload-undecodable');
    assert.equal(caught.error.source.id, 'sub');
    assert.deepEqual(caught.payload, Buffer.from('{"a":'));
    assert.equal(caught.topic, topic);
    assert.deepEqual((await flow.received('sub-out').next()).payload, { a: 1 });
    assert.equal(flow.caught.all.length, 1);
  });
});
