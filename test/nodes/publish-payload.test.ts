// What a publish node sends when it is not msg.payload: templates that keep types, texts, expressions and properties, with
// values from elsewhere.

import assert from 'node:assert/strict';
import type { PublishConfig } from '#src/settings/publish.config';
import { type Flow, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';

async function load(settings: Partial<PublishConfig>, base = unique('t')): Promise<{ flow: Flow; base: string }> {
  const broker = unique('payload');
  const flow = await loadFlow([
    { ...TAB, env: [{ name: 'UNIT', value: 'pcs', type: 'str' }] },
    embeddedNode(broker),
    ...subscribeNodes('sub', broker, [`${base}/#`], { format: 'string' }),
    ...publishNodes('pub', broker, { qos: 1, ...settings }),
  ]);
  await flow.connected('sub', 'pub');
  return { flow, base };
}

describe('the payload setting of publish', () => {
  afterEach(unloadFlow);

  const message = { payload: 7, data: { a: [1, 2] }, params: { unit: 'kg', line: 3 } };

  for (const [payloadType, payload, sent] of [
    [
      'json',
      '{ "count": {{payload}}, "unit": "{{params.unit}}", "all": {{data}} }',
      '{"count":7,"unit":"kg","all":{"a":[1,2]}}',
    ],
    ['json', '["{{env.UNIT}}", {{flow.limit}}, {{global.on}}]', '["pcs",5,false]'],
    ['str', 'line {{params.line}}: {{payload}} {{env.UNIT}}', 'line 3: 7 pcs'],
    ['str', 'on', 'on'],
    ['str', '', ''],
    ['jsonata', '{ "double": payload * 2 }', '{"double":14}'],
    ['msg', 'data.a', '[1,2]'],
    ['msg', '', '7'],
    ['flow', 'limit', '5'],
    ['global', 'on', 'false'],
  ] as const) {
    it(`${payloadType} ${payload} sends ${sent}`, async () => {
      const { flow, base } = await load({ payload, payloadType });
      flow.context('pub', 'flow').set('limit', 5);
      flow.context('pub', 'global').set('on', false);
      flow.inject('pub', { topic: `${base}/a`, ...message });
      assert.equal((await flow.received('sub-out').next()).payload, sent);
    });
  }

  it('a template knows the time, as a number and as text', async () => {
    const { flow, base } = await load({ payload: '[{{$now}}, "{{$iso}}"]', payloadType: 'json' });
    const before = Date.now();
    flow.inject('pub', { topic: `${base}/a` });
    const [now, iso] = JSON.parse(String((await flow.received('sub-out').next()).payload)) as [number, string];
    assert.ok(now >= before && now <= Date.now());
    assert.ok(Date.parse(iso) >= before && Date.parse(iso) <= Date.now());
  });

  it('the message that goes on is as it came', async () => {
    const { flow, base } = await load({ payload: '{ "x": {{payload}} }', payloadType: 'json' });
    flow.inject('pub', { topic: `${base}/a`, payload: 1 });
    assert.equal((await flow.received('pub-out').next()).payload, 1);
  });

  it('clearing a retained message needs no payload', async () => {
    const { flow, base } = await load({ payload: '{{payload}}', payloadType: 'json', retain: 'clear' });
    flow.inject('pub', { topic: `${base}/a` });
    assert.equal((await flow.received('sub-out').next()).payload, '');
  });

  for (const [payloadType, payload] of [
    ['json', '{ "a": {{flow.none}} }'],
    ['json', '{ "a": "{{params.none}}" }'],
    ['str', '{{env.NONE}}'],
    ['msg', 'data.none'],
    ['global', 'none'],
  ] as const) {
    it(`${payloadType} ${payload}: what is missing is an error, and nothing is sent`, async () => {
      const { flow, base } = await load({ payload, payloadType });
      flow.inject('pub', { topic: `${base}/a`, ...message });
      assert.equal((await flow.caught.next()).error.code, 'property-missing');
      flow.inject('pub', { topic: `${base}/end`, payload: 1, none: 1, data: { none: 1 }, params: { none: 1 } });
    });
  }

  it('topics and other templates know the same', async () => {
    const base = unique('t');
    const settings = {
      topic: `${base}/{{flow.device}}/{{env.UNIT}}/{{topic}}`,
      topicType: 'str',
      properties: { contentType: { value: 'text/{{global.kind}}', type: 'str' } },
    } as const;
    const { flow } = await load(settings, base);
    flow.context('pub', 'flow').set('device', 'press');
    flow.context('pub', 'global').set('kind', 'plain');
    flow.inject('pub', { topic: 'x', payload: 1 });
    const { topic, contentType } = await flow.received('sub-out').next();
    assert.deepEqual([topic, contentType], [`${base}/press/pcs/x`, 'text/plain']);
    flow.context('pub', 'flow').set('device', 'a/#');
    flow.inject('pub', { topic: 'x', payload: 1 });
    assert.equal((await flow.caught.next()).error.code, 'topic-invalid');
    flow.context('pub', 'flow').set('device', undefined);
    flow.inject('pub', { topic: 'x', payload: 1 });
    await flow.caught.first(2);
    assert.deepEqual(flow.caughtCodes, ['topic-invalid', 'topic-missing']);
  });

  it('a message with properties of these names keeps its meaning', async () => {
    const base = unique('t');
    const { flow } = await load({ topic: `${base}/{{flow.device}}/{{env.UNIT}}`, topicType: 'str' }, base);
    flow.context('pub', 'flow').set('device', 'context');
    flow.inject('pub', { payload: 1, flow: { device: 'own' }, env: { UNIT: 'mine' } });
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/own/mine`);
  });

  it('a property of the message is never looked for elsewhere', async () => {
    const { flow } = await load({ topic: 'flow.device', topicType: 'msg' });
    flow.context('pub', 'flow').set('device', 'context');
    flow.inject('pub', { payload: 1 });
    assert.equal((await flow.caught.next()).error.code, 'topic-missing');
  });

  it('a wrong template stops the node, with the place', async () => {
    const broker = unique('payload');
    const flow = await loadFlow([
      embeddedNode(broker),
      ...publishNodes('pub', broker, { payload: '{ "a": nope }', payloadType: 'json' }),
    ]);
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'template-invalid');
  });
});

describe('msg.publications', () => {
  afterEach(unloadFlow);

  it('publishes all of a list in order, and goes on with a result each', async () => {
    const { flow, base } = await load({});
    const publications = [
      { topic: `${base}/a`, payload: { x: 1 }, qos: 1 },
      { topic: `${base}/b`, payload: 'text', qos: 0, contentType: 'text/plain' },
      { topic: `${base}/c`, payload: 3 },
    ];
    flow.inject('pub', { topic: 'unused', payload: 'unused', note: 'kept', publications });
    const received = await flow.received('sub-out').first(3);
    assert.deepEqual(
      received.map(({ topic, payload }) => [String(topic).slice(base.length + 1), payload]),
      [
        ['a', '{"x":1}'],
        ['b', 'text'],
        ['c', '3'],
      ],
    );
    assert.equal(received[1]?.contentType, 'text/plain');
    const after = await flow.received('pub-out').next();
    assert.deepEqual(after.note, 'kept');
    assert.deepEqual(
      (after.results as { ok: boolean }[]).map(({ ok }) => ok),
      [true, true, true],
    );
    await flow.completed.next();
  });

  it('templates of the node are filled for each, from the entry and the rest of the message', async () => {
    const base = unique('t');
    const settings: Partial<PublishConfig> = {
      topic: `${base}/{{params.line}}/{{name}}`,
      topicType: 'str',
      payload: '{ "v": {{payload}}, "at": {{$now}} }',
      payloadType: 'json',
    };
    const { flow } = await load(settings, base);
    const publications = [
      { name: 'a', payload: 1 },
      { name: 'b', payload: 2 },
    ];
    flow.inject('pub', { params: { line: 7 }, publications });
    const received = await flow.received('sub-out').first(2);
    assert.deepEqual(
      received.map(({ topic, payload }) => [topic, JSON.parse(String(payload)).v]),
      [
        [`${base}/7/a`, 1],
        [`${base}/7/b`, 2],
      ],
    );
  });

  for (const [what, wrong] of [
    ['without a topic', { payload: 1 }],
    ['without a payload', { topic: 'x' }],
    ['with a wrong QoS', { topic: 'x', payload: 1, qos: 3 }],
    ['that is no object', 7],
  ] as const) {
    for (const topicType of ['msg', 'jsonata'] as const) {
      it(`one ${what} is named by its index, and nothing is sent (topic from ${topicType})`, async () => {
        const { flow, base } = await load({ topic: 'topic', topicType, qos: '' });
        const good = { topic: `${base}/good`, payload: 1 };
        flow.inject('pub', { topic: `${base}/own`, payload: 'own', publications: [good, wrong, good] });
        const caught = await flow.caught.next();
        assert.deepEqual((caught.error as { cause?: { index?: number } }).cause?.index, 1);
        flow.inject('pub', { topic: `${base}/end`, payload: 'end' });
        assert.equal((await flow.received('sub-out').next()).payload, 'end');
      });
    }
  }

  it('an empty list sends nothing and goes on', async () => {
    const { flow } = await load({});
    flow.inject('pub', { publications: [] });
    assert.deepEqual((await flow.received('pub-out').next()).results, []);
  });

  it('what is no list is a property like others', async () => {
    const { flow, base } = await load({});
    flow.inject('pub', { topic: `${base}/a`, payload: 1, publications: 3 });
    assert.equal((await flow.received('sub-out').next()).payload, '1');
  });

  it('one that fails on the way is an error of the message, with all results', async () => {
    const broker = unique('away');
    const flow = await loadFlow([
      { ...embeddedNode(broker), autoConnect: false },
      ...publishNodes('pub', broker, { qos: 1, whileOffline: 'fail' }),
    ]);
    flow.inject('pub', {
      publications: [
        { topic: 'a', payload: 1 },
        { topic: 'b', payload: 2 },
      ],
    });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'not-connected');
    assert.deepEqual(
      (caught.results as { ok: boolean }[]).map(({ ok }) => ok),
      [false, false],
    );
  });
});
