// Which messages a router node sends to which outputs.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import { type RouterSetup, type Rule, routerNodes } from '../helpers/flows/flow-nodes';

describe('router', () => {
  afterEach(unloadFlow);

  function flowWith(rules: Rule[], settings: Partial<RouterSetup> = {}): Promise<Flow> {
    return loadFlow(routerNodes('router', { ...settings, rules }));
  }

  /** Numbers of the outputs that the router has used for the message, once it has completed it. */
  async function outputs(flow: Flow, topic: unknown): Promise<number[]> {
    flow.inject('router', { topic, payload: 'x' });
    await flow.completed.next();
    return [1, 2, 3, 4].filter((output) => flow.received(`router-out-${output}`).all.length > 0);
  }

  it('sends a message to every rule that matches', async () => {
    const flow = await flowWith(['plant/#', 'plant/+/state', 'office/#']);
    assert.deepEqual(await outputs(flow, 'plant/press/state'), [1, 2]);
  });

  it('sends a message to the first matching rule only, if so configured', async () => {
    const flow = await flowWith(['plant/+/state', 'plant/#'], { match: 'first' });
    assert.deepEqual(await outputs(flow, 'plant/press/state'), [1]);
  });

  it('sends messages without a matching rule to the last output', async () => {
    const flow = await flowWith(['plant/#', 'office/#']);
    assert.deepEqual(await outputs(flow, 'garden'), [3]);
  });

  for (const [kind, topic] of [
    ['no topic', undefined],
    ['a topic that is not text', 17],
  ]) {
    it(`sends a message with ${kind} to the last output`, async () => {
      const flow = await flowWith(['#']);
      assert.deepEqual(await outputs(flow, topic), [2]);
    });
  }

  it('completes a message without a matching rule', async () => {
    const flow = await flowWith(['plant/#'], { otherwise: false });
    assert.deepEqual(await outputs(flow, 'garden'), []);
  });

  it('adds what named wildcards match to msg.params', async () => {
    const flow = await flowWith(['plant/+line/#rest']);
    flow.inject('router', { topic: 'plant/7/a/b', params: { earlier: 'kept', line: 'replaced' } });
    const { params } = await flow.received('router-out-1').next();
    assert.deepEqual(params, { earlier: 'kept', line: '7', rest: 'a/b' });
  });

  it('makes new topics with values of contexts, variables and the time, and says what is missing', async () => {
    const rules = [{ filter: 'plant/+line', topic: '{{flow.site}}/{{params.line}}/{{env.UNIT}}/{{$now}}' }];
    const tab = { ...TAB, env: [{ name: 'UNIT', value: 'kg', type: 'str' }] };
    const flow = await loadFlow([tab, ...routerNodes('router', { rules })]);
    const before = Date.now();
    flow.inject('router', { topic: 'plant/7' });
    await flow.caught.next();
    flow.context('router', 'flow').set('site', 'berlin');
    flow.inject('router', { topic: 'plant/8' });
    const { topic } = await flow.received('router-out-1').next();
    assert.ok(String(topic).startsWith('berlin/8/kg/'), String(topic));
    assert.ok(Number(String(topic).split('/').at(-1)) >= before);
    assert.deepEqual(flow.caughtCodes, ['topic-missing']);
  });

  it('keeps messages in order where some values come later', async () => {
    const flow = await flowWith([{ filter: 'a/#', topic: '{{flow.site}}/{{topic.1}}' }, 'b/#'], { otherwise: false });
    flow.context('router', 'flow').set('site', 's');
    for (const topic of ['a/1', 'b/2', 'a/3']) flow.inject('router', { topic });
    assert.equal((await flow.completed.first(3)).length, 3);
    assert.deepEqual(
      flow.received('router-out-1').all.map(({ topic }) => topic),
      ['s/1', 's/3'],
    );
  });

  it('rewrites the topic, and keeps the original one', async () => {
    const flow = await flowWith([
      { filter: 'plant/+line/#rest', topic: 'report/{{params.line}}/{{payload.kind}}/{{params.rest}}' },
    ]);
    flow.inject('router', { topic: 'plant/7/a/b', payload: { kind: 'state' } });
    const message = await flow.received('router-out-1').next();
    assert.equal(message.topic, 'report/7/state/a/b');
    assert.equal(message.originalTopic, 'plant/7/a/b');
  });

  it('leaves topic and originalTopic alone without a rewrite', async () => {
    const flow = await flowWith(['plant/#']);
    flow.inject('router', { topic: 'plant/7' });
    const message = await flow.received('router-out-1').next();
    assert.equal(message.topic, 'plant/7');
    assert.equal('originalTopic' in message, false);
  });

  it('sends messages to several outputs that do not depend on each other', async () => {
    const flow = await flowWith([
      { filter: '+all/#', topic: 'first/{{params.all}}' },
      'plant/+line/#',
      { filter: 'plant/#rest', topic: 'third' },
    ]);
    flow.inject('router', { topic: 'plant/7/x', payload: { list: [1] } });
    const [first, second, third] = await Promise.all([
      flow.received('router-out-1').next(),
      flow.received('router-out-2').next(),
      flow.received('router-out-3').next(),
    ]);
    assert.deepEqual([first.topic, second.topic, third.topic], ['first/plant', 'plant/7/x', 'third']);
    assert.deepEqual([first.params, second.params, third.params], [{ all: 'plant' }, { line: '7' }, { rest: '7/x' }]);
    (first.payload as { list: number[] }).list.push(2);
    assert.deepEqual(second.payload, { list: [1] });
    assert.deepEqual(third.payload, { list: [1] });
  });

  it('reports a rewrite that cannot be filled, sends nothing, and takes the next message', async () => {
    const flow = await flowWith([{ filter: 'plant/#', topic: 'report/{{payload.id}}' }]);
    flow.inject('router', { topic: 'plant/1', payload: {} });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'topic-missing');
    assert.equal(caught.topic, 'plant/1');
    flow.inject('router', { topic: 'plant/1', payload: { id: 9 } });
    assert.equal((await flow.received('router-out-1').next()).topic, 'report/9');
    assert.equal(flow.caught.all.length, 1);
  });

  it('reports a rewrite to a topic with a wildcard in it', async () => {
    const flow = await flowWith([{ filter: 'plant/#', topic: 'report/{{payload}}' }]);
    flow.inject('router', { topic: 'plant/1', payload: 'a/#' });
    assert.equal((await flow.caught.next()).error.code, 'topic-invalid');
    assert.equal(flow.received('router-out-1').all.length, 0);
  });
});
