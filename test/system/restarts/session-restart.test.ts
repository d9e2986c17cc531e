// A persistent session over a restart of a real Node-RED: what devices publish meanwhile arrives, exactly once. The sessions of
// both versions of MQTT stand side by side in one Node-RED, whose starts cost most of the time.

import assert from 'node:assert/strict';
import type { FlowNode } from '../../helpers/flows/flow-harness';
import { serverNode, subscribeNodes, unique } from '../../helpers/flows/flow-nodes';
import { restartedNodeRed } from '../../helpers/flows/restarted-node-red';
import { type DevicePublication, publishAll } from '../../helpers/servers/publish-all';

const COUNT = 100;

/** A broker node with a session of its own. Its client identifier begins all its topics and payloads. */
interface Session {
  readonly protocolVersion: 4 | 5;
  readonly client: string;
  readonly broker: string;
}

function newSessions(): Session[] {
  return ([5, 4] as const).map((protocolVersion) => {
    const client = unique(`restart-mqtt${protocolVersion}`);
    return { protocolVersion, client, broker: `broker-${client}` };
  });
}

describe('a persistent session over a restart of Node-RED (mosquitto, MQTT 5 and 3.1.1)', function () {
  // A whole Node-RED has to start, more than once.
  this.timeout(300_000);
  const bench = restartedNodeRed();

  /** Starts a flow that subscribes in each session to `<client>/<name>/#` for each name, at QoS 2. */
  async function start(sessions: readonly Session[], ...names: readonly string[]): Promise<void> {
    const flow = sessions.flatMap(({ protocolVersion, client, broker }): FlowNode[] => {
      const subscriptions = names.map((name) => ({ filter: `${client}/${name}/#`, qos: 2 as const }));
      const [subscriber] = subscribeNodes(`sub-${client}`, broker, subscriptions);
      assert.ok(subscriber);
      return [
        serverNode(broker, bench.mosquitto.port, { protocolVersion, cleanStart: false, clientId: client }),
        { ...subscriber, wires: [['received']] },
      ];
    });
    await bench.nodeRed.start(flow);
  }

  /** Equal numbers of QoS 1 and 2 messages, with different payloads. */
  function messages(topic: string): DevicePublication[] {
    return Array.from({ length: COUNT }, (_, index) => ({
      topic: `${topic}/${index}`,
      payload: `${topic}/${index}`,
      qos: index % 2 === 0 ? 1 : 2,
    }));
  }

  function publish(...publications: readonly DevicePublication[]): Promise<void> {
    return publishAll(bench.mosquitto.port, publications);
  }

  /** A message of a session, at QoS 2. Resolves when the flow has received it. */
  async function deliver({ client }: Session, name: string, payload: string): Promise<void> {
    await publish({ topic: `${client}/${name}`, payload: `${client}/${payload}`, qos: 2 });
    await bench.nodeRed.printed(`${client}/${payload}`);
  }

  /** The lines of mosquitto's log about the client of a session. */
  function logged({ client }: Session, what: string): string[] {
    return bench.mosquitto.log.all.filter((line) => line.includes(client) && line.includes(what));
  }

  /** Waits until mosquitto has logged that `count` times. */
  async function log(session: Session, what: string, count = 1): Promise<void> {
    const isIt = (line: string): boolean => line.includes(session.client) && line.includes(what);
    await bench.mosquitto.log.find(what, (line) => isIt(line) && logged(session, what).length >= count);
  }

  /** Asserts what the sessions have received, and that nothing else has come. */
  function assertReceived(sessions: readonly Session[], topic: string, others: readonly string[]): void {
    for (const session of sessions) assertOnceAndInOrder(session, topic, others);
    assert.equal(bench.nodeRed.received.length, sessions.length * (COUNT + others.length));
  }

  /** The order is guaranteed within a QoS (MQTT 5, section 4.6). */
  function assertOnceAndInOrder({ client }: Session, topic: string, others: readonly string[]): void {
    const received = bench.nodeRed.received.filter((payload) => payload.startsWith(`${client}/`));
    const sent = messages(`${client}/${topic}`);
    for (const level of [1, 2]) {
      const expected = sent.filter(({ qos }) => qos === level).map(({ payload }) => payload);
      assert.deepEqual(
        received.filter((payload) => expected.includes(payload)),
        expected,
      );
    }
    const more = others.map((payload) => `${client}/${payload}`);
    assert.deepEqual(
      received.filter((payload) => more.includes(payload)),
      more,
    );
    assert.equal(received.length, sent.length + more.length);
  }

  const ends: readonly [name: string, end: () => Promise<void>, sign: string][] = [
    ['is stopped', () => bench.nodeRed.stop(), 'disconnected.'],
    ['crashes', () => bench.nodeRed.crash(), 'closed its connection.'],
  ];
  for (const [name, end, sign] of ends) {
    it(`what is published after it ${name} is delivered when it runs again, once and in order`, async () => {
      const sessions = newSessions();
      await start(sessions, 'a');
      for (const session of sessions) {
        await log(session, 'Sending SUBACK');
        await deliver(session, 'a/before', 'before');
        await bench.nodeRed.remembered(session.broker, '"granted"');
        // A process that is killed before the server has its PUBCOMP gets the message again.
        await log(session, 'Received PUBCOMP');
      }
      await end();
      for (const session of sessions) {
        await log(session, sign);
        await publish(...messages(`${session.client}/a`));
      }
      await start(sessions, 'a');
      for (const session of sessions) await deliver(session, 'a/after', 'after-all');
      assertReceived(sessions, 'a', ['before', 'after-all']);
      for (const session of sessions) {
        assert.equal(logged(session, 'Received SUBSCRIBE').length, 1, 'subscribed once in both lives');
        assert.equal(logged(session, 'Received UNSUBSCRIBE').length, 0);
      }
    });
  }

  it('a removed filter is unsubscribed, and its messages are dropped', async () => {
    const sessions = newSessions();
    await start(sessions, 'goes', 'stays');
    for (const session of sessions) await log(session, 'Sending SUBACK', 2);
    await bench.nodeRed.stop();
    for (const { client } of sessions) {
      await publish(...messages(`${client}/goes`));
      await publish(...messages(`${client}/stays`));
    }
    await start(sessions, 'stays', 'new');
    for (const session of sessions) {
      await log(session, 'Sending UNSUBACK');
      await log(session, 'Sending SUBACK', 3);
      await deliver(session, 'new', 'after-all');
    }
    assertReceived(sessions, 'stays', ['after-all']);
    for (const session of sessions) {
      assert.equal(logged(session, 'Received SUBSCRIBE').length, 3, 'only the new one is subscribed');
    }
  });
});
