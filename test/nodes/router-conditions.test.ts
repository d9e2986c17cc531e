// Conditions of rules in a real flow: JSONata with message and context, and the order of messages.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { type RouterSetup, routerNodes } from '../helpers/flows/flow-nodes';

describe('conditions of a router', () => {
  afterEach(unloadFlow);

  function flowWith(rules: RouterSetup['rules'], settings: Partial<RouterSetup> = {}): Promise<Flow> {
    return loadFlow(routerNodes('router', { rules: rules ?? [], ...settings }));
  }

  /** The payloads that an output has sent on. */
  function payloads(flow: Flow, output: number): unknown[] {
    return flow.received(`router-out-${output}`).all.map(({ payload }) => payload);
  }

  it('decide by the message and by the context', async () => {
    const condition = 'payload > $flowContext("limit") and $contains(topic, "press")';
    const flow = await flowWith([{ filter: 'plant/#', condition }]);
    flow.context('router', 'flow').set('limit', 20);
    for (const [topic, payload] of [
      ['plant/press', 21],
      ['plant/press', 20],
      ['plant/saw', 30],
    ]) {
      flow.inject('router', { topic, payload });
      await flow.completed.next();
    }
    assert.deepEqual([payloads(flow, 1), payloads(flow, 2)], [[21], [20, 30]]);
  });

  it('may build objects in JSONata, whose beginning looks like a variable of Node-RED', async () => {
    const flow = await flowWith([{ filter: 'plant/#', condition: '${"warm": payload > 20}.warm' }]);
    for (const payload of [21, 19]) {
      flow.inject('router', { topic: 'plant/saw', payload });
      await flow.completed.next();
    }
    assert.deepEqual([payloads(flow, 1), payloads(flow, 2)], [[21], [19]]);
  });

  it('let at most 10,000 messages wait', async function () {
    // Three seconds of processor time, which a busy machine may not give within the usual limit.
    this.timeout(300_000);
    const flow = await flowWith([{ filter: '#', condition: 'payload >= 0' }]);
    // The first one is being evaluated, and nothing ends before this loop has ended.
    for (let payload = 0; payload <= 10_002; payload++) flow.inject('router', { topic: 'a', payload });
    const caught = [await flow.caught.next(), await flow.caught.next()];
    assert.deepEqual(
      caught.map(({ error, payload }) => [error.code, payload]),
      [
        ['router-overloaded', 10_001],
        ['router-overloaded', 10_002],
      ],
    );
    while (flow.received('router-out-1').all.length < 10_001) await flow.completed.next();
    assert.equal(payloads(flow, 1).at(-1), 10_000);
  });

  it('report an immutable message as an error, and route those behind it', async () => {
    const flow = await flowWith([{ filter: 'slow/+level', condition: 'payload > 0' }, 'quick/+level'], {
      otherwise: false,
    });
    const fixed = (topic: string, payload: number): object =>
      Object.defineProperty({ topic, payload }, 'params', { value: {}, writable: false });
    flow.inject('router', { topic: 'slow/a', payload: 1 });
    flow.inject('router', fixed('quick/a', 2));
    flow.inject('router', fixed('slow/a', 3));
    for (const payload of [4, 5]) flow.inject('router', { topic: 'slow/a', payload });
    const caught = [await flow.caught.next(), await flow.caught.next()];
    assert.deepEqual(
      caught.map(({ payload, error }) => [payload, /read only/.test(error.message), error.source.id]),
      [
        [2, true, 'router'],
        [3, true, 'router'],
      ],
    );
    while (payloads(flow, 1).length < 3) await flow.completed.next();
    assert.deepEqual(payloads(flow, 1), [1, 4, 5]);
  });

  it('keep the order of messages, even of those without a condition', async () => {
    const flow = await flowWith([{ filter: 'slow/#', condition: '$sum([1..payload]) > 0', topic: 'all' }, 'quick/#'], {
      otherwise: false,
    });
    const order: unknown[] = [];
    const sent = Array.from({ length: 40 }, (_, index) => index + 1);
    for (const payload of sent) flow.inject('router', { topic: payload % 3 === 0 ? 'slow/x' : 'quick/x', payload });
    for (const _ of sent) order.push((await flow.completed.next()).payload);
    assert.deepEqual(order, sent);
    assert.deepEqual(
      payloads(flow, 1),
      sent.filter((payload) => payload % 3 === 0),
    );
  });

  it('that cannot be evaluated pass the message unchanged to a Catch node, and the next is routed', async () => {
    const flow = await flowWith(['#', { filter: '#', condition: '$number(payload) > 0' }]);
    flow.inject('router', { topic: 'a', payload: 'word' });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'rule-condition-failed');
    assert.equal('route' in caught, false);
    flow.inject('router', { topic: 'a', payload: '7' });
    await flow.completed.next();
    assert.deepEqual([payloads(flow, 1), payloads(flow, 2)], [['7'], ['7']]);
  });

  it('look at how a message was delivered', async () => {
    const flow = await flowWith([
      { filter: '#', retained: 'retained' },
      { filter: '#', retained: 'live', qos: 1 },
    ]);
    for (const message of [
      { retain: true, qos: 1, payload: 'kept' },
      { retain: false, qos: 1, payload: 'live' },
      { retain: false, qos: 0, payload: 'fast' },
    ]) {
      flow.inject('router', { topic: 'a', ...message });
      await flow.completed.next();
    }
    assert.deepEqual([payloads(flow, 1), payloads(flow, 2), payloads(flow, 3)], [['kept'], ['live'], ['fast']]);
  });

  it('and rules of older versions still work', async () => {
    const [router, ...collectors] = routerNodes('router', { rules: ['a/+x'] });
    assert.ok(router);
    const { id, type, wires } = router;
    const old = {
      id,
      type,
      wires,
      rules: [{ filter: 'a/+x', topic: 'b/{{params.x}}' }],
      match: 'all',
      otherwise: true,
      outputs: 2,
    };
    const flow = await loadFlow([old, ...collectors]);
    flow.inject('router', { topic: 'a/1' });
    assert.equal((await flow.received('router-out-1').next()).topic, 'b/1');
    flow.inject('router', { topic: 'c' });
    assert.equal((await flow.received('router-out-2').next()).topic, 'c');
  });

  it('a topic may be in any property, and the lack of one may be an error', async () => {
    const flow = await flowWith(['room/+n'], { property: 'payload.where', noTopic: 'error' });
    flow.inject('router', { payload: { where: 'room/4' } });
    assert.deepEqual((await flow.received('router-out-1').next()).params, { n: '4' });
    flow.inject('router', { topic: 'room/5' });
    assert.equal((await flow.caught.next()).error.code, 'topic-unusable');
  });
});
