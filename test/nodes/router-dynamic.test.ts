// Routes that messages add to a router node, and which of them are kept over a deploy.

import assert from 'node:assert/strict';
import type { RouterConfig } from '#src/settings/router.config';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { routerNodes, stateNodes } from '../helpers/flows/flow-nodes';

/** Outputs: 1 the rule, 2 routes from messages, 3 otherwise. */
function nodes(settings: Partial<Omit<RouterConfig, 'rules'>> = {}): FlowNode[] {
  return routerNodes('router', { rules: ['plant/#'], dynamic: true, ...settings });
}

/** Lets the router carry out an action. */
async function act(flow: Flow, action: string, routes?: unknown): Promise<void> {
  flow.inject('router', { action, routes });
  await flow.completed.next();
}

/** The code of the error with which the router refuses an action. */
async function refused(flow: Flow, action: string, routes?: unknown): Promise<string | undefined> {
  flow.inject('router', { action, routes });
  return (await flow.caught.next()).error.code;
}

/** Everything that each output has sent on for a message with this topic. */
async function sent(flow: Flow, topic: string): Promise<unknown[][]> {
  const counts = [1, 2, 3].map((output) => flow.received(`router-out-${output}`).all.length);
  flow.inject('router', { topic });
  await flow.completed.next();
  return [1, 2, 3].map((output, index) =>
    flow
      .received(`router-out-${output}`)
      .all.slice(counts[index])
      .map(({ route }) => route),
  );
}

async function listed(flow: Flow): Promise<unknown> {
  await act(flow, 'getRoutes');
  const reply = flow.received('router-out-2').all.at(-1);
  assert.equal(reply?.action, 'getRoutes');
  return reply.routes;
}

describe('routes from messages', () => {
  afterEach(unloadFlow);

  it('are used beside the rules, until they are removed', async () => {
    const flow = await loadFlow(nodes());
    await act(flow, 'addRoutes', ['hall/+door', { filter: 'plant/+line', output: 1, data: 'x' }]);
    assert.deepEqual(await sent(flow, 'hall/3'), [[], [{ filter: 'hall/+door' }], []]);
    assert.deepEqual(await sent(flow, 'plant/3'), [
      [{ filter: 'plant/#' }, { filter: 'plant/+line', data: 'x' }],
      [],
      [],
    ]);
    await act(flow, 'removeRoutes', 'hall/+door');
    assert.deepEqual(await sent(flow, 'hall/3'), [[], [], [undefined]]);
  });

  it('are listed on request', async () => {
    const flow = await loadFlow(nodes());
    const routes = [{ filter: 'a' }, { id: 'b', filter: 'b', data: { c: 1 } }];
    await act(flow, 'setRoutes', routes);
    assert.deepEqual(await listed(flow), routes);
    await flow.showing('router', 'routes');
  });

  it('that are invalid are an error, which changes nothing', async () => {
    const flow = await loadFlow(nodes());
    await act(flow, 'addRoutes', ['a']);
    assert.equal(await refused(flow, 'addRoutes', ['b', 'c/#/d']), 'route-invalid');
    assert.deepEqual(await listed(flow), [{ filter: 'a' }]);
  });

  it('are ordinary messages if the node accepts no routes', async () => {
    const flow = await loadFlow(nodes({ dynamic: false }));
    flow.inject('router', { action: 'addRoutes', topic: 'plant/1', routes: ['a'] });
    assert.equal((await flow.received('router-out-1').next()).action, 'addRoutes');
  });

  describe('kept in context', () => {
    for (const routesType of ['flow', 'global'] as const) {
      it(`are restored after the node has been restarted: ${routesType}`, async () => {
        const kept = nodes({ routesType, routes: `routes.of-${routesType}` });
        const flow = await loadFlow(kept);
        await act(flow, 'addRoutes', [{ filter: 'hall/+door', data: [1] }, 'yard']);
        await act(flow, 'removeRoutes', ['yard']);
        await flow.deploy('full', kept);
        assert.deepEqual(await sent(flow, 'hall/3'), [[], [{ filter: 'hall/+door', data: [1] }], []]);
        assert.deepEqual(await sent(flow, 'yard'), [[], [], [undefined]]);
      });
    }

    it('are not written over by another node with the same key, nor over what it keeps', async () => {
      const key = { routesType: 'flow', routes: 'shared' } as const;
      const flow = await loadFlow([
        ...stateNodes('state', { input: 'value', keepType: 'flow', keep: 'shared' }),
        ...nodes(key),
      ]);
      const { error } = await flow.caught.next();
      assert.deepEqual([error.code, error.source?.id], ['routes-key-taken', 'router']);
      await flow.showing('router', 'routes-key-taken');
      assert.equal(await refused(flow, 'addRoutes', ['hall/#']), 'routes-key-taken');
      assert.deepEqual(await sent(flow, 'hall/3'), [[], [{ filter: 'hall/#' }], []]);
      assert.equal(flow.context('router', 'flow').get('shared'), undefined);
    });

    it('are lost after a restart if they are not kept', async () => {
      const flow = await loadFlow(nodes());
      await act(flow, 'addRoutes', ['hall/#']);
      await flow.deploy('full', nodes());
      assert.deepEqual(await sent(flow, 'hall/3'), [[], [], [undefined]]);
    });

    it('are reported if they cannot be used, and not overwritten until all are set again', async () => {
      const kept = nodes({ routesType: 'flow', routes: 'broken' });
      const flow = await loadFlow(kept);
      flow.context('router', 'flow').set('broken', ['a', 'b/#/c']);
      await flow.deploy('full', kept);
      assert.equal((await flow.caught.next()).error.code, 'route-invalid');
      await flow.showing('router', 'routes-unreadable');
      assert.deepEqual(await sent(flow, 'plant/1'), [[{ filter: 'plant/#' }], [], []]);
      assert.equal(await refused(flow, 'addRoutes', ['x']), 'route-invalid');
      assert.deepEqual(flow.context('router', 'flow').get('broken'), ['a', 'b/#/c']);
      await act(flow, 'setRoutes', ['x']);
      assert.deepEqual(flow.context('router', 'flow').get('broken'), [{ filter: 'x' }]);
      await flow.showing('router', 'routes');
      assert.deepEqual(await sent(flow, 'x'), [[], [{ filter: 'x' }], []]);
    });
  });
});
