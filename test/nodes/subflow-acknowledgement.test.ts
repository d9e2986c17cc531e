// Messages that go into and out of subflows before they are acknowledged, and subscribe nodes that are in subflows.

import assert from 'node:assert/strict';
import type { SubscribeConfig } from '#src/settings/subscribe.config';
import { QUIET_TAB } from '../helpers/flows/acknowledging-flow';
import { type Flow, type FlowNode, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import { acknowledgeNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Gates, gateNode } from '../helpers/flows/gate-nodes';
import { UserDirectory } from '../helpers/flows/user-directory';
import { AcknowledgingServer } from '../helpers/servers/acknowledging-server';

describe('acknowledging across subflows', () => {
  let server: AcknowledgingServer;
  let gates: Gates;
  let broker: string;

  beforeEach(async () => {
    server = await AcknowledgingServer.start();
    gates = new Gates();
    broker = unique('broker');
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  const brokerNode = (settings: object = {}): FlowNode =>
    serverNode(broker, server.port, { keepalive: 1, clientId: 'subflows', ...settings });

  /** The subscribe node `sub` on `t/#`, wired to `next`. */
  function subscriber(acknowledge: SubscribeConfig['acknowledge'], next: string[], settings: object = {}): FlowNode {
    const [node] = subscribeNodes('sub', broker, [{ filter: 't/#', qos: 2 }], { acknowledge, ...settings });
    assert.ok(node);
    return { ...node, wires: [next] };
  }

  /** A subflow: messages go in to `first`, and come out of `last`. */
  function template(id: string, first: string | undefined, last: string | undefined, members: FlowNode[]): FlowNode[] {
    const port = { x: 0, y: 0 };
    const inputs = first === undefined ? [] : [{ ...port, wires: [{ id: first }] }];
    const outputs = last === undefined ? [] : [{ ...port, wires: [{ id: last, port: 0 }] }];
    const definition = { id, type: 'subflow', name: id, info: '', in: inputs, out: outputs };
    return [definition, ...members.map((member) => ({ ...member, z: id }))];
  }

  const instance = (id: string, of: string, next: string[], z = TAB.id): FlowNode => {
    return { id, type: `subflow:${of}`, z, wires: [next] };
  };

  async function start(nodes: readonly FlowNode[], ...subscribers: string[]): Promise<Flow> {
    const flow = await loadFlow([TAB, QUIET_TAB, ...nodes], {}, gates.register);
    await flow.connected(...subscribers);
    return flow;
  }

  it('waits for nodes outside the subflow with the subscribe node', async () => {
    await start(
      [
        brokerNode(),
        ...template('tpl', undefined, 'inside', [subscriber('completion', ['inside']), gateNode('inside')]),
        instance('one', 'tpl', ['outside']),
        gateNode('outside'),
      ],
      'one-sub',
    );
    await server.send(1);
    await server.send(2, 2);
    (await gates.at('one-inside', 't/1')).pass();
    (await gates.at('one-inside', 't/2')).pass();
    const held = await gates.at('outside', 't/1');
    (await gates.at('outside', 't/2')).end();
    assert.deepEqual(await server.acknowledged(1), ['2']);
    held.end();
    assert.deepEqual(await server.acknowledged(2), ['2', '1']);
  });

  it('waits for nodes in a subflow, in a subflow within it, and after them', async () => {
    await start(
      [
        brokerNode(),
        subscriber('completion', ['one']),
        ...template('inner', 'deep', 'deep', [gateNode('deep')]),
        ...template('outer', 'shallow', 'nested', [gateNode('shallow', 'nested'), instance('nested', 'inner', [])]),
        instance('one', 'outer', ['outside']),
        gateNode('outside'),
      ],
      'sub',
    );
    await server.send(1);
    for (const gate of ['one-shallow', 'one-nested-deep']) {
      const held = await gates.at(gate, 't/1');
      await server.pinged();
      assert.deepEqual(server.answers, []);
      held.pass();
    }
    const last = await gates.at('outside', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    last.end();
    await server.acknowledged(1);
  });

  it('takes an error in a subflow for one that is caught when a Catch node around the subflow takes it', async () => {
    const flow = await start(
      [
        brokerNode(),
        subscriber('completion', ['one']),
        ...template('tpl', 'fails', undefined, [gateNode('fails')]),
        instance('one', 'tpl', []),
      ],
      'sub',
    );
    await server.send(1);
    (await gates.at('one-fails', 't/1')).end(new Error('broken'));
    await flow.caught.next();
    await server.acknowledged(1);
  });

  it('leaves a message unacknowledged that failed in a subflow where nobody takes the error', async () => {
    await start(
      [
        brokerNode(),
        { ...subscriber('completion', ['one'], { onError: 'refuse' }), z: QUIET_TAB.id },
        ...template('tpl', 'fails', undefined, [gateNode('fails')]),
        instance('one', 'tpl', [], QUIET_TAB.id),
      ],
      'sub',
    );
    await server.send(1);
    (await gates.at('one-fails', 't/1')).end(new Error('broken'));
    assert.deepEqual(await server.acknowledged(1), ['1 131']);
  });

  it('may be done by an acknowledge node outside the subflow, or in another one', async () => {
    const [acknowledge] = acknowledgeNodes('ack');
    assert.ok(acknowledge);
    await start(
      [
        brokerNode(),
        ...template('tpl', undefined, 'sub', [subscriber('manual', [])]),
        ...template('other', 'ack', undefined, [{ ...acknowledge, wires: [[]] }]),
        instance('one', 'tpl', ['outside']),
        gateNode('outside', 'two'),
        instance('two', 'other', []),
      ],
      'one-sub',
    );
    await server.send(1);
    const held = await gates.at('outside', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    held.pass();
    await server.acknowledged(1);
  });

  it('waits for all instances of a subflow with a subscribe node', async () => {
    await start(
      [
        brokerNode(),
        ...template('tpl', undefined, undefined, [subscriber('completion', ['work']), gateNode('work')]),
        instance('one', 'tpl', []),
        instance('two', 'tpl', []),
      ],
      'one-sub',
      'two-sub',
    );
    await server.send(1);
    (await gates.at('one-work', 't/1')).end();
    const held = await gates.at('two-work', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    held.end();
    await server.acknowledged(1);
  });

  describe('during a deploy', () => {
    const flows = (instances: readonly string[], name = ''): FlowNode[] => [
      TAB,
      QUIET_TAB,
      brokerNode(),
      { ...subscriber('completion', ['one']), name },
      ...template('tpl', 'work', undefined, [gateNode('work')]),
      ...instances.map((id) => instance(id, 'tpl', [])),
    ];

    it('keeps waiting for a message in a subflow that is not restarted', async () => {
      const flow = await start(flows(['one']).slice(2), 'sub');
      await server.send(1);
      const held = await gates.at('one-work', 't/1');
      await flow.deploy('nodes', flows(['one'], 'renamed'));
      await server.pinged();
      assert.deepEqual(server.answers, []);
      held.end();
      await server.acknowledged(1);
      assert.equal(gates.held.all.length, 1);
    });

    it('delivers a message again that was in a replaced subflow', async () => {
      const flow = await start(flows(['one']).slice(2), 'sub');
      await server.send(1);
      await gates.at('one-work', 't/1');
      await flow.deploy('full', flows(['one']));
      const again = await gates.at('one-work', 't/1', 2);
      assert.equal(again.message.dup, true);
      again.end();
      await server.acknowledged(1);
    });
  });

  describe('when an instance is deleted', () => {
    let userDirectory: UserDirectory;
    beforeEach(() => {
      userDirectory = new UserDirectory();
    });
    afterEach(() => userDirectory.remove());

    /** Each instance has a subscribe node with a broker node of its own; the first of the template or not. */
    const flows = (instances: readonly string[], deepest: string, members: FlowNode[]): FlowNode[] => [
      TAB,
      QUIET_TAB,
      ...template('deepest', undefined, undefined, members),
      ...template('around', undefined, undefined, [instance('nested', 'deepest', [])]),
      ...instances.map((id) => instance(id, deepest, [])),
    ];
    const members = (): FlowNode[] => [
      brokerNode({ cleanStart: false, clientId: '' }),
      subscriber('completion', ['work']),
      gateNode('work'),
    ];

    for (const [name, subflow, path] of [
      ['a subflow', 'deepest', ''],
      ['a subflow within a subflow', 'around', 'nested-'],
    ] as const) {
      it(`forgets the session of its broker node in ${name}, and of no other`, async () => {
        const flow = await start(
          flows(['one', 'two'], subflow, members()).slice(2),
          `one-${path}sub`,
          `two-${path}sub`,
        );
        const file = (id: string) => userDirectory.session(`${id}-${path}${broker}`);
        await file('one').contains('t/#');
        await file('two').contains('t/#');
        await flow.deploy('full', flows(['one'], subflow, members()));
        assert.deepEqual([file('one').exists, file('two').exists], [true, false]);
      });
    }

    it('forgets the session of a broker node that is deleted from the template', async () => {
      const flow = await start(flows(['one'], 'deepest', members()).slice(2), 'one-sub');
      const file = userDirectory.session(`one-${broker}`);
      await file.contains('t/#');
      await flow.deploy('full', flows(['one'], 'deepest', [gateNode('work')]));
      assert.equal(file.exists, false);
    });

    it('keeps the session of an instance that is disabled', async () => {
      const flow = await start(flows(['one'], 'deepest', members()).slice(2), 'one-sub');
      const file = userDirectory.session(`one-${broker}`);
      await file.contains('t/#');
      const disabled = flows(['one'], 'deepest', members()).map((node) =>
        node.id === 'one' ? { ...node, d: true } : node,
      );
      await flow.deploy('full', disabled);
      assert.equal(file.exists, true);
    });

    it('unsubscribes for the subscribe node in it', async () => {
      const others = [brokerNode(), ...subscribeNodes('other', broker, ['other'])];
      const inside = [subscriber('completion', ['work']), gateNode('work')];
      const flow = await start([...others, ...flows(['one'], 'deepest', inside).slice(2)], 'one-sub');
      await server.send(1);
      await gates.at('one-work', 't/1');
      await flow.deploy('full', [...others, ...flows([], 'deepest', inside)]);
      assert.deepEqual(await server.acknowledged(1), ['1']);
    });
  });
});
