// Through proxies: HTTP CONNECT, the same over TLS, and SOCKS 5.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { parseProxyUrl } from '#src/core/servers/proxy-url';
import type { ProxyServer } from '#src/transport/streams/proxy-stream';
import { OpeningLog, streamTo } from '../helpers/fakes/opening-log';
import { connectTransport, openTransport } from '../helpers/fakes/transport-listener';
import { Inbox } from '../helpers/flows/inbox';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { freePort } from '../helpers/servers/free-port';
import { Listening } from '../helpers/servers/listening';
import { httpProxy, type ProxyOptions, type Requests, socksProxy } from '../helpers/servers/proxy-servers';
import { ScriptedServer } from '../helpers/servers/scripted-server';
import { WebSocketBridge } from '../helpers/servers/websocket-bridge';

function proxyAt(url: string): ProxyServer {
  const proxy = parseProxyUrl(url);
  assert.ok(proxy);
  return proxy;
}

/** The name of a server that only the proxy can find. */
const FAR = 'far.example';

for (const [kind, scheme, make, forbidden, unreachable] of [
  ['HTTP', 'http', httpProxy, 403, 502],
  ['SOCKS', 'socks5', socksProxy, 2, 4],
] as const) {
  describe(`Stream through a proxy (${kind})`, () => {
    let mqtt: ScriptedServer;
    let proxy: Listening;
    let requests: Requests;
    beforeEach(async () => {
      mqtt = await ScriptedServer.start();
    });
    afterEach(async () => {
      await proxy?.stop();
      await mqtt.stop();
    });

    async function start(options: ProxyOptions = {}): Promise<void> {
      requests = new Inbox('requests at the proxy');
      proxy = await Listening.start(make(requests, options));
    }

    function open(credentials = '', url = `mqtt://${FAR}:${mqtt.port}`) {
      const server = proxyAt(`${scheme}://${credentials && `${credentials}@`}127.0.0.1:${proxy.port}`);
      return streamTo(url, { proxy: async () => server });
    }

    async function failure(credentials = ''): Promise<[string, string, unknown]> {
      const { listener } = openTransport(open(credentials));
      const { code, stage, params } = await listener.ends.next();
      await proxy.allGone();
      assert.equal(params.proxy, `127.0.0.1:${proxy.port}`);
      return [code, stage, params.reason];
    }

    it('lets the proxy look up the server, and reports one stage', async () => {
      await start();
      const { transport, listener } = await connectTransport(open());
      assert.equal(await requests.next(), `${FAR}:${mqtt.port}`);
      assert.deepEqual([...new Set(listener.stages)], ['proxy', 'connack']);
      await transport.close();
      await proxy.allGone();
    });

    it('sends its credentials', async () => {
      await start({ credentials: 'name:pass:word' });
      const { transport } = await connectTransport(open('name:pass%3Aword'));
      transport.destroy();
    });

    it('reports that the proxy requires credentials, and leaves no socket', async () => {
      await start({ credentials: 'name:word' });
      assert.deepEqual((await failure()).slice(0, 2), ['proxy-credentials-refused', 'proxy']);
    });

    it('reports that the proxy refuses the credentials', async () => {
      await start({ credentials: 'name:word' });
      assert.deepEqual((await failure('name:wrong')).slice(0, 2), ['proxy-credentials-refused', 'proxy']);
    });

    it('reports that the proxy does not allow the connection', async () => {
      await start({ answer: forbidden });
      assert.deepEqual(await failure(), [
        'proxy-refused',
        'proxy',
        kind === 'HTTP' ? 'HTTP 403 No' : 'SOCKS NotAllowed',
      ]);
    });

    it('reports that the proxy cannot reach the server', async () => {
      await start({ answer: unreachable });
      const reason = kind === 'HTTP' ? 'HTTP 502 No' : 'SOCKS HostUnreachable';
      assert.deepEqual(await failure(), ['proxy-cannot-connect', 'proxy', reason]);
    });

    const strange: readonly [what: string, server: () => Server][] = [
      ['hangs up', () => createServer((socket) => socket.once('data', () => socket.end()))],
      ['is no proxy', () => createServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9\r\n')))],
    ];
    for (const [what, server] of strange) {
      it(`reports that the proxy ${what}`, async () => {
        proxy = await Listening.start(server());
        assert.deepEqual((await failure()).slice(0, 2), ['proxy-failed', 'proxy']);
      });
    }

    it('reports that the proxy cannot be reached', async () => {
      const server = proxyAt(`${scheme}://127.0.0.1:${await freePort()}`);
      const { listener } = openTransport(streamTo(`mqtt://${FAR}`, { proxy: async () => server }));
      const { code, stage, params } = await listener.ends.next();
      assert.deepEqual([code, stage, params.reason], ['proxy-unreachable', 'proxy', 'ECONNREFUSED']);
    });

    it('can be aborted while the proxy is silent, and leaves no socket', async () => {
      await start({ answer: 'silent' });
      const log = new OpeningLog();
      const stream = open()(log.report, log.signal);
      await proxy.sockets.next();
      // Once on the way to the proxy, once when it is asked.
      await log.stages.first(2);
      log.abort();
      await assert.rejects(stream, { code: 'connection-closed', stage: 'proxy' });
      await proxy.allGone();
    });

    it('carries TLS, with the name of the server and not of the proxy', async function () {
      needsOpenssl(this);
      const authority = new Authority();
      const bridge = await WebSocketBridge.start(mqtt.port, { tls: authority.sign('far', { names: [`DNS:${FAR}`] }) });
      await start();
      const server = proxyAt(`${scheme}://127.0.0.1:${proxy.port}`);
      const { transport, listener } = await connectTransport(
        streamTo(`wss://${FAR}:${bridge.port}/mqtt`, {
          proxy: async () => server,
          tls: () => ({ ca: authority.cert }),
        }),
      );
      assert.deepEqual([...new Set(listener.stages)], ['proxy', 'tls', 'websocket', 'connack']);
      await transport.close();
      await proxy.allGone();
      await bridge.stop();
      authority.remove();
    });
  });
}

describe('Stream through an HTTP proxy', () => {
  it('keeps bytes that arrive together with the answer of the proxy', async () => {
    const proxy = await Listening.start(
      createServer((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nthe first bytes'))),
    );
    const server = proxyAt(`http://127.0.0.1:${proxy.port}`);
    const log = new OpeningLog();
    const stream = await streamTo(`mqtt://${FAR}`, { proxy: async () => server })(log.report, log.signal);
    assert.equal(String((await once(stream, 'data'))[0]), 'the first bytes');
    stream.destroy();
    await proxy.stop();
  });
});

describe('Stream through a proxy over TLS', () => {
  it('reports that the proxy closes the connection before TLS', async () => {
    const proxy = await Listening.start(createServer((socket) => socket.once('data', () => socket.end())));
    const server = proxyAt(`https://localhost:${proxy.port}`);
    const { listener } = openTransport(streamTo(`mqtt://${FAR}`, { proxy: async () => server }));
    const { code, params } = await listener.ends.next();
    assert.equal(code, 'proxy-unreachable');
    assert.match(String(params.reason), /^(tls-closed|ECONNRESET)$/);
    await proxy.stop();
  });

  it('can be aborted during TLS with the proxy, and leaves no socket', async () => {
    const proxy = await Listening.start(createServer());
    const server = proxyAt(`https://localhost:${proxy.port}`);
    const log = new OpeningLog();
    const stream = streamTo(`mqtt://${FAR}`, { proxy: async () => server })(log.report, log.signal);
    const accepted = await proxy.sockets.next();
    await once(accepted, 'data');
    log.abort();
    await assert.rejects(stream, { code: 'connection-closed', stage: 'proxy' });
    await proxy.allGone();
    await proxy.stop();
  });

  it('speaks TLS with the proxy, and TLS in TLS with the server', async function () {
    needsOpenssl(this);
    const authority = new Authority();
    const mqtt = await ScriptedServer.start();
    const bridge = await WebSocketBridge.start(mqtt.port, { tls: authority.sign('far', { names: [`DNS:${FAR}`] }) });
    const requests: Requests = new Inbox('requests at the proxy');
    const proxy = await Listening.start(httpProxy(requests, { tls: authority.sign('proxy') }));
    const server = { ...proxyAt(`https://localhost:${proxy.port}`), tls: { ca: authority.cert } };
    const settings = { proxy: async () => server, tls: () => ({ ca: authority.cert }) };
    const { transport } = await connectTransport(streamTo(`wss://${FAR}:${bridge.port}/mqtt`, settings));
    assert.equal(await requests.next(), `${FAR}:${bridge.port}`);
    await transport.close();
    await proxy.allGone();

    // Without TLS settings, the authorities of Node.js are trusted.
    for (const proxyServer of [{ ...server, tls: {} }, proxyAt(`https://localhost:${proxy.port}`)]) {
      const distrusted = { ...settings, proxy: async () => proxyServer };
      const { listener } = openTransport(streamTo(`wss://${FAR}:${bridge.port}/mqtt`, distrusted));
      assert.equal((await listener.ends.next()).code, 'proxy-unreachable');
    }
    await proxy.allGone();
    await Promise.all([proxy.stop(), bridge.stop(), mqtt.stop()]);
    authority.remove();
  });
});
