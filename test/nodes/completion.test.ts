// A subscribe node that acknowledges when the flow is done: the server gets its acknowledgement once every branch is
// done.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AcknowledgingFlow, QUIET_TAB } from '../helpers/flows/acknowledging-flow';
import { unloadFlow } from '../helpers/flows/flow-harness';
import { unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';
import { type Gates, gateNode } from '../helpers/flows/gate-nodes';
import type { AcknowledgingServer } from '../helpers/servers/acknowledging-server';

/** A file of three lines. The last line has no line end. */
const LINES = join(tmpdir(), `${unique('mqtt-flows-lines')}.txt`);

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

  it('waits for the last branch, at QoS 1 and 2', async () => {
    await bench.start([functionNode('fork', 'return [msg, msg];', ['one'], ['two']), gateNode('one'), gateNode('two')]);
    await server.send(1);
    await server.send(2, 2);
    (await gates.at('one', 't/1')).end();
    (await gates.at('one', 't/2')).end();
    (await gates.at('two', 't/2')).end();
    assert.deepEqual(await server.acknowledged(1), ['2']);
    (await gates.at('two', 't/1')).end();
    assert.deepEqual(await server.acknowledged(2), ['2', '1']);
  });

  it('waits for the nodes after a node that is done', async () => {
    await bench.start([gateNode('one', 'two'), gateNode('two', 'three'), gateNode('three')]);
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
    await bench.start([]);
    await server.send(1);
    await server.acknowledged(1);
    await unloadFlow();
    await bench.start([functionNode('end', 'return null;', [])]);
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
    it(`waits for the nodes after ${name}`, async () => {
      await bench.start([...nodes, gateNode('last')]);
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

  it('counts a node that does not call done as done once it has the message', async () => {
    await bench.start([{ id: 'old', type: 'test-old-node', wires: [['last']] }, gateNode('last')]);
    await server.send(1);
    await server.acknowledged(1);
  });

  it('waits for the branch of a Complete node that watches the last node', async () => {
    const nodes = [functionNode('f', 'return null;', []), gateNode('last')];
    const flow = await bench.start(nodes);
    // The helper can load one Complete node only, and the flow has one; a deploy may bring more.
    const complete = { id: 'ends', type: 'complete', scope: ['f'], uncaught: false, wires: [['last']] };
    await flow.deploy('full', bench.nodes([...nodes, complete]));
    await server.send(1);
    const held = await gates.at('last', 't/1');
    await server.pinged();
    assert.deepEqual(server.answers, []);
    held.end();
    await server.acknowledged(1);
  });

  for (const [what, order] of [
    ['the first', ['t/1', 't/2']],
    ['the second', ['t/2', 't/1']],
  ] as const) {
    it(`distinguishes messages to which a flow has given the same id, when ${what} is done first`, async () => {
      const rename = functionNode('rename', 'msg._msgid = "same"; return msg;', ['fork']);
      const fork = functionNode('fork', 'return [msg, msg];', ['one'], ['two']);
      await bench.start([rename, fork, gateNode('one', 'last'), gateNode('two'), gateNode('last')]);
      // QoS 1 and 2 are acknowledged in separate orders, and PUBACK in the order of arrival.
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
});
