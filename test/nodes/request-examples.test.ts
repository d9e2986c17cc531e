// The examples of requests, as they are imported: what they say happens.

import assert from 'node:assert/strict';
import { type FlowNode as ExampleNode, readExamples } from '../helpers/flows/flow-files';
import {
  coreNodes,
  type Flow,
  type FlowMessage,
  type FlowNode,
  loadFlow,
  unloadFlow,
} from '../helpers/flows/flow-harness';

const CORE = ['common/20-inject', 'function/15-change', 'sequence/17-split'].map(coreNodes);

describe('the examples of requests', () => {
  afterEach(unloadFlow);

  /** Runs the example with a collector in the place of each debug node, under the name of that. */
  async function run(name: string): Promise<Flow> {
    const example = readExamples().find((each) => each.name.startsWith(name));
    assert.ok(example, name);
    const debugs = new Map(
      example.nodes.filter(({ type }) => type === 'debug').map(({ id, name: label }) => [id, String(label)]),
    );
    const place = (id: string): string => debugs.get(id) ?? id;
    const nodes = example.nodes.filter(({ type }) => type !== 'comment' && type !== 'tab' && type !== 'catch');
    const flow = await loadFlow(nodes.map((node) => inHarness(node, place)) as FlowNode[], {}, ...CORE);
    const connected = nodes.filter(({ type }) => /^mqtt-flows-(subscribe|request)$/.test(type));
    await flow.connected(...connected.map(({ id }) => id));
    injects = new Map(nodes.filter(({ type }) => type === 'inject').map((node) => [String(node.name), node.id]));
    return flow;
  }

  let injects = new Map<string, string>();

  /** Without its tab: the harness has one of its own. */
  function inHarness(node: ExampleNode, place: (id: string) => string): object {
    if (node.type === 'debug') return { id: place(node.id), type: 'test-collect', wires: [] };
    const { z: _tab, ...others } = node;
    return node.wires ? { ...others, wires: node.wires.map((targets) => targets.map(place)) } : others;
  }

  function press(flow: Flow, name: string): void {
    flow.inject(injects.get(name) ?? name, {});
  }

  it('5: a flow answers', async () => {
    const flow = await run('5 ');
    press(flow, 'ask for the temperature');
    const { payload } = await flow.received('answer received').next();
    assert.deepEqual(payload, { room: 'kitchen', temperature: 21.5 });
  });

  it('5a: a Tasmota plug tells its state', async () => {
    const flow = await run('5a ');
    const state = flow.received('state of the plug');
    const told = async (button: string): Promise<FlowMessage> => {
      press(flow, button);
      return state.next();
    };
    assert.equal((await told('is it on?')).payload, 'OFF');
    const { payload, topic, device } = await told('switch the lamp');
    assert.deepEqual([payload, topic, device], ['ON', 'stat/lamp/POWER', 'lamp']);
    assert.equal((await told('is it on?')).payload, 'ON');
  });

  it('5b: Zigbee2MQTT reads a value', async () => {
    const flow = await run('5b ');
    press(flow, 'is the lamp on?');
    const { payload } = await flow.received('state of the lamp').next();
    assert.deepEqual(payload, { state: 'ON', brightness: 254, linkquality: 120 });
  });

  it('5c: a Shelly answers by the id of the request', async () => {
    const flow = await run('5c ');
    press(flow, 'is the switch on?');
    press(flow, 'is the switch on?');
    const answers = await flow.received('answer of the Shelly').first(2);
    for (const { payload, topic } of answers) {
      assert.equal(topic, 'node-red/rpc');
      assert.deepEqual((payload as { result: object }).result, { id: 0, output: true });
    }
  });

  it('5d: two responders share the work', async () => {
    const flow = await run('5d ');
    press(flow, 'ten questions');
    const answers = (await flow.received('answer').first(10)).map(
      ({ payload }) => payload as { number: number; square: number; responder: number },
    );
    assert.deepEqual(
      answers.map(({ square }) => square).sort((a, b) => a - b),
      [1, 4, 9, 16, 25, 36, 49, 64, 81, 100],
    );
    assert.deepEqual(new Set(answers.map(({ responder }) => responder)), new Set([1, 2]));
  });
});
