// A persistent session over a restart of a real Node-RED: what devices publish meanwhile arrives, exactly once.

import assert from 'node:assert/strict';
import type { FlowNode } from '../../helpers/flows/flow-harness';
import { serverNode, subscribeNodes, unique } from '../../helpers/flows/flow-nodes';
import { restartedNodeRed } from '../../helpers/flows/restarted-node-red';
import { type DevicePublication, publishAll } from '../../helpers/servers/publish-all';

const COUNT = 100;

for (const protocolVersion of [5, 4] as const) {
  describe(`a persistent session over a restart of Node-RED (mosquitto, MQTT ${protocolVersion})`, function () {
    // A whole Node-RED has to start, more than once.
    this.timeout(300_000);
    const bench = restartedNodeRed();

    /** A flow that subscribes to `<base>/<name>/#` for each name, at QoS 2. */
    function flow(base: string, ...names: readonly string[]): FlowNode[] {
      const subscriptions = names.map((name) => ({ filter: `${base}/${name}/#`, qos: 2 as const }));
      const [subscriber] = subscribeNodes('sub', 'restart-broker', subscriptions);
      assert.ok(subscriber);
      return [
        serverNode('restart-broker', bench.mosquitto.port, { protocolVersion, cleanStart: false, clientId: base }),
        { ...subscriber, wires: [['received']] },
      ];
    }

    /** Equal numbers of QoS 1 and 2 messages, with different payloads. */
    function messages(topic: string): DevicePublication[] {
      return Array.from({ length: COUNT }, (_, index) => ({
        topic: `${topic}/${index}`,
        payload: `${topic}/${index}`,
        qos: index % 2 === 0 ? 1 : 2,
      }));
    }

    /** The order is guaranteed within a QoS (MQTT 5, section 4.6). */
    function assertOnceAndInOrder(sent: readonly DevicePublication[], others: readonly string[]): void {
      for (const level of [1, 2]) {
        const expected = sent.filter(({ qos }) => qos === level).map(({ payload }) => payload);
        assert.deepEqual(
          bench.nodeRed.received.filter((payload) => expected.includes(payload)),
          expected,
        );
      }
      assert.deepEqual(
        bench.nodeRed.received.filter((payload) => others.includes(payload)),
        others,
      );
      assert.equal(bench.nodeRed.received.length, sent.length + others.length);
    }

    /** Starts Node-RED, and returns when the server has sent these answers. */
    async function start(nodes: readonly FlowNode[], answers: readonly string[]): Promise<void> {
      const from = bench.mosquitto.log.all.length;
      await bench.nodeRed.start(nodes);
      await bench.nodeRed.printed('Connected to');
      for (const answer of answers) {
        const position = (): boolean => bench.mosquitto.log.all.slice(from).some((line) => line.includes(answer));
        await bench.mosquitto.log.find(answer, position);
      }
    }

    /** The lines of mosquitto's log about the client of this test. */
    function logged(client: string, what: string): string[] {
      return bench.mosquitto.log.all.filter((line) => line.includes(client) && line.includes(what));
    }

    const ends: readonly [name: string, end: () => Promise<void>, sign: string][] = [
      ['is stopped', () => bench.nodeRed.stop(), 'disconnected.'],
      ['crashes', () => bench.nodeRed.crash(), 'closed its connection.'],
    ];
    for (const [name, end, sign] of ends) {
      it(`what is published after it ${name} is delivered when it runs again, once and in order`, async () => {
        const base = unique('restart');
        await start(flow(base, 'a'), [`Sending SUBACK to ${base}`]);
        await publishAll(bench.mosquitto.port, [{ topic: `${base}/a/before`, payload: 'before', qos: 2 }]);
        await bench.nodeRed.printed('before');
        await bench.nodeRed.remembered('restart-broker', '"granted"');
        // A process that is killed before the server has its PUBCOMP gets the message again.
        const heard = `Received PUBCOMP from ${base}`;
        await bench.mosquitto.log.find(heard, (line) => line.includes(heard));
        await end();
        await bench.mosquitto.log.find(sign, (line) => line.includes(base) && line.includes(sign));
        await publishAll(bench.mosquitto.port, messages(`${base}/a`));
        await start(flow(base, 'a'), []);
        await publishAll(bench.mosquitto.port, [{ topic: `${base}/a/after`, payload: 'after-all', qos: 2 }]);
        await bench.nodeRed.printed('after-all');
        assertOnceAndInOrder(messages(`${base}/a`), ['before', 'after-all']);
        assert.equal(logged(base, 'Received SUBSCRIBE').length, 1, 'subscribed once in both lives');
        assert.equal(logged(base, 'Received UNSUBSCRIBE').length, 0);
      });
    }

    it('a removed filter is unsubscribed, and its messages are dropped', async () => {
      const base = unique('restart');
      await start(flow(base, 'goes', 'stays'), [`Sending SUBACK to ${base}`]);
      await bench.mosquitto.log.find('both answers', () => logged(base, 'Sending SUBACK').length === 2);
      await bench.nodeRed.stop();
      await publishAll(bench.mosquitto.port, messages(`${base}/goes`));
      await publishAll(bench.mosquitto.port, messages(`${base}/stays`));
      await start(flow(base, 'stays', 'new'), [`Sending UNSUBACK to ${base}`]);
      await bench.mosquitto.log.find('the new filter', () => logged(base, 'Sending SUBACK').length === 3);
      await publishAll(bench.mosquitto.port, [{ topic: `${base}/new`, payload: 'after-all', qos: 2 }]);
      await bench.nodeRed.printed('after-all');
      assertOnceAndInOrder(messages(`${base}/stays`), ['after-all']);
      assert.equal(logged(base, 'Received SUBSCRIBE').length, 3, 'only the new one is subscribed');
    });
  });
}
