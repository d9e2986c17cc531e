// A subscribe node that acknowledges what it has handed over, and a deploy that stops the next node before it has that.

import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { AcknowledgingFlow } from '../helpers/flows/acknowledging-flow';
import { type DeployType, type Flow, type FlowNode, loadFlow } from '../helpers/flows/flow-harness';
import { subscribeNodes } from '../helpers/flows/flow-nodes';
import { gateNode } from '../helpers/flows/gate-nodes';
import { slowClosingNode } from '../helpers/flows/slow-closing-node';

/** Closes the node of `slowClosingNode` when the test says so. */
class HeldClosing {
  #close = (done: () => void): void => done();

  readonly register = (RED: NodeAPI): void => {
    const close = (done: () => void): void => this.#close(done);
    RED.nodes.registerType('test-slow-closing', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.on('close', (_removed: boolean, done: () => void) => close(done));
    });
  };

  /** Resolves when the node is to close next, with what closes it. */
  next(): Promise<() => void> {
    return new Promise((resolve) => {
      this.#close = (done) => {
        this.#close = (closed) => closed();
        resolve(done);
      };
    });
  }
}

describe('acknowledging when the message is handed over, and a deploy in the same turn of the event loop', () => {
  let bench: AcknowledgingFlow;
  let RED: NodeAPI;

  beforeEach(async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'receipt' });
  });
  afterEach(() => bench.stop());

  async function start(
    nodes = bench.nodes([gateNode('work')]),
    slow: (api: NodeAPI) => void = () => {},
  ): Promise<Flow> {
    const flow = await loadFlow(nodes, {}, slow, bench.gates.register, (api) => {
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

  describe('and a node that closes slowly', () => {
    const slow = new HeldClosing();
    const nodes = (name: string, settings = {}): FlowNode[] => [
      { ...slowClosingNode, name },
      ...bench.nodes([{ ...gateNode('work'), name }], settings),
    ];

    it('delivers what comes meanwhile to the next node after it', async () => {
      const flow = await start(nodes(''), slow.register);
      const closing = slow.next();
      const deployed = flow.deploy('nodes', nodes('changed'));
      const close = await closing;
      await bench.server.send(1);
      await bench.server.pinged();
      assert.deepEqual(bench.server.answers, []);
      close();
      await deployed;
      await bench.gates.at('work', 't/1');
      assert.deepEqual(await bench.server.acknowledged(1), ['1']);
      assert.equal(bench.gates.held.all.length, 1);
    });

    for (const type of ['full', 'nodes'] as const) {
      it(`keeps the order of what the nodes have missed and what comes meanwhile (${type})`, async () => {
        const flow = await start(nodes(''), slow.register);
        const closing = slow.next();
        const deployed = deployAtMessage(flow, type, nodes('changed', { name: 'changed' }));
        await bench.server.send(1);
        const close = await closing;
        await bench.server.send(2);
        await bench.server.pinged();
        close();
        await deployed;
        await bench.gates.at('work', 't/1');
        await bench.gates.at('work', 't/2');
        assert.deepEqual(
          bench.gates.held.all.map(({ message }) => message.topic),
          ['t/1', 't/2'],
        );
      });
    }
  });

  it('delivers again what was for an output whose nodes are replaced, though those of another output stay', async () => {
    const outputs = (name: string): FlowNode[] =>
      bench
        .nodes([{ ...gateNode('work'), name }, gateNode('other')], { outputEach: true, outputs: 2 })
        .map((node) => (node.id === 'sub' ? { ...node, wires: [['work'], ['other']] } : node));
    const flow = await start(outputs(''));
    const deployed = deployAtMessage(flow, 'nodes', outputs('changed'));
    await bench.server.send(1);
    await deployed;
    assert.equal((await bench.gates.at('work', 't/1')).message.dup, true);
    assert.deepEqual(await bench.server.acknowledged(1), ['1']);
  });

  it('delivers the message once to a node that takes the place of the next one', async () => {
    const rewired = (target: string): FlowNode[] => bench.nodes([gateNode(target)]);
    const flow = await start(rewired('work'));
    const deployed = deployAtMessage(flow, 'nodes', rewired('other'));
    await bench.server.send(1);
    await deployed;
    await bench.gates.at('other', 't/1');
    await bench.server.send(2);
    await bench.gates.at('other', 't/2');
    assert.deepEqual(await bench.server.acknowledged(2), ['1', '2']);
    assert.equal(bench.gates.held.all.length, 2);
  });

  it('delivers again with the settings of the filter, by its output', async () => {
    const settings = { outputEach: true };
    const flow = await start(bench.nodes([gateNode('work')], settings, { format: 'string' }));
    const changed = bench.nodes([gateNode('work')], { ...settings, name: 'changed' }, { format: 'string' });
    const deployed = deployAtMessage(flow, 'full', changed);
    await bench.server.send(1, 1, '12');
    await deployed;
    assert.equal((await bench.gates.at('work', 't/1')).message.payload, '12');
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
