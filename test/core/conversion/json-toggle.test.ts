// Which json nodes behind a subscribe node turn what it parses back into text, and what a conversion says of them.

import assert from 'node:assert/strict';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { jsonToggles } from '#src/core/conversion/json-toggle';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { coreBroker, coreIn, node, tab } from '../../helpers/flows/core-flow';

const subscribe = (targets: readonly string[], settings: object = {}): FlowNode =>
  node('sub', 'mqtt-flows-subscribe', { format: 'auto', wires: [targets], ...settings });
const json = (id: string, settings: object = {}): FlowNode => node(id, 'json', { action: '', ...settings });

function found(flow: readonly FlowNode[]): string[] {
  const [first] = flow;
  assert.ok(first);
  return jsonToggles(flow, first).map(({ id }) => id);
}

describe('core/conversion/json-toggle', () => {
  it('finds json nodes at each output, in the order of the flow', () => {
    assert.deepEqual(found([subscribe([], { wires: [['b'], ['a', 'c']] }), json('a'), json('b'), node('c', 'debug')]), [
      'a',
      'b',
    ]);
  });

  it('follows junctions and links, in circles too', () => {
    const flow = [
      subscribe(['junction']),
      node('junction', 'junction', { wires: [['out', 'junction']] }),
      node('out', 'link out', { mode: 'link', links: ['in'], wires: [] }),
      node('in', 'link in', { wires: [['json', 'out']] }),
      json('json'),
    ];
    assert.deepEqual(found(flow), ['json']);
  });

  const none: readonly [string, readonly FlowNode[]][] = [
    ['always makes an object', [subscribe(['j']), json('j', { action: 'obj' })]],
    ['always makes text', [subscribe(['j']), json('j', { action: 'str' })]],
    ['converts another property', [subscribe(['j']), json('j', { property: 'data' })]],
    ['is disabled', [subscribe(['j']), json('j', { d: true })]],
    ['stands behind a function', [subscribe(['f']), node('f', 'function', { wires: [['j']] }), json('j')]],
    ['gets text', [subscribe(['j'], { format: 'string' }), json('j')]],
    ['gets what CBOR holds', [subscribe(['j'], { format: 'cbor' }), json('j')]],
    ['gets text by each row', [subscribe(['j'], { subscriptions: [{ format: 'string' }] }), json('j')]],
  ];
  for (const [name, flow] of none) {
    it(`passes over one that ${name}`, () => assert.deepEqual(found(flow), []));
  }

  it('looks at the format of each row, and takes a node without a format for one that detects', () => {
    const rows = { format: 'string', subscriptions: [{ format: 'json' }] };
    assert.deepEqual(found([subscribe(['j'], rows), json('j', { action: undefined })]), ['j']);
    assert.deepEqual(found([subscribe(['j'], { format: undefined }), json('j')]), ['j']);
  });

  it('is said of a core node that parses, and not of one that gives text', () => {
    const at = (datatype: string): (string | undefined)[] => {
      const flow = [
        tab(),
        coreBroker('b'),
        coreIn('in', 'b', 'a', { datatype, wires: [['j']] }),
        json('j', { name: 'back' }),
      ];
      const { reports } = replaceCoreNodes(flow, conversionDefaults);
      const report = reports.find(({ id }) => id === 'in');
      return [report?.verdict, ...(report?.notes ?? []).map(({ key, values }) => `${key} ${values.node}`)];
    };
    assert.deepEqual(at('auto-detect'), ['note', 'jsonToggles back']);
    assert.deepEqual(at('json'), ['note', 'jsonToggles back']);
    assert.deepEqual(at('utf8'), ['same']);
  });
});
