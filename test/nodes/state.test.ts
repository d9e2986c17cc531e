// The topic state node in Node-RED: values from its subscriptions and from messages, questions, silence.

import assert from 'node:assert/strict';
import { valueDefaults } from '#src/settings/value.config';
import { type Flow, type FlowMessage, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import {
  embeddedNode,
  publishNodes,
  serverNode,
  stateNodes,
  subscribeNodes,
  unique,
} from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

function shown({ topic, payload, previous, removed }: FlowMessage): unknown[] {
  return [topic, payload, ...(previous === undefined ? [] : [previous]), ...(removed ? ['removed'] : [])];
}

describe('A topic state node with subscriptions', () => {
  afterEach(unloadFlow);

  /** A flow with a state node `state`, a publisher `pub` and a subscriber `witness` for what is published. */
  async function load(settings: Parameters<typeof stateNodes>[1], base: string): Promise<Flow> {
    const broker = unique('broker');
    const flow = await loadFlow([
      embeddedNode(broker),
      ...stateNodes('state', { broker, subscriptions: [`${base}/+room/#what`], ...settings }),
      ...publishNodes('pub', broker, { qos: '1' }),
      ...subscribeNodes('witness', broker, [`${base}/#`]),
    ]);
    await flow.connected('pub', 'witness');
    await flow.statuses('state').latest('topics', ({ fill }) => fill === 'green');
    return flow;
  }

  async function publish(flow: Flow, topic: string, payload: unknown, retain = false): Promise<void> {
    flow.inject('pub', { topic, payload, retain });
    // Whoever subscribed before the witness has it, too.
    await flow.received('witness-out').next();
  }

  it('sends on what changes, with what was before and how long', async () => {
    const base = unique('plant');
    const flow = await load({}, base);
    for (const payload of [20, 20, 21, { a: 1 }, { a: 1 }, 21]) await publish(flow, `${base}/a/temp`, payload);
    const changes = flow.received('state-out-1');
    const topic = `${base}/a/temp`;
    const first = await changes.next();
    assert.deepEqual(shown(first), [topic, 20]);
    assert.deepEqual(
      [first.params, first.qos, first.retain, 'previousAge' in first],
      [{ room: 'a', what: 'temp' }, 1, false, false],
    );
    const second = await changes.next();
    assert.deepEqual(shown(second), [topic, 21, 20]);
    assert.ok(Number(second.previousAge) >= 0);
    assert.deepEqual(shown(await changes.next()), [topic, { a: 1 }, 21]);
    assert.deepEqual(shown(await changes.next()), [topic, 21, { a: 1 }]);
    assert.equal(changes.all.length, 4);
  });

  it('answers for a topic at once, with everything that the question carried', async () => {
    const base = unique('plant');
    const flow = await load({}, base);
    await publish(flow, `${base}/a/temp`, { celsius: 20 });
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
      const flow = await load({ answer }, base);
      await publish(flow, `${base}/a/temp`, 20);
      await publish(flow, `${base}/b/temp`, 21);
      await publish(flow, `${base}/b/light`, 'on');
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
    const flow = await load({}, base);
    await publish(flow, `${base}/a/temp`, 20);
    flow.inject('state', { topic: `${base}/+/temp`, parts: 'of the question' });
    const { payload, parts } = await flow.received('state-out-3').next();
    const { index, count } = parts as { index: number; count: number };
    assert.deepEqual([payload, index, count], [20, 0, 1]);
  });

  it('gets the retained message of a topic outside its filters, and forgets it again', async () => {
    const base = unique('plant');
    const flow = await load({}, base);
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
    const flow = await load({ subscriptions, change: '$floor(payload)', changeType: 'jsonata' }, base);
    await publish(flow, `${base}/a`, { t: 4 }, true);
    await flow.received('state-out-1').next();
    flow.inject('state', { action: 'setState', payload: [] });
    await flow.completed.next();
    flow.inject('state', { topic: `${base}/a` });
    assert.equal((await flow.received('state-out-3').next()).payload, 8);
    assert.equal(flow.caught.all.length, 0);
  });

  it('reports an unknown topic as an error, or sends the question to its last output', async () => {
    const base = unique('plant');
    const flow = await load({ timeout: 50 }, base);
    flow.inject('state', { topic: `${base}/nobody` });
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'topic-unknown');
    await unloadFlow();
    const again = await load({ timeout: 50, unknown: 'output' }, base);
    again.inject('state', { topic: `${base}/nobody`, session: 7 });
    const question = await again.received('state-out-4').next();
    assert.deepEqual([question.topic, question.session], [`${base}/nobody`, 7]);
    assert.equal(again.caught.all.length, 0);
  });

  it('drops a value that is removed, and says so', async () => {
    const base = unique('plant');
    const flow = await load({}, base);
    const topic = `${base}/a/temp`;
    await publish(flow, topic, 20, true);
    await publish(flow, topic, '', true);
    const changes = flow.received('state-out-1');
    assert.deepEqual(shown(await changes.next()), [topic, 20]);
    assert.deepEqual(shown(await changes.next()), [topic, '', 20, 'removed']);
    flow.inject('state', { action: 'getState' });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, []);
  });

  it('drops a removed value also where the expression that is compared fails for an empty payload', async () => {
    const base = unique('plant');
    const flow = await load({ change: '$number($string(payload))', changeType: 'jsonata' }, base);
    const topic = `${base}/a/temp`;
    await publish(flow, topic, 20, true);
    await publish(flow, topic, '', true);
    const changes = flow.received('state-out-1');
    assert.deepEqual(shown(await changes.next()), [topic, 20]);
    assert.deepEqual(shown(await changes.next()), [topic, '', 20, 'removed']);
    assert.equal(flow.caught.all.length, 0);
  });

  it('gives a snapshot, and takes one back', async () => {
    const base = unique('plant');
    const flow = await load({}, base);
    await publish(flow, `${base}/a/temp`, 20);
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
    await publish(flow, `${base}/a/temp`, 30);
    await publish(flow, `${base}/a/temp`, 31);
    const changes = flow.received('state-out-1');
    assert.deepEqual(shown(await changes.next()), [`${base}/a/temp`, 20]);
    assert.deepEqual(shown(await changes.next()), [`${base}/a/temp`, 31, 30]);
    flow.inject('state', { action: 'setState', payload: 'nonsense' });
    assert.equal((await flow.caught.next()).error.code, 'property-invalid');
  });

  it('compares by a property or an expression, in the order of arrival', async () => {
    const base = unique('plant');
    const flow = await load({ change: '$floor(payload.t)', changeType: 'jsonata', first: false }, base);
    for (const t of [1.1, 1.9, 2.1, 2.9, 3]) await publish(flow, `${base}/a`, { t });
    const changes = flow.received('state-out-1');
    assert.deepEqual(shown(await changes.next()), [`${base}/a`, { t: 2.1 }, 1]);
    assert.deepEqual(shown(await changes.next()), [`${base}/a`, { t: 3 }, 2]);
  });

  it('reports a payload that it cannot read, and keeps the value before', async () => {
    const base = unique('plant');
    const flow = await load({ format: 'json' }, base);
    await publish(flow, `${base}/a`, { t: 1 });
    flow.inject('pub', { topic: `${base}/a`, payload: 'no JSON' });
    assert.equal((await flow.caught.next()).error.code, 'payload-undecodable');
    flow.inject('state', { topic: `${base}/a` });
    assert.deepEqual((await flow.received('state-out-3').next()).payload, { t: 1 });
  });

  it('says that a topic is silent, and that it speaks again', async () => {
    const base = unique('plant');
    const subscriptions = [{ filter: `${base}/+room`, silence: 'time', silentAfter: 1 } as const];
    const flow = await load({ subscriptions }, base);
    const topic = `${base}/hall`;
    await publish(flow, topic, 20);
    const silence = flow.received('state-out-2');
    const silent = await silence.next();
    assert.deepEqual([silent.topic, silent.silent, silent.last, silent.params], [topic, true, 20, { room: 'hall' }]);
    assert.ok(Date.now() - Number(silent.since) >= 1000);
    await flow.statuses('state').latest('silent', ({ text }) => text?.includes('status.silent') === true);
    await publish(flow, topic, 21);
    const spoke = await silence.next();
    assert.deepEqual([spoke.topic, spoke.silent, spoke.last], [topic, false, 21]);
    // Both say when the first value came, by two looks at the clocks.
    assert.ok(Math.abs(Number(spoke.since) - Number(silent.since)) < 1000);
  });

  it('keeps one state of what it receives and what it is given', async () => {
    const base = unique('plant');
    const flow = await load({ input: 'value' }, base);
    const changes = flow.received('state-out-1');
    const topic = `${base}/a/temp`;
    await publish(flow, topic, 20);
    assert.deepEqual(shown(await changes.next()), [topic, 20]);
    flow.inject('state', { topic, payload: 20 });
    flow.inject('state', { topic, payload: 21 });
    assert.deepEqual(shown(await changes.next()), [topic, 21, 20]);
    await publish(flow, topic, 21);
    await publish(flow, topic, 22);
    assert.deepEqual(shown(await changes.next()), [topic, 22, 21]);
    flow.inject('state', { topic: 'elsewhere', payload: 'given' });
    assert.deepEqual(shown(await changes.next()), ['elsewhere', 'given']);
    flow.inject('state', { action: 'ask', topic });
    assert.equal((await flow.received('state-out-3').next()).payload, 22);
    assert.equal(changes.all.length, 4);
  });

  it('refuses what is neither question nor action', async () => {
    const flow = await load({}, unique('plant'));
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
    assert.deepEqual(shown(await flow.received('state-out-1').next()), ['room/hall', 21, 20]);
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
    assert.deepEqual(shown(await flow.received('state-out-1').next()), ['a', 2, 1]);
    const kept = flow.context('state', 'global').get('kept') as { topics: string[] };
    assert.deepEqual(
      kept.topics.map((text) => JSON.parse(text).topic),
      ['a'],
    );
  });
});

for (const protocolVersion of [5, 4] as const) {
  describe(`A topic state node in an outage (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    let proxy: TcpProxy;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
      proxy = await TcpProxy.start(mosquitto.port);
    });
    afterEach(unloadFlow);
    after(async () => {
      await proxy?.stop();
      await mosquitto?.stop();
    });

    it('calls nobody silent, says once that the connection is gone, and takes the retained messages for no change', async () => {
      const base = unique('room');
      const subscriptions = [{ filter: `${base}/+`, silence: 'time', silentAfter: 1 } as const];
      const flow = await loadFlow([
        serverNode('broker', proxy.port, { protocolVersion }),
        serverNode('device-broker', mosquitto.port, { protocolVersion }),
        ...stateNodes('state', { broker: 'broker', subscriptions }),
        ...publishNodes('device', 'device-broker', { qos: '1', retain: 'true' }),
      ]);
      await flow.connected('device');
      await flow.statuses('state').latest('topics', ({ fill }) => fill === 'green');
      const changes = flow.received('state-out-1');
      const silence = flow.received('state-out-2');
      for (const payload of [20, 21]) flow.inject('device', { topic: `${base}/hall`, payload });
      flow.inject('device', { topic: `${base}/attic`, payload: 5 });
      for (let i = 0; i < 3; i++) await changes.next();
      await proxy.refuse();
      const lost = await silence.next();
      assert.deepEqual([lost.connected, typeof lost.reason, lost.topic], [false, 'string', undefined]);
      // Longer than the time of silence.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      flow.inject('device', { topic: `${base}/attic`, payload: 6 });
      await flow.received('device-out').first(4);
      await proxy.accept();
      const back = await silence.next();
      assert.deepEqual([back.connected, back.topic], [true, undefined]);
      // What has changed meanwhile is a change; the rest of what is retained is none.
      assert.deepEqual(shown(await changes.next()), [`${base}/attic`, 6, 5]);
      // Nobody has spoken since: now they are silent, by the clock that runs again.
      const silent = [await silence.next(), await silence.next()];
      assert.deepEqual(silent.map((message) => [message.topic, message.silent]).sort(), [
        [`${base}/attic`, true],
        [`${base}/hall`, true],
      ]);
      assert.equal(changes.all.length, 4);
      assert.equal(silence.all.length, 4);
    });

    it('takes what a restarted server has retained for no change', async () => {
      const base = unique('room');
      const flow = await loadFlow([
        serverNode('broker', proxy.port, { protocolVersion }),
        serverNode('device-broker', mosquitto.port, { protocolVersion }),
        ...stateNodes('state', {
          broker: 'broker',
          subscriptions: [{ filter: `${base}/+`, silence: 'time', silentAfter: 600 }],
        }),
        ...publishNodes('device', 'device-broker', { qos: '1', retain: 'true' }),
      ]);
      await flow.connected('device');
      await flow.statuses('state').latest('topics', ({ fill }) => fill === 'green');
      const changes = flow.received('state-out-1');
      const silence = flow.received('state-out-2');
      flow.inject('device', { topic: `${base}/hall`, payload: 20 });
      assert.deepEqual(shown(await changes.next()), [`${base}/hall`, 20]);
      await proxy.refuse();
      await silence.next();
      await mosquitto.restart();
      // It keeps nothing, so the device tells it again, before the node comes back.
      flow.inject('device', { topic: `${base}/hall`, payload: 20 });
      await flow.received('device-out').first(2);
      await proxy.accept();
      assert.equal((await silence.next()).connected, true);
      flow.inject('device', { topic: `${base}/hall`, payload: 21 });
      assert.deepEqual(shown(await changes.next()), [`${base}/hall`, 21, 20]);
      assert.equal(changes.all.length, 2);
    });
  });
}
