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

/** A device that publishes numbers at QoS 2, `OPEN` at a time, until it is told to stop. */
async function startDevice(
  port: number,
): Promise<{ readonly count: () => number; readonly stop: () => Promise<number> }> {
  const client = await connectAsync({ host: '127.0.0.1', port, protocolVersion: 5 });
  let next = 0;
  let stopped = false;
  const publish = async (): Promise<void> => {
    while (!stopped) {
      await client.publishAsync('in/a', String(next++), { qos: 2 });
      await delay(30);
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

type Run = (typeof RUNS)[number];

/** A flow from a server of its own back to it, with a device and a receiver there. */
class Lane {
  readonly #id: string;
  readonly #run: Run;
  readonly mosquitto: Mosquitto;
  readonly receiver: NumberedReceiver;

  private constructor(id: string, run: Run, mosquitto: Mosquitto, receiver: NumberedReceiver) {
    this.#id = id;
    this.#run = run;
    this.mosquitto = mosquitto;
    this.receiver = receiver;
  }

  static async start(id: string, run: Run): Promise<Lane> {
    const config = [`max_inflight_messages ${run.window}`, 'max_queued_messages 100000'];
    const mosquitto = await Mosquitto.start({ config });
    return new Lane(id, run, mosquitto, await NumberedReceiver.start(mosquitto.port, 'out/#'));
  }

  async stop(): Promise<void> {
    await this.receiver.end();
    await this.mosquitto.stop();
  }

  nodes(): FlowNode[] {
    const { protocolVersion, acknowledge } = this.#run;
    const [broker, pub] = [`${this.#id}-broker`, `${this.#id}-pub`];
    const [subscribe] = subscribeNodes(`${this.#id}-sub`, broker, [{ filter: 'in/#', qos: 2 }], { acknowledge });
    const [publish] = publishNodes(pub, broker, { topic: 'out/a', topicType: 'str', qos: 2 });
    assert.ok(subscribe && publish);
    const session = { cleanStart: false, sessionExpiryInterval: 3600, clientId: 'restarted' };
    const outbox = { ...brokerDefaults.outbox, store: 'disk' } as const;
    return [
      serverNode(broker, this.mosquitto.port, { protocolVersion, outbox, ...session }),
      { ...subscribe, wires: [[pub]] },
      { ...publish, wires: [[]] },
    ];
  }
}

// The flows run side by side in one Node-RED, whose starts cost most of the time.
describe('QoS 2 over restarts of Node-RED', function () {
  this.timeout(300_000);
  const lanes: Lane[] = [];
  const sent = new Map<Lane, number>();
  let nodeRed: PersistentNodeRed;

  before(async function () {
    needsMosquitto(this);
    for (const [index, run] of RUNS.entries()) lanes.push(await Lane.start(`lane${index}`, run));
    nodeRed = new PersistentNodeRed();
    const flow = lanes.flatMap((lane) => lane.nodes());
    await nodeRed.start(flow);
    const subscribed = (line: string): boolean => line.includes('in/# (QoS 2)');
    for (const { mosquitto } of lanes) await mosquitto.log.find('the subscription', subscribed);
    const devices = await Promise.all(lanes.map(({ mosquitto }) => startDevice(mosquitto.port)));
    const more = (): Promise<unknown> =>
      Promise.all(lanes.map(({ receiver }) => receiver.complete(receiver.received + 100)));
    for (let restart = 1; restart <= 2; restart++) {
      // Messages are on their way when it stops.
      await more();
      await nodeRed.stop();
      await nodeRed.start(flow);
    }
    await more();
    for (const [index, lane] of lanes.entries()) sent.set(lane, (await devices[index]?.stop()) ?? Number.NaN);
  });

  after(async () => {
    await nodeRed?.remove();
    await Promise.all(lanes.map((lane) => lane.stop()));
  });

  for (const [index, { protocolVersion, window, acknowledge }] of RUNS.entries()) {
    const kind = `MQTT ${protocolVersion}, a server with a window of ${window}, acknowledged on ${acknowledge}`;
    it(`brings every message through, once (${kind})`, async () => {
      const lane = lanes[index];
      assert.ok(lane);
      const count = sent.get(lane);
      assert.ok(count !== undefined && count > 0);
      await lane.receiver.complete(count);
      assert.equal(lane.receiver.copies, 0);
    });
  }
});
