// What a node is called in the lists of a conversion.

import assert from 'node:assert/strict';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { labelOf } from '#src/core/conversion/node-label';
import { coreBroker, coreIn } from '../../helpers/flows/core-flow';

describe('core/conversion/node-label', () => {
  const ours = (type: string, settings: object): FlowNode => ({ id: 'n', type, ...settings });
  const labels: readonly (readonly [FlowNode, string])[] = [
    [coreBroker('b', { name: 'plant' }), 'plant'],
    [coreBroker('b', { broker: 'host', port: 1884 }), 'host:1884'],
    [coreBroker('b', { broker: 'me:secret@host', port: '1884' }), '…@host:1884'],
    [coreBroker('b', { broker: 'mqtt://me:secret@host:1', port: '1884' }), 'mqtt://…@host:1'],
    [coreIn('in', 'b', 'a/b'), 'a/b'],
    [coreIn('in', 'b', ''), 'mqtt in'],
    [ours('mqtt-flows-broker', { servers: [{ url: 'mqtt://me:secret@host:1' }] }), 'mqtt://…@host:1'],
    [ours('mqtt-flows-broker', { servers: [{ url: 'wss://host/mqtt?signature=secret' }] }), 'wss://host/mqtt?…'],
    [ours('mqtt-flows-subscribe', { broker: 'b', subscriptions: [{ filter: 'a/#' }] }), 'a/#'],
    [ours('mqtt-flows-publish', { topic: '"a/{{b}}"', topicType: 'jsonata' }), 'a/{{b}}'],
    [ours('mqtt-flows-publish', { topic: '$uppercase(topic)', topicType: 'jsonata' }), '$uppercase(topic)'],
    [ours('mqtt-flows-publish', { topic: '"a"', topicType: 'str' }), '"a"'],
  ];
  for (const [node, label] of labels) it(`is ${label}`, () => assert.equal(labelOf(node), label));
});
