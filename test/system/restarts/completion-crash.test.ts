// A real Node-RED that is killed (SIGKILL) in the middle of its flows: what they were not done with comes again.

import assert from 'node:assert/strict';
import type { FlowNode } from '../../helpers/flows/flow-harness';
import { acknowledgeNodes, serverNode, subscribeNodes, unique } from '../../helpers/flows/flow-nodes';
import { functionNode } from '../../helpers/flows/function-node';
import { PersistentNodeRed } from '../../helpers/flows/persistent-node-red';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';
import { publishAll } from '../../helpers/servers/publish-all';

const COUNT = 120;
/** Messages that a flow has at a time. */
const AT_A_TIME = 5;

/** All but the end of the flow in a subflow, which sends what `last` sends to `next`. */
function inSubflow(nodes: readonly FlowNode[], last: string, next: readonly string[]): FlowNode[] {
  const subflow = { id: 'subflow', type: 'subflow', name: 'Subflow', in: [] };
  return [
    { ...subflow, out: [{ x: 0, y: 0, wires: [{ id: last, port: 0 }] }] },
    ...nodes.map((node) => ({ ...node, z: 'subflow' })),
    { id: 'instance', type: 'subflow:subflow', wires: [next] },
  ];
}

for (const protocolVersion of [5, 4] as const) {
  for (const [qos, acknowledge, place] of [
    [1, 'completion', 'a tab'],
    [2, 'completion', 'a subflow'],
    [1, 'manual', 'a tab'],
    [2, 'manual', 'a subflow'],
  ] as const) {
    const variant = `mosquitto, MQTT ${protocolVersion}, QoS ${qos}, ${acknowledge}, in ${place}`;
    describe(`Node-RED that is killed in the middle of a flow (${variant})`, function () {
      // A whole Node-RED has to start, three times.
      this.timeout(90_000);
      let mosquitto: Mosquitto;
      const nodeRed = new PersistentNodeRed();
      before(async function () {
        needsMosquitto(this);
        mosquitto = await Mosquitto.start();
      });
      after(async () => {
        await nodeRed.remove();
        await mosquitto?.stop();
      });

      /** Work of 20 ms for each message, then `received`. */
      function flow(base: string): FlowNode[] {
        const settings = { acknowledge, maxInFlight: AT_A_TIME } as const;
        const [subscriber] = subscribeNodes('sub', 'crash-broker', [{ filter: `${base}/#`, qos }], settings);
        assert.ok(subscriber);
        const work = 'setTimeout(() => { node.send(msg); node.done(); }, 20);';
        const next = acknowledge === 'manual' ? ['received', 'ack'] : ['received'];
        const [ack] = acknowledgeNodes('ack');
        assert.ok(ack);
        const worked = [
          serverNode('crash-broker', mosquitto.port, { protocolVersion, cleanStart: false, clientId: base }),
          { ...subscriber, wires: [['work']] },
          functionNode('work', work, place === 'a tab' ? next : []),
        ];
        return [...(place === 'a tab' ? worked : inSubflow(worked, 'work', next)), { ...ack, wires: [] }];
      }

      it('has lost nothing that the flow was not done with', async () => {
        const base = unique('crash');
        const payloads = Array.from({ length: COUNT }, (_, index) => `${base}-${index}.`);
        await nodeRed.start(flow(base));
        const subscribed = `Sending SUBACK to ${base}`;
        await mosquitto.log.find(subscribed, (line) => line.includes(subscribed));
        await publishAll(
          mosquitto.port,
          payloads.map((payload) => ({ topic: `${base}/t`, payload, qos })),
        );
        for (const last of [20, 60]) {
          await nodeRed.printed(`${base}-${last}.`);
          await nodeRed.crash();
          assert.ok(nodeRed.received.length < COUNT, 'it was killed too late to show anything');
          await nodeRed.start(flow(base));
        }
        await nodeRed.printed(`${base}-${COUNT - 1}.`);
        const times = new Map<string, number>();
        for (const payload of nodeRed.received) times.set(payload, (times.get(payload) ?? 0) + 1);
        assert.deepEqual(
          payloads.filter((payload) => !times.has(payload)),
          [],
          'lost',
        );
        const twice = [...times.values()].filter((count) => count > 1).length;
        assert.ok(twice <= 2 * AT_A_TIME, `${twice} came twice`);
      });
    });
  }
}
