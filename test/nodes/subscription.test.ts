// Subscriptions with servers that refuse them, and with servers that send one copy for each that matches.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/mosquitto';
import { type ScriptedClient, ScriptedServer } from '../helpers/scripted-server';

describe('a subscription that the server refuses', () => {
  let server: ScriptedServer;
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  /** A server that refuses filters that begin with `forbidden`. */
  async function load(refusal: number, ...filters: string[]): Promise<Flow> {
    server = await ScriptedServer.start({
      subscribe(client: ScriptedClient, { subscriptions, messageId = 0 }) {
        const granted = subscriptions.map(({ topic, qos }) => (topic.startsWith('forbidden') ? refusal : qos));
        client.send({ cmd: 'suback', messageId, granted });
      },
    });
    const protocolVersion = refusal === 0x80 ? 4 : 5;
    return loadFlow([
      serverNode('refusing-broker', server.port, { protocolVersion }),
      ...subscribeNodes('sub', 'refusing-broker', filters),
      ...subscribeNodes('other', 'refusing-broker', ['allowed/#']),
    ]);
  }

  for (const refusal of [0x87, 0x80]) {
    it(`is shown and reported once, and the others work (${refusal})`, async () => {
      const flow = await load(refusal, 'forbidden/#', 'allowed/+');
      const status = await flow.showing('sub', 'subscription-refused');
      assert.equal(status.fill, 'red');
      const caught = await flow.caught.next();
      assert.deepEqual([caught.error.code, caught.error.source.id], ['subscription-refused', 'sub']);
      await flow.connected('other');
      server.clients.all[0]?.send({
        cmd: 'publish',
        topic: 'allowed/x',
        payload: '1',
        qos: 0,
        retain: false,
        dup: false,
      });
      assert.equal((await flow.received('sub-out').next()).topic, 'allowed/x');
      assert.equal((await flow.received('other-out').next()).topic, 'allowed/x');
      assert.equal(flow.caught.all.length, 1);
      assert.equal(server.clients.all.length, 1);
    });
  }

  it('is asked for again at the next connection', async () => {
    const flow = await load(0x87, 'forbidden/#');
    await flow.showing('sub', 'subscription-refused');
    server.script = {};
    server.clients.all[0]?.socket.destroy();
    await flow.showing('other', 'connection-lost');
    await flow.connected('sub', 'other');
  });
});

// MQTT 3.1.1 gives no way to tell such copies apart; MQTT 5 has subscription identifiers.
describe(`a server that sends one copy for each subscription (mosquitto, MQTT 5)`, () => {
  let mosquitto: Mosquitto;
  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ config: ['allow_duplicate_messages true'] });
  });
  afterEach(unloadFlow);
  after(() => mosquitto?.stop());

  it('gives each node one of them', async () => {
    const base = unique('copies');
    const flow = await loadFlow([
      serverNode('copying-broker', mosquitto.port, { protocolVersion: 5 }),
      ...subscribeNodes('exact', 'copying-broker', [`${base}/x`, `${base}/end`]),
      ...subscribeNodes('plus', 'copying-broker', [`${base}/+`]),
      ...subscribeNodes('both', 'copying-broker', [`${base}/#`, `${base}/+`]),
      ...publishNodes('pub', 'copying-broker', { qos: 1 }),
    ]);
    await flow.connected('exact', 'plus', 'both');
    flow.inject('pub', { topic: `${base}/x`, payload: 'once' });
    flow.inject('pub', { topic: `${base}/end`, payload: 'last' });
    for (const node of ['exact', 'plus', 'both']) {
      const inbox = flow.received(`${node}-out`);
      await inbox.find('the last message', ({ payload }) => payload === 'last');
      assert.equal(inbox.all.filter(({ payload }) => payload === 'once').length, 1, node);
    }
  });
});
