// Subscriptions with servers that refuse them.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

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
    await flow.showing('other', 'disconnected');
    await flow.connected('sub', 'other');
  });
});
