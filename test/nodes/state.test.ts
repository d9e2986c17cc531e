// A topic state node that subscribes: changes, silence, values that are removed or cannot be read.

import assert from 'node:assert/strict';
import { unloadFlow } from '../helpers/flows/flow-harness';
import { unique } from '../helpers/flows/flow-nodes';
import { loadStateFlow, publishToState, shownChange } from '../helpers/flows/state-flow';

describe('A topic state node with subscriptions', () => {
  afterEach(unloadFlow);

  it('sends on what changes, with what was before and how long', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({}, base);
    for (const payload of [20, 20, 21, { a: 1 }, { a: 1 }, 21]) await publishToState(flow, `${base}/a/temp`, payload);
    const changes = flow.received('state-out-1');
    const topic = `${base}/a/temp`;
    const first = await changes.next();
    assert.deepEqual(shownChange(first), [topic, 20]);
    assert.deepEqual(
      [first.params, first.qos, first.retain, 'previousAge' in first],
      [{ room: 'a', what: 'temp' }, 1, false, false],
    );
    const second = await changes.next();
    assert.deepEqual(shownChange(second), [topic, 21, 20]);
    assert.ok(Number(second.previousAge) >= 0);
    assert.deepEqual(shownChange(await changes.next()), [topic, { a: 1 }, 21]);
    assert.deepEqual(shownChange(await changes.next()), [topic, 21, { a: 1 }]);
    assert.equal(changes.all.length, 4);
  });

  it('drops a value that is removed, and says so', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({ firstRetained: true }, base);
    const topic = `${base}/a/temp`;
    await publishToState(flow, topic, 20, true);
    await publishToState(flow, topic, '', true);
    const changes = flow.received('state-out-1');
    assert.deepEqual(shownChange(await changes.next()), [topic, 20]);
    assert.deepEqual(shownChange(await changes.next()), [topic, '', 20, 'removed']);
    flow.inject('state', { action: 'getState' });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, []);
  });

  it('drops a removed value also where the expression that is compared fails for an empty payload', async () => {
    const base = unique('plant');
    const change = { change: '$number($string(payload))', changeType: 'jsonata', firstRetained: true } as const;
    const flow = await loadStateFlow(change, base);
    const topic = `${base}/a/temp`;
    await publishToState(flow, topic, 20, true);
    await publishToState(flow, topic, '', true);
    const changes = flow.received('state-out-1');
    assert.deepEqual(shownChange(await changes.next()), [topic, 20]);
    assert.deepEqual(shownChange(await changes.next()), [topic, '', 20, 'removed']);
    assert.equal(flow.caught.all.length, 0);
  });

  it('compares by a property or an expression, in the order of arrival', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({ change: '$floor(payload.t)', changeType: 'jsonata', first: false }, base);
    for (const t of [1.1, 1.9, 2.1, 2.9, 3]) await publishToState(flow, `${base}/a`, { t });
    const changes = flow.received('state-out-1');
    assert.deepEqual(shownChange(await changes.next()), [`${base}/a`, { t: 2.1 }, 1]);
    assert.deepEqual(shownChange(await changes.next()), [`${base}/a`, { t: 3 }, 2]);
  });

  it('reports a payload that it cannot read, and keeps the value before', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({ format: 'json' }, base);
    await publishToState(flow, `${base}/a`, { t: 1 });
    flow.inject('pub', { topic: `${base}/a`, payload: 'no JSON' });
    assert.equal((await flow.caught.next()).error.code, 'payload-undecodable');
    flow.inject('state', { topic: `${base}/a` });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, { t: 1 });
  });

  it('says that a topic is silent, and that it speaks again', async () => {
    const base = unique('plant');
    const subscriptions = [{ filter: `${base}/+room`, silence: 'time', silentAfter: 1 } as const];
    const flow = await loadStateFlow({ subscriptions }, base);
    const topic = `${base}/hall`;
    await publishToState(flow, topic, 20);
    const silence = flow.received('state-out-2');
    const silent = await silence.next();
    assert.deepEqual([silent.topic, silent.silent, silent.last, silent.params], [topic, true, 20, { room: 'hall' }]);
    assert.ok(Date.now() - Number(silent.since) >= 1000);
    await flow.statuses('state').latest('silent', ({ text }) => text?.includes('status.silent') === true);
    await publishToState(flow, topic, 21);
    const spoke = await silence.next();
    assert.deepEqual([spoke.topic, spoke.silent, spoke.last], [topic, false, 21]);
    // Both say when the first value came, by two looks at the clocks.
    assert.ok(Math.abs(Number(spoke.since) - Number(silent.since)) < 1000);
  });

  it('keeps one state of what it receives and what it is given', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({ input: 'value' }, base);
    const changes = flow.received('state-out-1');
    const topic = `${base}/a/temp`;
    await publishToState(flow, topic, 20);
    assert.deepEqual(shownChange(await changes.next()), [topic, 20]);
    flow.inject('state', { topic, payload: 20 });
    flow.inject('state', { topic, payload: 21 });
    assert.deepEqual(shownChange(await changes.next()), [topic, 21, 20]);
    await publishToState(flow, topic, 21);
    await publishToState(flow, topic, 22);
    assert.deepEqual(shownChange(await changes.next()), [topic, 22, 21]);
    flow.inject('state', { topic: 'elsewhere', payload: 'given' });
    assert.deepEqual(shownChange(await changes.next()), ['elsewhere', 'given']);
    flow.inject('state', { action: 'ask', topic });
    assert.equal((await flow.received('state-out-3').next()).payload, 22);
    assert.equal(changes.all.length, 4);
  });
});
