// Filters from contexts against the flows that subscribe by message for that: what arrives is the same.

import assert from 'node:assert/strict';
import type { SubscriptionConfig } from '#src/settings/subscribe.config';
import { coreNodes, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';

interface Kind {
  readonly name: string;
  readonly row: Partial<SubscriptionConfig>;
  /** The body of the function node that does the same by hand. */
  readonly byHand: string;
  /** What is in the context at the start, and later. */
  readonly values: readonly [first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>];
}

/** Leaves the filter of before, and subscribes to the one of now. */
const subscribeTo = (filter: string): string =>
  `const filter = ${filter};
   const before = context.get('filter');
   if (before && before !== filter) node.send({ action: 'unsubscribe', topic: before });
   context.set('filter', filter);
   return { action: 'subscribe', topic: { topic: filter, qos: 1 }, done: msg.done };`;

const KINDS: readonly Kind[] = [
  {
    name: 'the device that somebody has chosen',
    row: { filter: 'devices/{{flow.deviceId}}/+value', filterType: 'template' },
    byHand: subscribeTo("'devices/' + flow.get('deviceId') + '/+value'"),
    values: [{ deviceId: 'a' }, { deviceId: 'b' }],
  },
  {
    name: 'a prefix that all flows share, with levels in it',
    row: { filter: '{{global.base}}/+value', filterType: 'template' },
    byHand: subscribeTo("global.get('base') + '/+value'"),
    values: [{ base: 'devices/a' }, { base: 'devices/b' }],
  },
  {
    name: 'one device, or all of them while none is chosen',
    row: {
      filter: "$flowContext('deviceId') ? 'devices/' & $flowContext('deviceId') & '/+value' : 'devices/+/+value'",
      filterType: 'jsonata',
    },
    byHand: subscribeTo("'devices/' + (flow.get('deviceId') || '+') + '/+value'"),
    values: [{ deviceId: '' }, { deviceId: 'b' }],
  },
];

/** What arrives when the context has the values one after the other; `nodes` has a subscriber `sub` and takes messages at `at`. */
async function outcome(nodes: readonly FlowNode[], at: string, kind: Kind): Promise<unknown> {
  const flow = await loadFlow(nodes, {}, coreNodes('function/10-function'));
  await flow.connected('pub');
  const arrived: unknown[] = [];
  for (const [round, values] of kind.values.entries()) {
    for (const [key, value] of Object.entries(values)) {
      flow.context('sub', key === 'base' ? 'global' : 'flow').set(key, value);
    }
    flow.inject(at, { action: 'refresh', done: round });
    await flow.completed.find('the change', ({ done }) => done === round);
    for (const device of ['a', 'b']) flow.inject('pub', { topic: `devices/${device}/temp`, payload: round });
    // Both flows have the messages of the second device in both rounds, or of the first in the first.
    const last = round === 0 && kind.values[0].deviceId !== '' ? 'devices/a/temp' : 'devices/b/temp';
    await flow.received('sub-out').find('the last', (message) => message.topic === last && message.payload === round);
  }
  arrived.push(...flow.received('sub-out').all.map(({ topic, payload, params }) => [topic, payload, params]));
  await unloadFlow();
  return arrived;
}

describe('filters from contexts', () => {
  afterEach(unloadFlow);

  for (const kind of KINDS) {
    it(`bring what subscribing by message brings: ${kind.name}`, async () => {
      const common = (broker: string): FlowNode[] => [embeddedNode(broker), ...publishNodes('pub', broker, { qos: 1 })];
      const [own, hand] = [unique('own'), unique('hand')];
      const fewer = await outcome(
        [...common(own), ...subscribeNodes('sub', own, [{ qos: 1, ...kind.row }], { inputs: 1 })],
        'sub',
        kind,
      );
      const byHand = await outcome(
        [
          ...common(hand),
          functionNode('function', kind.byHand, ['sub']),
          ...subscribeNodes('sub', hand, [], { inputs: 1 }),
        ],
        'function',
        kind,
      );
      assert.deepEqual(fewer, byHand);
      assert.ok(Array.isArray(fewer) && fewer.length >= 2);
    });
  }
});
