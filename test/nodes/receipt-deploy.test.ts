// A subscribe node that acknowledges what it has handed over, and a deploy that stops the next node before it has that.

import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { AcknowledgingFlow } from '../helpers/flows/acknowledging-flow';
import { type DeployType, type Flow, type FlowNode, loadFlow } from '../helpers/flows/flow-harness';
import { subscribeNodes } from '../helpers/flows/flow-nodes';
import { gateNode } from '../helpers/flows/gate-nodes';
import { slowClosingNode } from '../helpers/flows/slow-closing-node';

describe('acknowledging when the message is handed over, and a deploy in the same turn of the event loop', () => {
  let bench: AcknowledgingFlow;
  let RED: NodeAPI;

  beforeEach(async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'receipt' });
  });
  afterEach(() => bench.stop());

  async function start(): Promise<Flow> {
    const flow = await loadFlow(bench.nodes([gateNode('work')]), {}, bench.gates.register, (api) => {
      RED = api;
    });
    await flow.connected('sub');
    return flow;
  }

  /** Deploys at the next message, before the next node has it. Resolves when the new flows run. */
  function deployAtMessage(flow: Flow, type: DeployType, nodes: Parameters<Flow['deploy']>[1]): Promise<void> {
    return new Promise((resolve, reject) => {
      let turns = 0;
      RED.events.once('flows:stopping', () => {
        if (turns > 0) reject(new Error('the flows were stopped after the turn of the message'));
      });
      RED.hooks.add('postDeliver.receipt-deploy', () => {
        RED.hooks.remove('*.receipt-deploy');
        flow.deploy(type, nodes).then(resolve, reject);
        setImmediate(() => turns++);
      });
    });
  }

  it('delivers the message again by the same instance when the next node alone is replaced', async () => {
    const flow = await start();
    const deployed = deployAtMessage(flow, 'nodes', bench.nodes([{ ...gateNode('work'), name: 'changed' }]));
    await bench.server.send(1);
    await deployed;
    const { message } = await bench.gates.at('work', 't/1');
    assert.equal(message.dup, true);
    await bench.server.send(2);
    await bench.gates.at('work', 't/2');
    assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
    assert.equal(bench.gates.held.all.length, 2);
  });

  it('does not deliver it again when the next node is not replaced', async () => {
    const flow = await start();
    const deployed = deployAtMessage(flow, 'nodes', bench.nodes([gateNode('work')], { name: 'changed' }));
    await bench.server.send(1);
    await deployed;
    await bench.gates.at('work', 't/1');
    await bench.server.send(2);
    await bench.gates.at('work', 't/2');
    assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
    assert.equal(bench.gates.held.all.length, 2);
  });

  it('does not deliver again what the next node has had, though the flows stop in that turn', async () => {
    const flow = await start();
    await bench.server.send(1);
    await bench.gates.at('work', 't/1');
    await flow.deploy('full', bench.nodes([{ ...gateNode('work'), name: 'changed' }]));
    await bench.server.send(2);
    await bench.gates.at('work', 't/2');
    assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
    assert.equal(bench.gates.held.all.length, 2);
  });

  it('drops it when the subscribe node is deleted', async () => {
    const flow = await start();
    const deployed = deployAtMessage(flow, 'full', [
      ...bench.nodes([gateNode('work')]).filter(({ id }) => id !== 'sub'),
      ...subscribeNodes('other', bench.broker, ['other']),
    ]);
    await bench.server.send(1);
    await deployed;
    assert.deepEqual(await bench.server.acknowledged(1), ['1']);
    assert.deepEqual(bench.gates.held.all, []);
  });

  it('delivers what comes while the next node closes slowly to the next node after it', async () => {
    let closes = (done: () => void): void => done();
    const slow = (api: NodeAPI): void => {
      api.nodes.registerType('test-slow-closing', function construct(this: Node, definition) {
        api.nodes.createNode(this, definition);
        this.on('close', (_removed: boolean, done: () => void) => closes(done));
      });
    };
    const nodes = (name: string): FlowNode[] => [
      { ...slowClosingNode, name },
      ...bench.nodes([{ ...gateNode('work'), name }]),
    ];
    const flow = await loadFlow(nodes(''), {}, slow, bench.gates.register);
    await flow.connected('sub');
    const closing = new Promise<() => void>((resolve) => {
      closes = resolve;
    });
    const deployed = flow.deploy('nodes', nodes('changed'));
    const close = await closing;
    closes = (done) => done();
    await bench.server.send(1);
    await bench.server.pinged();
    assert.deepEqual(bench.server.answers, []);
    close();
    await deployed;
    await bench.gates.at('work', 't/1');
    assert.deepEqual(await bench.server.acknowledged(1), ['1']);
    assert.equal(bench.gates.held.all.length, 1);
  });

  for (const type of ['full', 'flows', 'nodes'] as const) {
    for (const qos of [1, 2] as const) {
      it(`delivers the message to the next instance (${type}, QoS ${qos})`, async () => {
        const flow = await start();
        const changed = bench.nodes([{ ...gateNode('work'), name: 'changed' }], { name: 'changed' });
        const deployed = deployAtMessage(flow, type, changed);
        await bench.server.send(1, qos);
        await deployed;
        (await bench.gates.at('work', 't/1')).end();
        assert.deepEqual(await bench.server.acknowledged(1), ['1']);
        assert.equal(bench.gates.held.all.length, 1);
      });
    }
  }
});
