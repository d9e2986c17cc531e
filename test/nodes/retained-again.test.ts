// Retained messages after a deploy: only the node that wants them each time gets them, not others with the same filter.

import assert from 'node:assert/strict';
import { type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

for (const protocolVersion of [5, 4] as const) {
  describe(`retained messages after a deploy (MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
    });
    afterEach(unloadFlow);
    after(() => mosquitto?.stop());

    for (const deploy of ['full', 'flows', 'nodes'] as const) {
      it(`are delivered again only to a node that is set so (deploy of type ${deploy})`, async () => {
        const topic = `again/${deploy}`;
        const nodes = (name: string): FlowNode[] => [
          serverNode('again-broker', mosquitto.port, { protocolVersion }),
          ...publishNodes('pub', 'again-broker'),
          ...subscribeNodes('again', 'again-broker', [topic], { name, retainedAgain: true }),
          ...subscribeNodes('once', 'again-broker', [topic], { name }),
        ];
        const flow = await loadFlow(nodes('first'));
        await flow.connected('pub', 'again', 'once');
        flow.inject('pub', { topic, payload: 'stored', qos: 1, retain: true });
        for (const id of ['again', 'once']) await flow.received(`${id}-out`).next();
        for (const name of ['second', 'third']) {
          await flow.deploy(deploy, nodes(name));
          const { payload, retain } = await flow.received('again-out').next();
          assert.deepEqual([payload, retain], ['stored', true]);
        }
        await flow.connected('pub', 'again', 'once');
        flow.inject('pub', { topic, payload: 'last', qos: 1 });
        for (const id of ['again', 'once']) assert.equal((await flow.received(`${id}-out`).next()).payload, 'last');
      });
    }
  });
}
