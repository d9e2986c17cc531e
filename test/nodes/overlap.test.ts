// Subscribe nodes with overlapping filters on one connection, on servers that send a copy for each of them and on
// servers that do not: each node gets everything once, and what is stored when it starts.

import assert from 'node:assert/strict';
import { type Flow, type FlowNode, loadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onEachServer, onMosquitto, type TestServer } from '../helpers/flows/servers';

/** The filters of the nodes below their base topic, and their QoS. */
const NODES: Readonly<Record<string, readonly { filter: string; qos: 0 | 1 | 2 }[]>> = {
  exact: [{ filter: 'x', qos: 2 }],
  same: [{ filter: 'x', qos: 0 }],
  plus: [{ filter: '+level', qos: 1 }],
  both: [
    { filter: '#', qos: 1 },
    { filter: '+', qos: 0 },
  ],
  other: [{ filter: 'y/#', qos: 1 }],
};

function nodes(base: string, broker: string, names: readonly string[] = Object.keys(NODES)): FlowNode[] {
  return names.flatMap((name) => {
    const entries = (NODES[name] ?? []).map(({ filter, qos }) => ({ filter: `${base}/${filter}`, qos }));
    return subscribeNodes(name, broker, entries);
  });
}

/** The payloads at a node from number `from` on, in order. */
function payloads(flow: Flow, name: string): unknown[] {
  return flow.received(`${name}-out`).all.map(({ payload }) => payload);
}

function overlapping(server: TestServer): void {
  it('give each node each message once, at most at its QoS, from the first one on', async () => {
    const [base, broker] = [unique('t'), unique('overlap')];
    const flow = await loadFlow([
      server.broker(broker),
      ...nodes(base, broker),
      ...([0, 1, 2] as const).flatMap((qos) => publishNodes(`pub${qos}`, broker, { qos })),
    ]);
    await flow.connected(...Object.keys(NODES), 'pub0');
    const expected: string[] = [];
    for (let count = 0; count < 30; count++) {
      flow.inject(`pub${count % 3}`, { topic: `${base}/x`, payload: `number ${count}` });
      expected.push(`number ${count}`);
    }
    for (const name of ['exact', 'same', 'plus', 'both']) {
      const inbox = flow.received(`${name}-out`);
      await inbox.first(30);
      const most = Math.max(...(NODES[name] ?? []).map(({ qos }) => qos));
      for (const { qos } of inbox.all) assert.ok(Number(qos) <= most, name);
    }
    flow.inject('pub1', { topic: `${base}/y/end`, payload: 'end' });
    await flow.received('other-out').next();
    await flow.received('both-out').find('the end', ({ payload }) => payload === 'end');
    // A second copy would have arrived by now, because copies follow each other.
    for (const name of ['exact', 'same', 'plus'])
      assert.deepEqual(payloads(flow, name).sort(), expected.toSorted(), name);
    assert.deepEqual(payloads(flow, 'both').sort(), [...expected, 'end'].sort());
  });

  it('get retained messages once when they start, and not at the start or deploy of another node', async () => {
    const [base, broker] = [unique('t'), unique('stored')];
    const publisher = publishNodes('pub', broker, { qos: 1 });
    const flow = await loadFlow([server.broker(broker), ...publisher]);
    await flow.connected('pub');
    flow.inject('pub', { topic: `${base}/x`, payload: 'stored', retain: true });
    await flow.completed.next();
    const deploy = async (names: readonly string[]): Promise<void> => {
      await flow.deploy('nodes', [server.broker(broker), ...publisher, ...nodes(base, broker, names)]);
      await flow.connected(...names);
    };
    const names = ['exact', 'plus', 'same', 'both'];
    for (const [index, name] of names.entries()) {
      await deploy(names.slice(0, index + 1));
      const { payload, retain } = await flow.received(`${name}-out`).next();
      assert.deepEqual([payload, retain], ['stored', true], name);
    }
    await deploy(names.slice(1));
    flow.inject('pub', { topic: `${base}/x`, payload: '', retain: true });
    for (const name of names.slice(1)) {
      assert.equal((await flow.received(`${name}-out`).next()).payload, '', name);
      assert.equal(flow.received(`${name}-out`).all.length, 2, name);
    }
  });
}

onEachServer('Nodes whose filters overlap', overlapping);
for (const version of [5, 4] as const) {
  for (const copies of [true, false]) {
    const how = copies ? 'a copy for each' : 'no copies';
    const title = `Nodes whose filters overlap (mosquitto, ${how}, MQTT ${version})`;
    onMosquitto(title, version, overlapping, [`allow_duplicate_messages ${copies}`]);
  }
}
