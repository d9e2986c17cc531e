// MQTT over WebSocket: the request, the possible answers, and what is left afterwards.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { ServerStreamSettings } from '#src/transport/streams/server-stream';
import { OpeningLog, streamTo } from '../helpers/fakes/opening-log';
import { connectTransport, type OpenedTransport, openTransport } from '../helpers/fakes/transport-listener';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { Listening } from '../helpers/servers/listening';
import { ScriptedServer } from '../helpers/servers/scripted-server';
import { type BridgeOptions, WebSocketBridge } from '../helpers/servers/websocket-bridge';

describe('WebSocket stream', () => {
  let mqtt: ScriptedServer;
  let bridge: WebSocketBridge;
  before(async () => {
    mqtt = await ScriptedServer.start();
  });
  after(() => mqtt.stop());
  afterEach(() => bridge.stop());

  async function start(options: BridgeOptions = {}): Promise<void> {
    bridge = await WebSocketBridge.start(mqtt.port, options);
  }

  const url = (path = '/mqtt'): string => `ws://127.0.0.1:${bridge.port}${path}`;

  async function connect(path?: string, settings: Partial<ServerStreamSettings> = {}): Promise<OpenedTransport> {
    return connectTransport(streamTo(url(path), settings));
  }

  it('carries MQTT, and ends with the socket', async () => {
    await start();
    const log = new OpeningLog();
    const { transport } = await connectTransport((report, signal) =>
      streamTo(url())((stage) => {
        log.report(stage);
        report(stage);
      }, signal),
    );
    assert.deepEqual(log.stages.all, ['tcp', 'websocket']);
    transport.publish({ topic: 'a', payload: Buffer.alloc(300_000), qos: 0, retain: false }, () => {});
    await mqtt.packet('publish');
    await transport.close();
    await bridge.listening.allGone();
  });

  it('requests the path with its query, the subprotocol, and the headers that are set', async () => {
    await start({ subprotocols: ['mqttv3.1'] });
    const { transport } = await connect('/a/b?token=1', {
      webSocket: { headers: { Authorization: 'Bearer x', 'X-Plant': '7' }, subprotocol: 'mqttv3.1' },
    });
    const { url: path, headers } = await bridge.requests.next();
    assert.equal(path, '/a/b?token=1');
    assert.equal(headers.host, `127.0.0.1:${bridge.port}`);
    assert.equal(headers.authorization, 'Bearer x');
    assert.equal(headers['x-plant'], '7');
    assert.equal(headers['sec-websocket-protocol'], 'mqttv3.1');
    assert.equal(headers['sec-websocket-extensions'], undefined);
    transport.destroy();
  });

  it('requests / when the address has no path', async () => {
    await start();
    const { transport } = await connect('');
    assert.equal((await bridge.requests.next()).url, '/');
    transport.destroy();
  });

  for (const status of [301, 401, 403, 404, 503]) {
    it(`reports an answer with HTTP ${status}, and leaves no socket`, async () => {
      await start({ answer: status });
      const { listener } = openTransport(streamTo(url()));
      const error = await listener.ends.next();
      assert.deepEqual([error.code, error.stage, error.params.status], ['websocket-refused', 'websocket', status]);
      await bridge.listening.allGone();
    });
  }

  it('reports that the server does not support the subprotocol', async () => {
    await start({ subprotocols: ['other'] });
    const { listener } = openTransport(streamTo(url()));
    const { code, params } = await listener.ends.next();
    assert.deepEqual([code, params.reason], ['websocket-failed', 'Server sent no subprotocol']);
    await bridge.listening.allGone();
  });

  it('reports that no web server answers', async () => {
    await start();
    const server = await Listening.start(createServer((socket) => socket.once('data', () => socket.write('\x20\x02'))));
    const { listener } = openTransport(streamTo(`ws://127.0.0.1:${server.port}`));
    assert.equal((await listener.ends.next()).code, 'websocket-not-spoken');
    await server.allGone();
    await server.stop();
  });

  it('reports that the server closes the connection', async () => {
    await start();
    const server = await Listening.start(createServer((socket) => socket.once('data', () => socket.end())));
    const { listener } = openTransport(streamTo(`ws://127.0.0.1:${server.port}`));
    const { code, params } = await listener.ends.next();
    assert.deepEqual([code, params.insteadKey], ['websocket-not-spoken', 'insteadOfWebSocket.plain']);
    await server.allGone();
    await server.stop();
  });

  it('can be aborted, and leaves no socket', async () => {
    await start({ answer: 'silent' });
    const log = new OpeningLog();
    const stream = streamTo(url())(log.report, log.signal);
    await bridge.requests.next();
    log.abort();
    await assert.rejects(stream, { code: 'connection-closed', stage: 'websocket' });
    await bridge.listening.allGone();
  });

  it('reports why the server has closed the WebSocket', async () => {
    await start();
    const { listener } = await connect();
    (await bridge.webSockets.next()).close(1008, 'token\nhas expired');
    const { code, params } = await listener.ends.next();
    assert.deepEqual([code, params], ['websocket-closed', { status: 1008, statusText: 'token has expired' }]);
    await bridge.listening.allGone();
  });

  it('ends when the line is cut, and when the server closes without a reason', async () => {
    await start();
    const first = await connect();
    bridge.listening.sockets.all[0]?.resetAndDestroy();
    assert.equal((await first.listener.ends.next()).code, 'connection-lost');
    const second = await connect();
    bridge.webSockets.all[1]?.close();
    assert.equal((await second.listener.ends.next()).code, 'connection-lost');
    await bridge.listening.allGone();
  });

  it('recognizes through the WebSocket what answers instead of an MQTT server', async () => {
    const strange = await ScriptedServer.start({ connect: ({ socket }) => socket.write('HTTP/1.1 200 OK\r\n\r\n') });
    bridge = await WebSocketBridge.start(strange.port);
    const { listener } = openTransport(streamTo(url()));
    assert.equal((await listener.ends.next()).code, 'http-answered');
    await strange.stop();
  });

  it('goes over TLS', async function () {
    needsOpenssl(this);
    const authority = new Authority();
    await start({ tls: authority.sign('server') });
    const log = new OpeningLog();
    const open = streamTo(`wss://localhost:${bridge.port}/mqtt`, { tls: () => ({ ca: authority.cert }) });
    const { transport, listener } = await connectTransport(open);
    assert.deepEqual(listener.stages, ['dns', 'tcp', 'tls', 'websocket', 'connack']);
    await transport.close();
    await bridge.listening.allGone();
    const unknown = streamTo(`wss://localhost:${bridge.port}/mqtt`)(log.report, log.signal);
    await assert.rejects(unknown, { code: 'certificate-unknown-issuer', stage: 'tls' });
    authority.remove();
  });
});
