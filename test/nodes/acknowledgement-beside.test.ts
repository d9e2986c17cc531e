// Nodes that acknowledge later do not affect other nodes of their connection, nor a Node-RED without such nodes.

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import type { NodeAPI } from 'node-red';
import { AcknowledgingFlow } from '../helpers/flows/acknowledging-flow';
import { subscribeNodes } from '../helpers/flows/flow-nodes';
import { gateNode } from '../helpers/flows/gate-nodes';
import { nodeRedScript } from '../helpers/package/environment';

const { hooks }: Pick<NodeAPI, 'hooks'> = require(
  require.resolve('@node-red/util', { paths: [dirname(nodeRedScript)] }),
);
const HOOKS = ['preDeliver', 'onReceive', 'postReceive', 'onComplete'];

describe('acknowledging', () => {
  let bench: AcknowledgingFlow;
  afterEach(() => bench.stop());

  it('when handed over does not wait for the flow', async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'receipt' });
    await bench.start([gateNode('work')]);
    for (const qos of [1, 2] as const) await bench.server.send(qos, qos);
    assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
    await bench.gates.at('work', 't/2');
  });

  it('later does not delay messages for other nodes of the connection', async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion', maxInFlight: 1 });
    const flow = await bench.start([gateNode('work'), ...subscribeNodes('other', bench.broker, ['o/#'])]);
    await flow.connected('other');
    for (const id of [1, 2]) await bench.server.send(id);
    const held = await bench.gates.at('work', 't/1');
    const client = await bench.server.client();
    client.send({ cmd: 'publish', topic: 'o/3', payload: '3', qos: 1, messageId: 3, retain: false, dup: false });
    assert.equal((await flow.received('other-out').next()).topic, 'o/3');
    assert.deepEqual(bench.server.answers, []);
    held.end();
    (await bench.gates.at('work', 't/2')).end();
    // In the order of arrival (MQTT 5, section 4.6).
    assert.deepEqual(await bench.server.acknowledged(3), ['1', '2', '3']);
  });

  it('when the flow is done adds hooks to Node-RED, which are removed with the last such node', async () => {
    const there = (): boolean[] => HOOKS.map((name) => hooks.has(`${name}.mqtt-flows-completion`));
    const [none, all] = [HOOKS.map(() => false), HOOKS.map(() => true)];
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'manual' });
    const flow = await bench.start([gateNode('work')]);
    assert.deepEqual(there(), none);
    await flow.deploy('full', bench.nodes([gateNode('work')], { acknowledge: 'completion' }));
    assert.deepEqual(there(), all);
    await flow.deploy('full', bench.nodes([gateNode('work')], { acknowledge: 'receipt' }));
    assert.deepEqual(there(), none);
    await flow.deploy('full', bench.nodes([gateNode('work')], { acknowledge: 'completion' }));
    await flow.deploy('full', []);
    assert.deepEqual(there(), none);
  });
});
