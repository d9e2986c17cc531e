// Nodes that cannot work say why, once, and the rest of the flow runs on.

import assert from 'node:assert/strict';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import {
  brokerNode,
  embeddedNode,
  publishNodes,
  routerNodes,
  subscribeNodes,
  unique,
} from '../helpers/flows/flow-nodes';

const badServer = { servers: [{ url: 'http://127.0.0.1' }] };

interface Case {
  readonly what: string;
  /** The faulty nodes. The one with the id `bad` shows the status. */
  readonly nodes: (good: string) => FlowNode[];
  readonly code: string;
  /** The node that reports the error, if it is not `bad`. */
  readonly reporter?: string;
}

const cases: Case[] = [
  {
    what: 'a subscribe node without a broker',
    nodes: () => subscribeNodes('bad', '', ['a']),
    code: 'broker-missing',
  },
  {
    what: 'a subscribe node whose broker node is gone',
    nodes: () => subscribeNodes('bad', 'gone-broker', ['a']),
    code: 'broker-missing',
  },
  {
    what: 'a subscribe node whose broker node is of another type',
    nodes: () => [{ id: 'other-config', type: 'test-collect' }, ...subscribeNodes('bad', 'other-config', ['a'])],
    code: 'broker-missing',
  },
  {
    what: 'a subscribe node whose broker node is disabled',
    nodes: () => [{ ...embeddedNode('off-broker'), d: true }, ...subscribeNodes('bad', 'off-broker', ['a'])],
    code: 'broker-disabled',
  },
  {
    what: 'a subscribe node whose broker node has an invalid address',
    nodes: () => [brokerNode('bad-broker', badServer), ...subscribeNodes('bad', 'bad-broker', ['a'])],
    code: 'server-url-invalid',
    reporter: 'bad-broker',
  },
  {
    what: 'a subscribe node with an invalid filter',
    nodes: (good) => subscribeNodes('bad', good, ['a/#/b']),
    code: 'filter-invalid',
  },
  {
    what: 'a subscribe node without filters',
    nodes: (good) => subscribeNodes('bad', good, []),
    code: 'filter-invalid',
  },
  {
    what: 'a subscribe node with a blank filter',
    nodes: (good) => subscribeNodes('bad', good, ['']),
    code: 'filter-invalid',
  },
  {
    what: 'a subscribe node with an unknown format',
    nodes: (good) => subscribeNodes('bad', good, ['a'], { format: 'morse' }),
    code: 'format-unknown',
  },
  { what: 'a publish node without a broker', nodes: () => publishNodes('bad', ''), code: 'broker-missing' },
  {
    what: 'a publish node whose broker node is disabled',
    nodes: () => [{ ...embeddedNode('off-broker'), d: true }, ...publishNodes('bad', 'off-broker')],
    code: 'broker-disabled',
  },
  {
    what: 'a publish node whose broker node has an invalid address',
    nodes: () => [brokerNode('bad-broker', badServer), ...publishNodes('bad', 'bad-broker')],
    code: 'server-url-invalid',
    reporter: 'bad-broker',
  },
  {
    what: 'a publish node with an invalid template',
    nodes: (good) => publishNodes('bad', good, { topicType: 'str', topic: 'a/{{payload' }),
    code: 'template-invalid',
  },
  {
    what: 'a publish node with a wildcard in its topic',
    nodes: (good) => publishNodes('bad', good, { topicType: 'str', topic: 'a/+' }),
    code: 'topic-invalid',
  },
  {
    what: 'a publish node with an unknown format',
    nodes: (good) => publishNodes('bad', good, { format: 'morse' }),
    code: 'format-unknown',
  },
  {
    what: 'a router with an invalid filter',
    nodes: () => routerNodes('bad', { rules: [{ filter: 'a/b#', topic: '' }] }),
    code: 'rule-filter-invalid',
  },
  {
    what: 'a router with an invalid template',
    nodes: () => routerNodes('bad', { rules: [{ filter: 'a', topic: 'b/{{}}' }] }),
    code: 'template-invalid',
  },
  {
    what: 'a router with an invalid condition',
    nodes: () => routerNodes('bad', { rules: [{ filter: 'a', condition: 'payload > (' }] }),
    code: 'rule-condition-invalid',
  },
  {
    what: 'a router whose data are no JSON',
    nodes: () => routerNodes('bad', { rules: [{ filter: 'a', data: '{', dataType: 'json' }] }),
    code: 'config-invalid',
  },
  {
    what: 'a router that keeps routes nowhere in particular',
    nodes: () => routerNodes('bad', { rules: ['a'], dynamic: true, routesType: 'flow', routes: '' }),
    code: 'config-invalid',
  },
];

describe('a node that cannot work', () => {
  afterEach(unloadFlow);

  /** The nodes of a case beside a flow that works. */
  async function load({ nodes }: Case): Promise<{ flow: Flow; topic: string }> {
    const good = unique('good-broker');
    const topic = unique('good');
    const flow = await loadFlow([
      embeddedNode(good),
      ...nodes(good),
      ...subscribeNodes('sub', good, [topic]),
      ...publishNodes('pub', good),
    ]);
    return { flow, topic };
  }

  for (const fault of cases) {
    it(`${fault.what}: status and one error report ${fault.code}, and the rest of the flow runs`, async () => {
      const { flow, topic } = await load(fault);
      const status = await flow.showing('bad', fault.code);
      assert.equal(status.fill, 'red');
      const caught = await flow.caught.find('its error', ({ error }) => error.source.id === (fault.reporter ?? 'bad'));
      assert.equal(caught.error.code, fault.code);
      await flow.connected('sub', 'pub');
      flow.inject('pub', { topic, payload: 'runs on' });
      assert.equal((await flow.received('sub-out').next()).payload, 'runs on');
      assert.equal(flow.caught.all.length, 1);
      assert.equal(flow.statuses('bad').all.length, 1);
    });
  }

  for (const fault of cases.filter(({ what }) => /publish|router/.test(what))) {
    it(`${fault.what}: answers each message with the error`, async () => {
      const { flow } = await load(fault);
      await flow.caught.next();
      flow.inject('bad', { topic: 'a', payload: 'one' });
      flow.inject('bad', { topic: 'a', payload: 'two' });
      const [one, two] = [await flow.caught.next(), await flow.caught.next()];
      assert.deepEqual([one.payload, two.payload], ['one', 'two']);
      assert.deepEqual([one.error.code, two.error.code], [fault.code, fault.code]);
    });
  }

  it('a broker node with an invalid address shows and reports why', async () => {
    const flow = await loadFlow([brokerNode('bad-broker', badServer), ...publishNodes('pub', 'bad-broker')]);
    await flow.showing('bad-broker', 'server-url-invalid');
    await flow.caught.next();
    assert.match(flow.everythingTold(), /errors\.server-url-invalid/);
  });

  it('a broker node with a setting out of range shows why', async () => {
    const flow = await loadFlow([
      brokerNode('bad-broker', { connectTo: 'embedded', keepalive: 70_000 }),
      ...publishNodes('pub', 'bad-broker'),
    ]);
    await flow.showing('bad-broker', 'config-invalid');
    await flow.showing('pub', 'config-invalid');
  });
});
