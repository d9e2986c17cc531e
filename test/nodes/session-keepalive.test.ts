// A server that stops to answer without closing the connection: this is noticed, reported, and followed by a reconnect.

import assert from 'node:assert/strict';
import { loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { ScriptedServer } from '../helpers/servers/scripted-server';

describe('a server that has gone silent', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  for (const protocolVersion of [5, 4, 3] as const) {
    it(`is noticed by the keep-alive, reported once, and connected to again (version ${protocolVersion})`, async () => {
      const broker = unique('silent-broker');
      const flow = await loadFlow([
        serverNode(broker, server.port, { protocolVersion, keepalive: 1 }),
        ...publishNodes('pub', broker, { qos: 1 }),
      ]);
      await flow.connected('pub');
      const [silent] = server.clients.all;
      assert.ok(silent);
      silent.socket.pause();
      flow.inject('pub', { topic: 'a', payload: 'held' });
      const { error } = await flow.caught.next();
      assert.equal(error.code, 'keepalive-timeout');
      // Unacknowledged messages are sent on the next connection.
      assert.equal((await flow.received('pub-out').next()).payload, 'held');
      await flow.connected('pub');
      assert.equal(server.clients.all.length, 2);
      assert.equal(flow.caught.all.length, 1);
      silent.socket.resume();
      await silent.gone();
    });
  }

  it('is sent no pings without a keep-alive', async () => {
    const broker = unique('silent-broker');
    await loadFlow([serverNode(broker, server.port, { keepalive: 0 }), ...publishNodes('pub', broker)]);
    assert.equal((await server.packet('connect')).keepalive, 0);
  });
});
