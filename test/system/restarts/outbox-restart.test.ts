// An outbox on disk over the end of a real Node-RED: every message accepted by the outbox reaches the server.

import assert from 'node:assert/strict';
import { type BrokerConfig, brokerDefaults } from '#src/settings/broker.config';
import type { FlowNode } from '../../helpers/flows/flow-harness';
import { publishNodes, serverNode } from '../../helpers/flows/flow-nodes';
import { restartedNodeRed } from '../../helpers/flows/restarted-node-red';
import { NumberedReceiver } from '../../helpers/servers/numbered-receiver';

const COUNT = 50;
/** Sends as many messages as the payload says, numbered, when the flow starts. */
const SEND = 'for (let n = 0; n < msg.payload; n++) node.send({ topic: "restart/a", payload: n });';

describe('an outbox on disk', function () {
  // A whole Node-RED has to start, twice.
  this.timeout(300_000);
  const bench = restartedNodeRed();

  function flow(messages: number, settings: Partial<BrokerConfig> = {}): FlowNode[] {
    const [publish] = publishNodes('pub', 'disk-broker', { qos: 1, completeOn: 'queued' });
    assert.ok(publish);
    const start = {
      type: 'inject',
      props: [{ p: 'payload' }],
      payload: String(messages),
      payloadType: 'num',
      once: true,
    };
    return [
      serverNode('disk-broker', bench.mosquitto.port, {
        outbox: { ...brokerDefaults.outbox, store: 'disk' },
        ...settings,
      }),
      { ...start, id: 'start', onceDelay: 0.1, wires: [['send']] },
      { id: 'send', type: 'function', func: SEND, outputs: 1, wires: [['pub']] },
      { ...publish, wires: [['received']] },
    ];
  }

  it('logs how many messages stay when Node-RED ends, and how many are sent when it is back', async () => {
    await bench.mosquitto.kill();
    await bench.nodeRed.start(flow(COUNT));
    while (bench.nodeRed.received.length < COUNT) await new Promise((resolve) => setTimeout(resolve, 20));
    const said = bench.nodeRed.printed(`stay on disk until the node is back: ${COUNT}`);
    await Promise.all([said, bench.nodeRed.stop()]);
    await bench.nodeRed.start(flow(0));
    await bench.nodeRed.printed(`on disk from an earlier run, which are sent first: ${COUNT}`);
    await bench.mosquitto.restart();
  });

  it('keeps what waits when Node-RED is killed, and sends it with the next one', async () => {
    await bench.mosquitto.kill();
    await bench.nodeRed.start(flow(COUNT));
    while (bench.nodeRed.received.length < COUNT) await new Promise((resolve) => setTimeout(resolve, 20));
    await bench.nodeRed.crash();
    await bench.mosquitto.restart();
    const receiver = await NumberedReceiver.start(bench.mosquitto.port, 'restart/#');
    await bench.nodeRed.start(flow(0));
    await receiver.complete(COUNT);
    assert.deepEqual([receiver.copies, receiver.disordered], [0, 0]);
    await receiver.end();
  });

  it('keeps what waits when a deploy changes the broker node, removes it and brings it back', async () => {
    await bench.mosquitto.kill();
    await bench.nodeRed.start(flow(COUNT));
    while (bench.nodeRed.received.length < COUNT) await new Promise((resolve) => setTimeout(resolve, 20));
    const changed = flow(COUNT, { keepalive: 17 });
    await bench.nodeRed.deploy(changed);
    await bench.nodeRed.printed(`on disk from an earlier run, which are sent first: ${COUNT}`);
    await bench.nodeRed.deploy(changed.filter(({ id }) => id !== 'disk-broker' && id !== 'pub'));
    await bench.nodeRed.deploy(changed);
    await bench.mosquitto.restart();
    const receiver = await NumberedReceiver.start(bench.mosquitto.port, 'restart/#');
    await receiver.complete(COUNT);
    assert.deepEqual([receiver.copies, receiver.disordered], [0, 0]);
    assert.doesNotMatch(bench.nodeRed.output, /in use by another/);
    await receiver.end();
  });
});
