// A topic state node without a broker, and over deploys.

import assert from 'node:assert/strict';
import { type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { stateNodes } from '../helpers/flows/flow-nodes';
import { shownChange } from '../helpers/flows/state-flow';

describe('A topic state node without a broker', () => {
  afterEach(unloadFlow);

  it('takes values from messages, sends the changed ones on as they are, and watches by its filters', async () => {
    const subscriptions = [{ filter: 'room/+name', silence: 'time', silentAfter: 1 } as const];
    const flow = await loadFlow(stateNodes('state', { input: 'value', subscriptions }));
    flow.inject('state', { topic: 'room/hall', payload: 20, extra: { kept: true } });
    const change = await flow.received('state-out-1').next();
    assert.deepEqual([change.topic, change.payload, change.extra], ['room/hall', 20, { kept: true }]);
    flow.inject('state', { topic: 'room/hall', payload: 20 });
    flow.inject('state', { topic: 'room/hall', payload: 21 });
    assert.deepEqual(shownChange(await flow.received('state-out-1').next()), ['room/hall', 21, 20]);
    flow.inject('state', { action: 'ask', topic: 'room/hall' });
    assert.equal((await flow.received('state-out-3').next()).payload, 21);
    flow.inject('state', { action: 'ask', topic: 'room/cellar' });
    assert.equal((await flow.caught.next()).error.code, 'topic-unknown');
    const silent = await flow.received('state-out-2').next();
    assert.deepEqual([silent.topic, silent.silent, silent.params], ['room/hall', true, { name: 'hall' }]);
  });

  it('keeps values of its own, whatever becomes of the message', async () => {
    const flow = await loadFlow(stateNodes('state', { input: 'value', subscriptions: [] }));
    flow.inject('state', { topic: 'a', payload: { deep: { n: 1 } } });
    const change = await flow.received('state-out-1').next();
    (change.payload as { deep: { n: number } }).deep.n = 2;
    flow.inject('state', { action: 'ask', topic: 'a' });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, { deep: { n: 1 } });
  });
});

describe('A topic state node over a deploy', () => {
  afterEach(unloadFlow);

  it('keeps its values, and has written them into its context', async () => {
    const nodes = (first: boolean): FlowNode[] =>
      stateNodes('state', { input: 'value', first, keepType: 'global', keep: 'kept' });
    const flow = await loadFlow(nodes(true));
    flow.inject('state', { topic: 'a', payload: 1 });
    await flow.received('state-out-1').next();
    await flow.deploy('nodes', nodes(false));
    flow.inject('state', { topic: 'a', payload: 1 });
    flow.inject('state', { topic: 'a', payload: 2 });
    assert.deepEqual(shownChange(await flow.received('state-out-1').next()), ['a', 2, 1]);
    const kept = flow.context('state', 'global').get('kept') as { topics: string[] };
    assert.deepEqual(
      kept.topics.map((text) => JSON.parse(text).topic),
      ['a'],
    );
  });
});
