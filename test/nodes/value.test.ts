// The setting Value of a filter: a part of the payload becomes msg.payload, converted; what happens where it is missing; and
// how such messages are acknowledged.

import assert from 'node:assert/strict';
import type { SubscribeConfig, SubscriptionConfig } from '#src/settings/subscribe.config';
import type { ValueConfig } from '#src/settings/value.config';
import { AcknowledgingFlow } from '../helpers/flows/acknowledging-flow';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';

type Rows = readonly (Partial<SubscriptionConfig> & { readonly filter: string })[];

async function load(rows: Rows, settings: Partial<SubscribeConfig> = {}): Promise<Flow> {
  const broker = unique('value');
  const flow = await loadFlow([
    embeddedNode(broker),
    ...subscribeNodes('sub', broker, rows, settings),
    ...publishNodes('pub', broker, { qos: 1, format: settings.format === 'cbor' ? 'cbor' : 'auto' }),
  ]);
  await flow.connected('sub', 'pub');
  return flow;
}

/** What the subscribe node makes of `payload` with one rule. */
async function received(
  value: Partial<ValueConfig>,
  payload: unknown,
  settings: Partial<SubscribeConfig> = {},
): Promise<{ readonly payload: unknown; readonly data: unknown }> {
  const base = unique('t');
  const flow = await load([{ filter: `${base}/+line`, value }], settings);
  flow.inject('pub', { topic: `${base}/seven`, payload });
  const { payload: made, data } = await flow.received('sub-out').next();
  return { payload: made, data };
}

describe('the value of a filter', () => {
  afterEach(unloadFlow);

  const energy = { ENERGY: { Power: '12.5', State: 'ON' }, list: [{ b: 1 }] };

  it('is a property of the payload, with any format', async () => {
    assert.equal((await received({ from: 'ENERGY.Power' }, energy)).payload, '12.5');
    assert.equal((await received({ from: 'list[0].b' }, energy, { format: 'cbor' })).payload, 1);
  });

  it('is converted', async () => {
    const scaled = { from: 'ENERGY.Power', convert: 'number', factor: 2, offset: 1 } as const;
    assert.equal((await received(scaled, energy)).payload, 26);
    assert.equal((await received({ from: 'ENERGY.State', convert: 'boolean' }, energy)).payload, true);
    const date = await received({ convert: 'date', dateFrom: 's' }, 1795867200);
    assert.deepEqual(date.payload, new Date('2026-11-28T12:00:00Z'));
  });

  it('is a JSONata expression over the whole message', async () => {
    const from = '$number(payload.ENERGY.Power) * 2 & " at " & params.line & " of " & topic.$split("/")[1]';
    assert.equal((await received({ from, fromType: 'jsonata' }, energy)).payload, '25 at seven of seven');
  });

  it('leaves what was decoded in msg.data, on demand', async () => {
    assert.deepEqual((await received({ from: 'ENERGY.Power' }, energy)).data, undefined);
    assert.deepEqual((await received({ from: 'ENERGY.Power', keepData: true }, energy)).data, energy);
  });

  it('differs from filter to filter, and messages keep their order beside expressions', async () => {
    const base = unique('t');
    const flow = await load([
      { filter: `${base}/slow/#`, value: { from: '$sum([0..2000].($ * 0)) + payload', fromType: 'jsonata' } },
      { filter: `${base}/path`, value: { from: 'v' } },
      { filter: `${base}/whole` },
    ]);
    for (const round of [1, 2, 3]) {
      flow.inject('pub', { topic: `${base}/slow/a`, payload: round });
      flow.inject('pub', { topic: `${base}/path`, payload: { v: round + 0.25 } });
      flow.inject('pub', { topic: `${base}/whole`, payload: round + 0.5 });
    }
    const all = await flow.received('sub-out').first(9);
    assert.deepEqual(
      all.map(({ payload }) => payload),
      [1, 1.25, 1.5, 2, 2.25, 2.5, 3, 3.25, 3.5],
    );
  });

  for (const fromType of ['path', 'jsonata'] as const) {
    const from = fromType === 'path' ? 'v' : 'payload.v';

    it(`${fromType}: a message without it is an error that names it, with the payload as decoded`, async () => {
      const base = unique('t');
      const flow = await load([{ filter: `${base}/#`, value: { from, fromType } }]);
      flow.inject('pub', { topic: `${base}/a`, payload: { other: 1 } });
      const { error, payload } = await flow.caught.next();
      assert.equal(error.code, 'value-missing');
      assert.deepEqual(payload, { other: 1 });
    });

    it(`${fromType}: or is dropped, or goes on as it is`, async () => {
      const base = unique('t');
      const flow = await load([
        { filter: `${base}/drop`, value: { from, fromType, missing: 'drop', convert: 'number' } },
        { filter: `${base}/pass`, value: { from, fromType, missing: 'pass', convert: 'number' } },
      ]);
      for (const v of ['warm', undefined, 5]) {
        flow.inject('pub', { topic: `${base}/drop`, payload: { v } });
        flow.inject('pub', { topic: `${base}/pass`, payload: { v } });
      }
      const all = await flow.received('sub-out').first(4);
      assert.deepEqual(
        all.map(({ topic, payload }) => [String(topic).slice(base.length + 1), payload]),
        [
          ['pass', { v: 'warm' }],
          ['pass', {}],
          ['drop', 5],
          ['pass', 5],
        ],
      );
      assert.deepEqual(flow.caught.all, []);
    });
  }

  it('an expression that fails is an error, whatever happens to missing values', async () => {
    const base = unique('t');
    const value = { from: '$number(payload)', fromType: 'jsonata', missing: 'drop' } as const;
    const flow = await load([{ filter: `${base}/#`, value }]);
    flow.inject('pub', { topic: `${base}/a`, payload: 'x' });
    assert.equal((await flow.caught.next()).error.code, 'value-unavailable');
  });

  it('what cannot be read has none: it is an error of its format, or goes on as bytes', async () => {
    const base = unique('t');
    const row = { filter: `${base}/#`, value: { from: 'v', missing: 'drop' } } as const;
    const flow = await load([row], { format: 'json', undecodable: 'pass' });
    flow.inject('pub', { topic: `${base}/a`, payload: '{' });
    assert.deepEqual((await flow.received('sub-out').next()).payload, Buffer.from('{'));
    await unloadFlow();
    const refusing = await load([row], { format: 'json' });
    refusing.inject('pub', { topic: `${base}/a`, payload: '{' });
    assert.equal((await refusing.caught.next()).error.code, 'payload-undecodable');
  });

  it('a subscription of a message may have one, as object or as path alone, and keeps it over a deploy', async () => {
    const base = unique('t');
    const flow = await load([], { inputs: 1, keepSubscriptions: true });
    flow.inject('sub', {
      action: 'subscribe',
      topic: [
        { topic: `${base}/a`, value: { from: 'v', convert: 'number' } },
        { topic: `${base}/b`, value: 'w' },
      ],
    });
    const { subscriptions } = await flow.completed.next();
    assert.deepEqual((subscriptions as { value: unknown }[])[1]?.value, 'w');
    flow.inject('pub', { topic: `${base}/a`, payload: { v: '5' } });
    flow.inject('pub', { topic: `${base}/b`, payload: { w: '6' } });
    const both = await flow.received('sub-out').first(2);
    assert.deepEqual(
      both.map(({ payload }) => payload),
      [5, '6'],
    );
  });

  it('a wrong one is an error: of the message, or of the node', async () => {
    const base = unique('t');
    const flow = await load([], { inputs: 1 });
    for (const value of [{ convert: 'colour' }, { from: 'a..b' }, { from: '(', fromType: 'jsonata' }, 7]) {
      flow.inject('sub', { action: 'subscribe', topic: { topic: `${base}/a`, value } });
    }
    await flow.caught.first(4);
    assert.deepEqual(flow.caughtCodes, [
      'property-invalid',
      'property-invalid',
      'expression-invalid',
      'property-invalid',
    ]);
    await unloadFlow();
    const broker = unique('value');
    const rows = [{ filter: 'a', value: { from: '(', fromType: 'jsonata' as const } }];
    const refused = await loadFlow([embeddedNode(broker), ...subscribeNodes('sub', broker, rows)]);
    await refused.caught.find('the invalid expression', ({ error }) => error.code === 'expression-invalid');
  });
});

describe('acknowledging messages with a value', () => {
  let bench: AcknowledgingFlow;

  afterEach(() => bench.stop());

  for (const acknowledge of ['receipt', 'completion', 'manual'] as const) {
    for (const fromType of ['path', 'jsonata'] as const) {
      it(`${acknowledge}: one that is dropped is acknowledged (${fromType})`, async () => {
        bench = await AcknowledgingFlow.prepare({ acknowledge });
        const from = fromType === 'path' ? 'v' : 'payload.v';
        const flow = await bench.start([], {}, { value: { from, fromType, missing: 'drop' } });
        await bench.server.send(1, 1, '{}');
        await bench.server.send(2, 2, '{}');
        assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
        assert.deepEqual(flow.caught.all, []);
      });
    }
  }

  for (const fromType of ['path', 'jsonata'] as const) {
    const from = fromType === 'path' ? 'v' : 'payload.v';

    it(`the flow that gets the value decides when it is done (${fromType})`, async () => {
      bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion' });
      const wait = functionNode('wait', 'setTimeout(() => node.done(), 20); return;', []);
      await bench.start([wait], {}, { value: { from, fromType, convert: 'number' } });
      await bench.server.send(1, 1, '{"v":"5"}');
      await bench.server.send(2, 2, '{"v":"6"}');
      assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
    });

    it(`one without it that nobody catches is refused, as one that cannot be read (${fromType})`, async () => {
      bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion', onError: 'refuse' });
      const place = { ...functionNode('end', 'return null;', []), z: 'quiet-tab' };
      await bench.start([place], { format: 'json' }, { value: { from, fromType } });
      await bench.server.send(1, 1, '{}');
      await bench.server.send(2, 1, '{');
      assert.deepEqual(await bench.server.acknowledged(2), ['1 131', '2 131']);
    });
  }
});
