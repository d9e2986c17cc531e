// A subscribe node that acknowledges when the flow is done: the server hears of it when every branch is, and not before.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubscribeConfig } from '#src/settings/subscribe.config';
import { AcknowledgingFlow, QUIET_TAB } from '../helpers/flows/acknowledging-flow';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { collectorNode, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';
import { type Gates, gateNode } from '../helpers/flows/gate-nodes';
import { CLOSING_TIMES, SlowClosing, slowClosingNode } from '../helpers/flows/slow-closing-node';
import type { AcknowledgingServer } from '../helpers/servers/acknowledging-server';

/** A file of three lines, the last of them without an end. */
const LINES = join(tmpdir(), `${unique('mqtt-flows-lines')}.txt`);

const quiet = (nodes: readonly FlowNode[]): FlowNode[] => nodes.map((node) => ({ ...node, z: QUIET_TAB.id }));

describe('acknowledging when the flow is done', () => {
  let bench: AcknowledgingFlow;
  let server: AcknowledgingServer;
  let gates: Gates;

  before(() => writeFileSync(LINES, 'one\ntwo\nthree'));
  after(() => rmSync(LINES));
  beforeEach(async () => {
    bench = await AcknowledgingFlow.prepare({ acknowledge: 'completion' });
    ({ server, gates } = bench);
  });
  afterEach(() => bench.stop());

  const nodesOf = (nodes: readonly FlowNode[], settings: Partial<SubscribeConfig> = {}): FlowNode[] =>
    bench.nodes(nodes, settings);
  const start = (nodes: readonly FlowNode[], settings: Partial<SubscribeConfig> = {}): Promise<Flow> =>
    bench.start(nodes, settings);

  it('waits for the last branch, at QoS 1 and 2', async () => {
    await start([functionNode('fork', 'return [msg, msg];', ['one'], ['two']), gateNode('one'), gateNode('two')]);
    await server.send(1);
    await server.send(2, 2);
    (await gates.at('one', 't/1')).end();
    (await gates.at('one', 't/2')).end();
    (await gates.at('two', 't/2')).end();
    assert.deepEqual(await server.acknowledged(1), ['2']);
    (await gates.at('two', 't/1')).end();
    assert.deepEqual(await server.acknowledged(2), ['2', '1']);
  });

  it('waits for what comes after a node that is done', async () => {
    await start([gateNode('one', 'two'), gateNode('two', 'three'), gateNode('three')]);
    await server.send(1);
    (await gates.at('one', 't/1')).pass();
    (await gates.at('two', 't/1')).pass();
    const last = await gates.at('three', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    last.end();
    await server.acknowledged(1);
  });

  it('does not wait when no node follows, and when a message ends in a function', async () => {
    await start([]);
    await server.send(1);
    await server.acknowledged(1);
    await unloadFlow();
    await start([functionNode('end', 'return null;', [])]);
    await server.send(2);
    assert.deepEqual(await server.acknowledged(2), ['1', '2']);
  });

  for (const [name, nodes, topics] of [
    ['a function that makes a new message', [functionNode('f', 'return { topic: "new" };', ['last'])], ['new']],
    [
      'a function that sends later',
      [functionNode('f', 'setTimeout(() => { node.send(msg); node.done(); }, 1);', ['last'])],
      ['t/1'],
    ],
    ['a function that is done before it sends', [functionNode('f', 'node.done(); return msg;', ['last'])], ['t/1']],
    [
      'a node that reads a file and sends each line without an id',
      [
        {
          id: 'file',
          type: 'file in',
          filename: LINES,
          filenameType: 'str',
          format: 'lines',
          encoding: 'none',
          allProps: false,
          wires: [['last']],
        },
      ],
      ['t/1', 't/1', 't/1'],
    ],
    [
      'a change node',
      [
        {
          id: 'c',
          type: 'change',
          rules: [{ t: 'set', p: 'payload', pt: 'msg', to: '2', tot: 'num' }],
          wires: [['last']],
        },
      ],
      ['t/1'],
    ],
    [
      'a delay node',
      [
        {
          id: 'd',
          type: 'delay',
          pauseType: 'delay',
          timeout: '1',
          timeoutUnits: 'milliseconds',
          outputs: 1,
          wires: [['last']],
        },
      ],
      ['t/1'],
    ],
    [
      'a link to another flow',
      [
        { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [] },
        { id: 'in', type: 'link in', z: QUIET_TAB.id, links: ['out'], wires: [['last']] },
      ],
      ['t/1'],
    ],
    [
      'a split node, which gives each part another id',
      [
        {
          id: 's',
          type: 'split',
          splt: ',',
          spltType: 'str',
          arraySplt: 1,
          arraySpltType: 'len',
          property: 'payload',
          wires: [['last']],
        },
      ],
      ['t/1', 't/1', 't/1'],
    ],
    [
      'a call of another flow',
      [
        { id: 'call', type: 'link call', linkType: 'static', links: ['in'], timeout: '30', wires: [['last']] },
        { id: 'in', type: 'link in', links: [], wires: [['back']] },
        { id: 'back', type: 'link out', mode: 'return', links: [], wires: [] },
      ],
      ['t/1'],
    ],
  ] as const) {
    it(`waits for what comes after ${name}`, async () => {
      await start([...nodes, gateNode('last')]);
      await server.send(1, 1, 'a,b,c');
      for (const [index, topic] of topics.entries()) {
        const held = await gates.at('last', topic, index + 1);
        await server.pinged();
        assert.deepEqual(server.answers, []);
        held.end();
      }
      await server.acknowledged(1);
    });
  }

  it('takes a node that does not say when it is done for done once it has the message', async () => {
    await start([{ id: 'old', type: 'test-old-node', wires: [['last']] }, gateNode('last')]);
    await server.send(1);
    await server.acknowledged(1);
  });

  it('waits for the branch of a Complete node that is told of the last node', async () => {
    const nodes = [functionNode('f', 'return null;', []), gateNode('last')];
    const flow = await start(nodes);
    // The helper can load one Complete node only, and the flow has one; a deploy may bring more.
    const complete = { id: 'ends', type: 'complete', scope: ['f'], uncaught: false, wires: [['last']] };
    await flow.deploy('full', nodesOf([...nodes, complete]));
    await server.send(1);
    const held = await gates.at('last', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    held.end();
    await server.acknowledged(1);
  });

  it('waits for the branch of the Catch node that takes an error', async () => {
    const flow = await start([gateNode('fails')]);
    await server.send(1);
    (await gates.at('fails', 't/1')).end(new Error('broken'));
    await flow.caught.next();
    await server.acknowledged(1);
  });

  it('waits for the branch of the Catch node that takes what a node has thrown, and no longer', async () => {
    const flow = await start([{ id: 'throws', type: 'test-throwing-node', wires: [] }]);
    await server.send(1);
    const { error } = await flow.caught.next();
    assert.deepEqual([error.message, error.source.id], ['Error: unforeseen', 'throws']);
    await server.acknowledged(1);
  });

  it('waits for a node that goes on after an error', async () => {
    const flow = await start([{ id: 'complains', type: 'test-complaining-node', wires: [] }]);
    await server.send(1);
    await flow.caught.next();
    const held = await gates.at('complains', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    held.end();
    await server.acknowledged(1);
  });

  describe('and the flow ends with an error that nobody takes', () => {
    it('leaves the message unacknowledged, and goes on with the others', async () => {
      await start(quiet([gateNode('fails')]));
      await server.send(1);
      await server.send(2);
      (await gates.at('fails', 't/1')).end(new Error('broken'));
      (await gates.at('fails', 't/2')).end();
      assert.deepEqual(await server.acknowledged(1), ['2']);
    });

    it('shows that there are such messages, as long as the connection stands', async () => {
      const flow = await start(quiet([gateNode('fails')]));
      await server.send(1);
      (await gates.at('fails', 't/1')).end(new Error('broken'));
      await flow.statuses('sub').latest('failed', ({ text }) => text?.includes('status.failed') === true);
      (await server.client()).socket.destroy();
      await flow.showing('sub', 'connected');
    });

    it('says once that failures may fill the window of the server, and in the status that nothing else is left', async () => {
      const flow = await start([
        { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [] },
        ...quiet([{ id: 'in', type: 'link in', links: ['out'], wires: [['fails']] }, gateNode('fails')]),
      ]);
      for (let id = 1; id <= 11; id++) {
        await server.send(id);
        (await gates.at('fails', `t/${id}`)).end(new Error('broken'));
      }
      const { error } = await flow.caught.next();
      assert.deepEqual([error.code, error.source.id], ['failures-fill-window', 'sub']);
      await flow.statuses('sub').latest('stuck', ({ text }) => text?.includes('status.stuck') === true);
      assert.equal(flow.caught.all.length, 1);
      (await server.client()).socket.destroy();
      await flow.showing('sub', 'connected');
    });

    it('refuses the message, if it is set to', async () => {
      await start(quiet([gateNode('fails')]), { onError: 'refuse' });
      await server.send(1);
      (await gates.at('fails', 't/1')).end(new Error('broken'));
      assert.deepEqual(await server.acknowledged(1), ['1 131']);
    });

    for (const [name, code] of [
      ['reported by node.error()', 'node.error("broken", msg); return null;'],
      ['thrown', 'throw new Error("broken");'],
      ['reported later', 'setTimeout(() => { node.error("broken", msg); node.done(); }, 1);'],
    ] as const) {
      it(`counts one that is ${name}`, async () => {
        await start(quiet([functionNode('fails', code, [])]), { onError: 'refuse' });
        await server.send(1);
        assert.deepEqual(await server.acknowledged(1), ['1 131']);
      });
    }

    it('counts a payload that cannot be read', async () => {
      await start(quiet([collectorNode('out')]), { onError: 'refuse', format: 'json' });
      await server.send(1, 1, '{');
      assert.deepEqual(await server.acknowledged(1), ['1 131']);
    });
  });

  for (const [what, order] of [
    ['the first', ['t/1', 't/2']],
    ['the second', ['t/2', 't/1']],
  ] as const) {
    it(`keeps messages apart that a flow has given the same id, when ${what} is done first`, async () => {
      const rename = functionNode('rename', 'msg._msgid = "same"; return msg;', ['fork']);
      const fork = functionNode('fork', 'return [msg, msg];', ['one'], ['two']);
      await start([rename, fork, gateNode('one', 'last'), gateNode('two'), gateNode('last')]);
      // Each in an order of its own: PUBACK goes out in the order of arrival.
      await server.send(1, 1);
      await server.send(2, 2);
      for (const topic of ['t/1', 't/2']) {
        (await gates.at('one', topic)).pass();
        await gates.at('last', topic);
        await gates.at('two', topic);
      }
      const answers: string[] = [];
      for (const topic of order) {
        (await gates.at('two', topic)).end();
        await server.pinged();
        assert.deepEqual(server.answers, answers);
        (await gates.at('last', topic)).end();
        answers.push(topic.slice(2));
        assert.deepEqual(await server.acknowledged(answers.length), answers);
      }
    });
  }

  it('hands the flow no more than it may have, and QoS 0 all the same', async () => {
    await start([gateNode('work')], { maxInFlight: 2 });
    for (const id of [1, 2, 3]) await server.send(id);
    await server.send(9, 0);
    await gates.at('work', 't/9');
    assert.deepEqual(
      gates.held.all.map(({ message }) => message.topic),
      ['t/1', 't/2', 't/9'],
    );
    (await gates.at('work', 't/1')).end();
    (await gates.at('work', 't/3')).end();
    (await gates.at('work', 't/2')).end();
    assert.deepEqual(await server.acknowledged(3), ['1', '2', '3']);
  });

  it('shows how many messages the flow has not done, and when it has', async () => {
    const flow = await start([gateNode('work')]);
    for (const id of [1, 2]) await server.send(id);
    const last = await gates.at('work', 't/2');
    await flow.statuses('sub').latest('at work', ({ text }) => text?.includes('status.at-work') === true);
    (await gates.at('work', 't/1')).end();
    last.end();
    await flow.showing('sub', 'connected');
  });

  it('gives up a message that takes too long, and says so', async () => {
    const flow = await start([gateNode('work')], { acknowledgeTimeout: 1, onError: 'refuse' });
    await server.send(1);
    const late = await gates.at('work', 't/1');
    const caught = await flow.caught.next();
    assert.deepEqual([caught.error.code, caught.error.source.id], ['flow-overdue', 'sub']);
    assert.match(caught.error.message, /errors\.flow-overdue|t\/1.*work/);
    late.end();
    assert.deepEqual(await server.acknowledged(1), ['1 131']);
  });

  it('gets a message again that the connection was lost with, marked, and acknowledges that one only', async () => {
    const flow = await start([gateNode('work')]);
    await server.send(1);
    const lost = await gates.at('work', 't/1');
    (await server.client()).socket.destroy();
    await flow.showing('sub', 'disconnected');
    await flow.connected('sub');
    await server.send(1, 1, '1', true);
    const again = await gates.at('work', 't/1', 2);
    assert.equal(again.message.dup, true);
    lost.end();
    await server.pinged();
    assert.deepEqual(server.answers, []);
    again.end();
    assert.deepEqual(await server.acknowledged(1), ['1']);
  });

  describe('during a deploy', () => {
    it('waits on for a message that is at a node which goes on', async () => {
      const flow = await start([gateNode('work')]);
      await server.send(1);
      const held = await gates.at('work', 't/1');
      await flow.deploy('nodes', nodesOf([gateNode('work')], { name: 'renamed' }));
      await server.pinged();
      assert.deepEqual(server.answers, []);
      held.end();
      await server.acknowledged(1);
      assert.equal(gates.held.all.length, 1);
    });

    it('delivers a message again that was at a node which is stopped', async () => {
      const flow = await start([gateNode('work')]);
      await server.send(1);
      await server.send(2);
      await gates.at('work', 't/2');
      await flow.deploy('nodes', nodesOf([{ ...gateNode('work'), name: 'renamed' }]));
      const again = await gates.at('work', 't/1', 2);
      assert.equal(again.message.dup, true);
      again.end();
      (await gates.at('work', 't/2', 2)).end();
      assert.deepEqual(await server.acknowledged(2), ['1', '2']);
    });

    for (const time of CLOSING_TIMES) {
      it(`delivers again once, to the next instance, when another node closes slowly (${time})`, async () => {
        const slow = new SlowClosing();
        const all = [slowClosingNode, ...nodesOf([gateNode('work')])];
        const flow = await loadFlow(all, {}, slow.register, gates.register);
        await flow.connected('sub');
        await server.send(1);
        await gates.at('work', 't/1');
        await slow.during(time, () => flow.deploy('full', all));
        (await gates.at('work', 't/1', 2)).end();
        assert.deepEqual(await server.acknowledged(1), ['1']);
        assert.equal(gates.held.all.length, 2);
      });
    }

    it('delivers everything again when all nodes are replaced, what a delay node holds included', async () => {
      const delay = { id: 'd', type: 'delay', pauseType: 'delay', timeout: '60', timeoutUnits: 'seconds', outputs: 1 };
      const flow = await start([{ ...delay, wires: [['work']] }, gateNode('work')]);
      await server.send(1);
      await server.pinged();
      await flow.deploy('full', nodesOf([gateNode('work')]));
      const again = await gates.at('work', 't/1');
      assert.equal(again.message.dup, true);
      assert.deepEqual(server.answers, []);
      again.end();
      await server.acknowledged(1);
    });

    it('asks for nothing more when the node is deleted', async () => {
      const flow = await start([gateNode('work')]);
      await server.send(1);
      await gates.at('work', 't/1');
      const other = subscribeNodes('other', bench.broker, ['other']);
      await flow.deploy('full', [serverNode(bench.broker, server.port, { keepalive: 1 }), ...other]);
      await server.acknowledged(1);
    });
  });
});
