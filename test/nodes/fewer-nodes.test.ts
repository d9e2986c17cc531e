// The example "Fewer nodes" does what the same flow does with function nodes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreNodes, type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { collectorNode, embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { functionNode } from '../helpers/flows/function-node';
import { repository } from '../helpers/package/environment';

type Given = Readonly<Record<string, unknown>>;

/** What goes in, and what the two collectors have then. */
const MEASURED = { topic: 'kitchen', payload: 1250 };
const HELLO = [
  { topic: 'plug/kitchen/state', payload: 'online' },
  { topic: 'plug/hall/state', payload: 'OFFLINE' },
  { topic: 'plug/cellar/state', payload: 'asleep' },
];

/** The nodes of the example, with collectors in the place of debug nodes. */
function exampleNodes(): FlowNode[] {
  const file = readFileSync(join(repository, 'examples/9d Fewer nodes.json'), 'utf8');
  const nodes = (JSON.parse(file) as FlowNode[]).filter(({ type }) => /^(mqtt-flows-|debug)/.test(type));
  const names: Readonly<Record<string, string>> = {
    kilowatts: 'power',
    'online?': 'state',
    plug: 'plug',
    both: 'list',
  };
  const ids = new Map(nodes.map(({ id, name }) => [id, names[String(name)] ?? id]));
  const renamed = JSON.parse(
    [...ids].reduce((text, [id, name]) => text.replaceAll(id, name), JSON.stringify(nodes)),
  ) as FlowNode[];
  return renamed.map(({ z: _tab, ...node }) => (node.type === 'debug' ? collectorNode(node.id) : node));
}

/** The same by hand. */
function handMade(): FlowNode[] {
  const broker = unique('hand');
  const [energy] = subscribeNodes('energy', broker, ['plug/+room/energy']);
  const [state] = subscribeNodes('states', broker, ['plug/+room/state']);
  assert.ok(energy && state);
  const wrap =
    'msg.topic = `plug/${msg.topic}/energy`; msg.payload = { time: Date.now(), ENERGY: { Power: msg.payload } };';
  const words =
    'const word = String(msg.payload).toLowerCase(); if (word !== "online" && word !== "offline") return null; msg.payload = word === "online";';
  return [
    embeddedNode(broker),
    functionNode('plug', `${wrap} return msg;`, ['pub']),
    functionNode('list', 'for (const one of msg.publications) node.send(one);', ['pub']),
    ...publishNodes('pub', broker, { qos: 1 }),
    { ...energy, wires: [['kilowatts']] },
    functionNode('kilowatts', 'msg.payload = msg.payload.ENERGY.Power * 0.001; return msg;', ['power']),
    { ...state, wires: [['words']] },
    functionNode('words', `${words} return msg;`, ['state']),
    collectorNode('power'),
    collectorNode('state'),
  ];
}

async function outcome(nodes: readonly FlowNode[], connected: readonly string[]): Promise<Given> {
  const flow: Flow = await loadFlow(nodes, {}, coreNodes('function/10-function'));
  await flow.connected(...connected);
  flow.inject('plug', MEASURED);
  flow.inject('list', { publications: HELLO });
  const power = await flow.received('power').next();
  const states = await flow.received('state').first(2);
  const shown = ({ topic, payload, params }: Given): Given => ({ topic, payload, params });
  return { power: shown(power), states: states.map(shown), errors: flow.caughtCodes };
}

describe('fewer nodes', () => {
  afterEach(unloadFlow);

  it('give what function nodes give', async () => {
    const fewer = await outcome(exampleNodes(), ['plug', 'list']);
    await unloadFlow();
    const byHand = await outcome(handMade(), ['pub', 'energy', 'states']);
    assert.deepEqual(fewer, byHand);
    assert.deepEqual(fewer.power, { topic: 'plug/kitchen/energy', payload: 1.25, params: { room: 'kitchen' } });
    assert.deepEqual(fewer.errors, []);
  });
});
