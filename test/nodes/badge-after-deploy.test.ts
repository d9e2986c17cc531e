// The badge of a node that shows none at its start, after a deploy: Node-RED keeps the last one until another is shown.

import type { AcknowledgeConfig } from '#src/settings/acknowledge.config';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { acknowledgeNodes, routerNodes } from '../helpers/flows/flow-nodes';

describe('The badge of a node', () => {
  afterEach(() => unloadFlow());

  const noBadge = (flow: Flow): Promise<unknown> =>
    flow.statuses('node').latest('no badge', (status) => status.text === undefined);
  const wrong = { answer: 'unknown' } as unknown as Partial<AcknowledgeConfig>;
  const cases: readonly [what: string, before: FlowNode[], key: string, after: FlowNode[]][] = [
    [
      'a router with a wrong expression',
      routerNodes('node', { rules: [{ filter: 'a', condition: '(' }] }),
      'rule-condition-invalid',
      routerNodes('node', { rules: ['a'] }),
    ],
    [
      'a router that takes routes from messages no more',
      routerNodes('node', { rules: ['a'], dynamic: true }),
      'routes',
      routerNodes('node', { rules: ['a'] }),
    ],
    [
      'an acknowledge node with a wrong setting',
      acknowledgeNodes('node', wrong),
      'config-invalid',
      acknowledgeNodes('node'),
    ],
  ];
  for (const [what, before, key, after] of cases) {
    it(`is gone when a deploy has changed ${what}`, async () => {
      const flow = await loadFlow(before);
      await flow.showing('node', key);
      await flow.deploy('nodes', after);
      await noBadge(flow);
    });
  }
});
