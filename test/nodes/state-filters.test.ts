// A topic state node whose filters come from contexts: what it knows follows them.

import assert from 'node:assert/strict';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, stateNodes, unique } from '../helpers/flows/flow-nodes';
import { shownChange } from '../helpers/flows/state-flow';

describe('A topic state node with filters from contexts', () => {
  afterEach(unloadFlow);

  function nodes(base: string, broker: string, first = true): FlowNode[] {
    const row = {
      filter: `${base}/{{flow.id}}/+room`,
      filterType: 'template',
      silence: 'time',
      silentAfter: 60,
    } as const;
    return [
      ...(broker === '' ? [] : [embeddedNode(broker), ...publishNodes('pub', broker, { qos: '1' })]),
      ...stateNodes('state', { broker, first, subscriptions: [row], ...(broker === '' ? { input: 'value' } : {}) }),
    ];
  }

  let refreshes = 0;
  async function refresh(flow: Flow, id: string): Promise<unknown> {
    flow.context('state', 'flow').set('id', id);
    const number = ++refreshes;
    flow.inject('state', { action: 'refresh', number });
    return (await flow.completed.find('the refresh', (message) => message.number === number)).filters;
  }

  async function known(flow: Flow): Promise<unknown> {
    flow.inject('state', { action: 'getState' });
    return ((await flow.received('state-out-3').next()).payload as { topic: string }[]).map(({ topic }) => topic);
  }

  it('subscribes to the filled-in filter, and forgets what only the old one brought', async () => {
    const base = unique('t');
    const flow = await loadFlow(nodes(base, unique('broker')));
    await flow.connected('pub');
    assert.equal((await flow.caught.next()).error.code, 'filter-missing');
    for (const id of ['a', 'b']) {
      assert.deepEqual(await refresh(flow, id), [`${base}/${id}/+room`]);
      flow.inject('pub', { topic: `${base}/${id}/hall`, payload: id });
      const change = await flow.received('state-out-1').next();
      assert.deepEqual([change.payload, change.params], [id, { room: 'hall' }]);
      assert.deepEqual(await known(flow), [`${base}/${id}/hall`]);
    }
  });

  it('without a broker, refresh says which topics are watched', async () => {
    const flow = await loadFlow(nodes('t', ''));
    await flow.caught.next();
    assert.deepEqual(await refresh(flow, 'a'), ['t/a/+room']);
    flow.inject('state', { topic: 't/a/hall', payload: 1 });
    await flow.received('state-out-1').next();
    assert.deepEqual(await refresh(flow, 'b'), ['t/b/+room']);
    // Values from messages stay.
    assert.deepEqual(await known(flow), ['t/a/hall']);
  });

  it('knows after a deploy what it knew before, although it has to find its filters first', async () => {
    const flow = await loadFlow(nodes('t', ''));
    await flow.caught.next();
    await refresh(flow, 'a');
    flow.inject('state', { topic: 't/a/hall', payload: 1 });
    await flow.received('state-out-1').next();
    await flow.deploy('nodes', nodes('t', '', false));
    assert.deepEqual(await known(flow), ['t/a/hall']);
    flow.inject('state', { topic: 't/a/hall', payload: 2 });
    assert.deepEqual(shownChange(await flow.received('state-out-1').next()), ['t/a/hall', 2, 1]);
  });
});
