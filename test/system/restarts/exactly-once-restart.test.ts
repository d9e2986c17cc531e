// Messages in at QoS 2, through a flow, and out at QoS 2, while Node-RED is stopped and started again: all come through, once.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { brokerDefaults } from '#src/settings/broker.config';
import type { FlowNode } from '../../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes } from '../../helpers/flows/flow-nodes';
import { PersistentNodeRed } from '../../helpers/flows/persistent-node-red';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';
import { NumberedReceiver } from '../../helpers/servers/numbered-receiver';

/** Publications that the device has open at a time: fewer than the smallest window of a server. */
const OPEN = 5;

/** A device that publishes numbers at QoS 2 as fast as the server takes them, until it is told to stop. */
async function startDevice(
  port: number,
): Promise<{ readonly count: () => number; readonly stop: () => Promise<number> }> {
  const client = await connectAsync({ host: '127.0.0.1', port, protocolVersion: 5 });
  let next = 0;
  let stopped = false;
  const publish = async (): Promise<void> => {
    while (!stopped) {
      await client.publishAsync('in/a', String(next++), { qos: 2 });
      await delay(10);
    }
  };
  const running = Promise.all(Array.from({ length: OPEN }, publish));
  return {
    count: () => next,
    async stop() {
      stopped = true;
      await running;
      await client.endAsync();
      return next;
    },
  };
}

const RUNS = [
  { protocolVersion: 5, window: 20, acknowledge: 'receipt' },
  { protocolVersion: 4, window: 10, acknowledge: 'receipt' },
  { protocolVersion: 5, window: 10, acknowledge: 'completion' },
  { protocolVersion: 4, window: 20, acknowledge: 'completion' },
] as const;

for (const { protocolVersion, window, acknowledge } of RUNS) {
  const kind = `MQTT ${protocolVersion}, a server with a window of ${window}, acknowledged on ${acknowledge}`;
  describe(`QoS 2 over restarts of Node-RED (${kind})`, function () {
    this.timeout(120_000);
    let mosquitto: Mosquitto;
    let nodeRed: PersistentNodeRed;
    let receiver: NumberedReceiver;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start({
        config: [`max_inflight_messages ${window}`, 'max_queued_messages 100000'],
      });
      receiver = await NumberedReceiver.start(mosquitto.port, 'out/#');
      nodeRed = new PersistentNodeRed();
    });
    after(async () => {
      await nodeRed?.remove();
      await receiver?.end();
      await mosquitto?.stop();
    });

    function flow(): FlowNode[] {
      const [subscribe] = subscribeNodes('sub', 'broker', [{ filter: 'in/#', qos: 2 }], { acknowledge });
      const [publish] = publishNodes('pub', 'broker', { topic: 'out/a', topicType: 'str', qos: 2 });
      assert.ok(subscribe && publish);
      const session = { cleanStart: false, sessionExpiryInterval: 3600, clientId: 'restarted' };
      const outbox = { ...brokerDefaults.outbox, store: 'disk' } as const;
      return [
        serverNode('broker', mosquitto.port, { protocolVersion, outbox, ...session }),
        { ...subscribe, wires: [['pub']] },
        { ...publish, wires: [[]] },
      ];
    }

    it('brings every message through, once', async () => {
      await nodeRed.start(flow());
      await mosquitto.log.find('the subscription', (line) => line.includes('in/# (QoS 2)'));
      const device = await startDevice(mosquitto.port);
      for (let restart = 1; restart <= 2; restart++) {
        // Messages are on their way when it stops.
        const before = receiver.received;
        await receiver.complete(before + 100);
        await nodeRed.stop();
        await nodeRed.start(flow());
      }
      await receiver.complete(receiver.received + 100);
      const sent = await device.stop();
      await receiver.complete(sent);
      assert.equal(receiver.copies, 0);
    });
  });
}
