// A topic state node whose filters come from contexts: what it knows follows them.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, stateNodes, unique } from '../helpers/flows/flow-nodes';

describe('A topic state node with filters from contexts', () => {
  afterEach(unloadFlow);

  async function load(base: string, broker: string): Promise<Flow> {
    const row = {
      filter: `${base}/{{flow.id}}/+room`,
      filterType: 'template',
      silence: 'time',
      silentAfter: 60,
    } as const;
    const flow = await loadFlow([
      ...(broker === '' ? [] : [embeddedNode(broker), ...publishNodes('pub', broker, { qos: '1' })]),
      ...stateNodes('state', { broker, subscriptions: [row], ...(broker === '' ? { input: 'value' } : {}) }),
    ]);
    return flow;
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
    const flow = await load(base, unique('broker'));
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
    const flow = await load('t', '');
    await flow.caught.next();
    assert.deepEqual(await refresh(flow, 'a'), ['t/a/+room']);
    flow.inject('state', { topic: 't/a/hall', payload: 1 });
    await flow.received('state-out-1').next();
    assert.deepEqual(await refresh(flow, 'b'), ['t/b/+room']);
    // Values from messages stay.
    assert.deepEqual(await known(flow), ['t/a/hall']);
  });
});
