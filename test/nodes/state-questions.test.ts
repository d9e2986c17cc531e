// Questions to a topic state node, and actions on all that it knows.

import assert from 'node:assert/strict';
import { valueDefaults } from '#src/settings/value.config';
import { type FlowMessage, unloadFlow } from '../helpers/flows/flow-harness';
import { unique } from '../helpers/flows/flow-nodes';
import { loadStateFlow, publishToState, shownChange } from '../helpers/flows/state-flow';

describe('A question to a topic state node', () => {
  afterEach(unloadFlow);

  it('answers for a topic at once, with everything that the question carried', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({}, base);
    await publishToState(flow, `${base}/a/temp`, { celsius: 20 });
    flow.inject('state', { topic: `${base}/a/temp`, payload: 'now?', session: 7 });
    const answer = await flow.received('state-out-3').next();
    assert.deepEqual(
      [answer.topic, answer.payload, answer.session, answer.retain],
      [`${base}/a/temp`, { celsius: 20 }, 7, false],
    );
    assert.ok(Number(answer.age) >= 0 && Math.abs(Number(answer.at) - Date.now()) < 60_000);
    await flow.completed.next();
    // What a flow does with its answer is its own affair.
    (answer.payload as { celsius: number }).celsius = 99;
    flow.inject('state', { topic: `${base}/a/temp` });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, { celsius: 20 });
  });

  it('answers for a filter by messages, an array or an object by levels', async () => {
    for (const answer of ['messages', 'array', 'object'] as const) {
      const base = unique('plant');
      const flow = await loadStateFlow({ answer }, base);
      await publishToState(flow, `${base}/a/temp`, 20);
      await publishToState(flow, `${base}/b/temp`, 21);
      await publishToState(flow, `${base}/b/light`, 'on');
      flow.inject('state', { topic: `${base}/+where/temp`, session: 7 });
      const answers = flow.received('state-out-3');
      const first = await answers.next();
      if (answer === 'object') assert.deepEqual(first.payload, { [base]: { a: { temp: 20 }, b: { temp: 21 } } });
      if (answer === 'array') {
        const rows = first.payload as FlowMessage[];
        assert.deepEqual(rows.map(({ topic, payload, params }) => [topic, payload, params]).sort(), [
          [`${base}/a/temp`, 20, { where: 'a' }],
          [`${base}/b/temp`, 21, { where: 'b' }],
        ]);
        assert.equal(first.topic, `${base}/+where/temp`);
      }
      if (answer === 'messages') {
        const both = [first, await answers.next()];
        assert.deepEqual(both.map(({ topic, payload, session }) => [topic, payload, session]).sort(), [
          [`${base}/a/temp`, 20, 7],
          [`${base}/b/temp`, 21, 7],
        ]);
        assert.deepEqual(
          both.map(({ parts }) => (parts as { count: number; index: number }).index),
          [0, 1],
        );
      }
      await unloadFlow();
    }
  });

  it('answers for a filter by messages that a join node can take, also if there is only one', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({}, base);
    await publishToState(flow, `${base}/a/temp`, 20);
    flow.inject('state', { topic: `${base}/+/temp`, parts: 'of the question' });
    const { payload, parts } = await flow.received('state-out-3').next();
    const { index, count } = parts as { index: number; count: number };
    assert.deepEqual([payload, index, count], [20, 0, 1]);
  });

  it('gets the retained message of a topic outside its filters, and forgets it again', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({}, base);
    const other = unique('other');
    flow.inject('pub', { topic: `${other}/x`, payload: 5, retain: true });
    await flow.received('pub-out').next();
    for (let i = 0; i < 2; i++) {
      flow.inject('state', { topic: `${other}/x` });
      const answer = await flow.received('state-out-3').next();
      assert.deepEqual([answer.payload, answer.retain], [5, true]);
    }
    flow.inject('state', { topic: `${other}/#` });
    assert.equal((await flow.received('state-out-3').next()).payload, 5);
    flow.inject('state', { action: 'getState' });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, []);
  });

  it('answers with the retained message of its own filter by the rules of its row, also where an expression takes time', async () => {
    const base = unique('plant');
    const value = { ...valueDefaults, from: 'payload.t * 2', fromType: 'jsonata' as const };
    const subscriptions = [{ filter: `${base}/+`, retainHandling: 2 as const, value }];
    const change = { change: '$floor(payload)', changeType: 'jsonata', firstRetained: true } as const;
    const flow = await loadStateFlow({ subscriptions, ...change }, base);
    await publishToState(flow, `${base}/a`, { t: 4 }, true);
    await flow.received('state-out-1').next();
    flow.inject('state', { action: 'setState', payload: [] });
    await flow.completed.next();
    flow.inject('state', { topic: `${base}/a` });
    assert.equal((await flow.received('state-out-3').next()).payload, 8);
    assert.equal(flow.caught.all.length, 0);
  });

  for (const [kind, group, retainHandling] of [
    ['gets no stored messages', '', 2],
    ['shares its messages with others', '$share/g/', 0],
  ] as const) {
    it(`asks the server, too, for a filter whose row ${kind}`, async () => {
      const base = unique('plant');
      const subscriptions = [{ filter: `${group}${base}/+`, retainHandling }];
      const flow = await loadStateFlow({ subscriptions, answer: 'array' }, base);
      await publishToState(flow, `${base}/stored`, 1, true);
      await flow.received('state-out-1').next();
      flow.inject('state', { action: 'setState', payload: [] });
      await flow.completed.next();
      await publishToState(flow, `${base}/heard`, 2);
      await flow.received('state-out-1').next();
      flow.inject('state', { topic: `${base}/+` });
      const rows = (await flow.received('state-out-3').next()).payload as FlowMessage[];
      assert.deepEqual(rows.map(({ payload }) => payload).sort(), [1, 2]);
    });
  }

  it('reports an unknown topic as an error, or sends the question to its last output', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({ timeout: 50 }, base);
    flow.inject('state', { topic: `${base}/nobody` });
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'topic-unknown');
    await unloadFlow();
    const again = await loadStateFlow({ timeout: 50, unknown: 'output' }, base);
    again.inject('state', { topic: `${base}/nobody`, session: 7 });
    const question = await again.received('state-out-4').next();
    assert.deepEqual([question.topic, question.session], [`${base}/nobody`, 7]);
    assert.equal(again.caught.all.length, 0);
  });

  it('gives a snapshot, and takes one back', async () => {
    const base = unique('plant');
    const flow = await loadStateFlow({}, base);
    await publishToState(flow, `${base}/a/temp`, 20);
    flow.inject('state', { action: 'getState' });
    const [entry] = (await flow.received('state-out-3').next()).payload as FlowMessage[];
    assert.deepEqual([entry?.topic, entry?.payload], [`${base}/a/temp`, 20]);
    flow.inject('state', { action: 'setState', payload: [{ ...entry, payload: 30, at: Date.now() - 5000 }] });
    await flow.completed.next();
    flow.inject('state', { topic: `${base}/a/temp` });
    const answer = await flow.received('state-out-3').next();
    assert.equal(answer.payload, 30);
    assert.ok(Number(answer.age) >= 5000);
    // What is in it already is no change.
    await publishToState(flow, `${base}/a/temp`, 30);
    await publishToState(flow, `${base}/a/temp`, 31);
    const changes = flow.received('state-out-1');
    assert.deepEqual(shownChange(await changes.next()), [`${base}/a/temp`, 20]);
    assert.deepEqual(shownChange(await changes.next()), [`${base}/a/temp`, 31, 30]);
    flow.inject('state', { action: 'setState', payload: 'nonsense' });
    assert.equal((await flow.caught.next()).error.code, 'property-invalid');
  });

  it('refuses what is neither question nor action', async () => {
    const flow = await loadStateFlow({}, unique('plant'));
    for (const [message, code] of [
      [{ payload: 1 }, 'property-invalid'],
      [{ topic: 'a/#/b' }, 'filter-invalid'],
      [{ topic: '$share/g/a' }, 'property-invalid'],
      [{ action: 'value', topic: 'a/+' }, 'property-invalid'],
      [{ action: 'dance' }, 'action-unknown'],
    ] as const) {
      flow.inject('state', message);
      assert.equal((await flow.caught.next()).error.code, code);
    }
  });
});
