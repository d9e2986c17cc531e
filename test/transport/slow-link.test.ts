// A slow link on which a payload takes longer than the time limit of a ping: moving bytes count as a sign of life.

import assert from 'node:assert/strict';
import { streamTo } from '../helpers/fakes/opening-log';
import { connectTransport, type OpenedTransport } from '../helpers/fakes/transport-listener';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';
import { TcpProxy } from '../helpers/servers/tcp-proxy';
import { WebSocketBridge } from '../helpers/servers/websocket-bridge';

const RATE = 250_000;
/** Takes four seconds, with a keep-alive of one. */
const INCOMING = Buffer.alloc(4 * RATE);
/** The operating system takes a large part at once. */
const OUTGOING = Buffer.alloc(6 * RATE);

// Through TLS and WebSocket a whole payload may be one write and one read.
for (const way of ['mqtt', 'wss'] as const) {
  describe(`a slow link, by ${way}`, () => {
    let authority: Authority | undefined;
    let server: ScriptedServer;
    let bridge: WebSocketBridge | undefined;
    let proxy: TcpProxy;
    let opened: OpenedTransport;
    let client: ScriptedClient;

    before(function () {
      if (way !== 'wss') return;
      needsOpenssl(this);
      authority = new Authority();
    });
    after(() => authority?.remove());

    beforeEach(async () => {
      const pair = authority?.sign('localhost');
      server = await ScriptedServer.start();
      bridge = pair && (await WebSocketBridge.start(server.port, { tls: pair }));
      proxy = await TcpProxy.start(bridge?.port ?? server.port);
      const tls = () => (authority ? { ca: authority.cert } : {});
      opened = await connectTransport(streamTo(`${way}://127.0.0.1:${proxy.port}`, { tls }), { keepalive: 1 });
      client = await server.clients.next();
      proxy.throttle(RATE);
    });
    afterEach(async () => {
      opened.transport.destroy();
      await proxy.stop();
      await bridge?.stop();
      await server.stop();
    });

    it('receives a payload that takes longer than the keep-alive', async () => {
      client.send({ cmd: 'publish', topic: 'in', payload: INCOMING, qos: 0, retain: true, dup: false });
      const { listener } = opened;
      const [message] = await Promise.race([listener.messages.first(1), listener.ends.first(1).then(() => [])]);
      assert.equal(message?.payload.length, INCOMING.length, `ended: ${listener.ends.all.map(({ code }) => code)}`);
    });

    it('sends a payload that takes longer than the keep-alive', async () => {
      const { listener, transport } = opened;
      const outgoing = { topic: 'out', payload: OUTGOING, qos: 1, retain: false } as const;
      const outcome = await new Promise((resolve) => transport.publish(outgoing, resolve));
      assert.deepEqual(
        outcome,
        { kind: 'acknowledged', reasonCode: 0 },
        `ended: ${listener.ends.all.map(({ code }) => code)}`,
      );
    });

    it('is given up when nothing moves any more', async () => {
      proxy.stall();
      assert.equal((await opened.listener.ends.next()).code, 'keepalive-timeout');
    });
  });
}
