// A subscribe node with an output for each filter, and one more for what messages subscribe to; and the time at which a
// message came.

import assert from 'node:assert/strict';
import type { SubscribeConfig } from '#src/settings/subscribe.config';
import { AcknowledgingFlow } from '../helpers/flows/acknowledging-flow';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { collectorNode, embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';

async function load(filters: readonly string[], settings: Partial<SubscribeConfig>): Promise<Flow> {
  const broker = unique('each');
  const outputs = ['out-1', 'out-2', 'out-3'];
  const [sub] = subscribeNodes('sub', broker, filters, { outputEach: true, outputs: 3, ...settings });
  const nodes: FlowNode[] = [
    embeddedNode(broker),
    { ...sub, wires: outputs.map((id) => [id]) } as FlowNode,
    ...outputs.map(collectorNode),
    ...publishNodes('pub', broker, { qos: 1 }),
  ];
  const flow = await loadFlow(nodes);
  await flow.connected('sub', 'pub');
  return flow;
}

const payloads = (flow: Flow, id: string): unknown[] => flow.received(id).all.map(({ payload }) => payload);

describe('an output for each filter', () => {
  afterEach(unloadFlow);

  it('brings each message by the output of its filter, and once by the first where several match', async () => {
    const base = unique('t');
    const flow = await load([`${base}/a`, `${base}/+any`, `${base}/b`], {});
    for (const level of ['a', 'b', 'c']) flow.inject('pub', { topic: `${base}/${level}`, payload: level });
    await flow.received('out-2').first(2);
    assert.deepEqual([payloads(flow, 'out-1'), payloads(flow, 'out-2')], [['a'], ['b', 'c']]);
    assert.deepEqual(payloads(flow, 'out-3'), []);
  });

  it('what messages subscribe to, and their list, come by the last', async () => {
    const base = unique('t');
    const flow = await load([`${base}/a`, `${base}/b`], { inputs: 1 });
    flow.inject('sub', { action: 'subscribe', topic: `${base}/dynamic` });
    await flow.completed.next();
    flow.inject('pub', { topic: `${base}/dynamic`, payload: 'd' });
    assert.equal((await flow.received('out-3').next()).payload, 'd');
    flow.inject('sub', { action: 'getSubscriptions' });
    assert.equal((await flow.received('out-3').next()).topic, 'subscriptions');
    assert.deepEqual([payloads(flow, 'out-1'), payloads(flow, 'out-2')], [[], []]);
  });

  it('is not there unless it is wanted: all come by the only output', async () => {
    const base = unique('t');
    const flow = await load([`${base}/a`, `${base}/b`], { outputEach: false, outputs: 1 });
    for (const level of ['a', 'b']) flow.inject('pub', { topic: `${base}/${level}`, payload: level });
    await flow.received('out-1').first(2);
    assert.deepEqual(payloads(flow, 'out-1'), ['a', 'b']);
  });

  it('acknowledges when the flow behind that output is done', async () => {
    const bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion', outputEach: true });
    try {
      await bench.start([functionNode('wait', 'setTimeout(() => node.done(), 20); return;', [])]);
      await bench.server.send(1);
      assert.deepEqual(await bench.server.acknowledged(1), ['1']);
    } finally {
      await bench.stop();
    }
  });
});

describe('msg.receivedAt', () => {
  afterEach(unloadFlow);

  it('says when a message came, on demand', async () => {
    const base = unique('t');
    const broker = unique('at');
    const flow = await loadFlow([
      embeddedNode(broker),
      ...subscribeNodes('sub', broker, [`${base}/a`], { receivedAt: true }),
      ...subscribeNodes('without', broker, [`${base}/a`]),
      ...publishNodes('pub', broker, { qos: 1 }),
    ]);
    await flow.connected('sub', 'without', 'pub');
    const before = Date.now();
    flow.inject('pub', { topic: `${base}/a`, payload: 1 });
    const { receivedAt } = await flow.received('sub-out').next();
    assert.ok(Number(receivedAt) >= before && Number(receivedAt) <= Date.now());
    assert.ok(!('receivedAt' in (await flow.received('without-out').next())));
  });

  it('is the time before a message has waited for the flow', async () => {
    const bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion', maxInFlight: 1, receivedAt: true });
    try {
      const slow = functionNode('slow', 'setTimeout(() => { node.send(msg); node.done(); }, 100); return;', ['out']);
      const flow = await bench.start([slow, collectorNode('out')]);
      await bench.server.send(1);
      await bench.server.send(2);
      const [first, second] = await flow.received('out').first(2);
      assert.ok(Number(second?.receivedAt) - Number(first?.receivedAt) < 90, 'both came at once');
    } finally {
      await bench.stop();
    }
  });
});
