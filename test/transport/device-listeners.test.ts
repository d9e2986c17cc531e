// The ways by which devices reach the embedded broker: each with MQTT 3.1.1 and 5, and what is not let in.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect as connectTcp, createServer, type Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket, WebSocketServer } from 'ws';
import { EVERYTHING, OPEN_DIRECTORY, type UserDirectory } from '#src/broker/access/user-directory';
import { silentListener } from '#src/broker/clients/broker-listener';
import type { ListenerOptions, PortOptions, SecureOptions } from '#src/transport/embedded/device-listener';
import { DeviceListeners, type ListenReport } from '#src/transport/embedded/device-listeners';
import { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';
import { WebSocketDoor } from '#src/transport/embedded/websocket-door';
import { Inbox } from '../helpers/flows/inbox';
import { Authority, type KeyPair, needsOpenssl } from '../helpers/servers/certificates';
import { OPEN_PORT, openListeners, openPort } from '../helpers/servers/open-port';

const VERSIONS = [4, 5] as const;

describe('listeners of the embedded broker', () => {
  let broker: EmbeddedBroker;
  let authority: Authority;
  let pair: KeyPair;
  const clients: MqttClient[] = [];
  const servers: HttpServer[] = [];
  before(function () {
    needsOpenssl(this);
    authority = new Authority();
    pair = authority.sign('broker');
  });
  after(() => authority?.remove());
  beforeEach(() => {
    broker = new EmbeddedBroker();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await broker.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  /** Topic and payload of the next message, or nothing when the connection is to close. */
  function next(connected: MqttClient, event: 'message' | 'close'): Promise<string[]> {
    return new Promise((resolve) => {
      if (event === 'close') connected.once('close', () => resolve([]));
      else connected.once('message', (topic, payload) => resolve([topic, payload.toString()]));
    });
  }

  function secure(clientCertificate: SecureOptions['clientCertificate'] = 'none'): SecureOptions {
    return { context: { ...pair, ca: authority.cert }, clientCertificate };
  }

  function client(url: string, options: IClientOptions = {}): Promise<MqttClient> {
    const connecting = connect(url, { reconnectPeriod: 0, connectTimeout: 20_000, ca: authority.cert, ...options });
    clients.push(connecting);
    return new Promise((resolve, reject) => {
      connecting.once('connect', () => resolve(connecting));
      connecting.once('error', reject);
      connecting.once('close', () => reject(new Error('closed')));
    });
  }

  /** A client sends itself a message through the broker. */
  async function exchange(connected: MqttClient): Promise<void> {
    const payload = 'x'.repeat(100_000);
    await connected.subscribeAsync('a/#', { qos: 1 });
    const came = next(connected, 'message');
    await connected.publishAsync('a/b', payload, { qos: 1 });
    assert.deepEqual(await came, ['a/b', payload]);
  }

  async function webServer(): Promise<{ server: HttpServer; url: string }> {
    const server = createHttpServer((_request, response) => response.end('the editor')).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    return { server, url: `127.0.0.1:${address.port}` };
  }

  function path(server: HttpServer, name = '/mqtt'): ListenerOptions {
    return { kind: 'path', path: name, server, isTaken: () => false, verifyClient: undefined };
  }

  for (const protocolVersion of VERSIONS) {
    for (const [kind, scheme, options] of [
      ['TCP', 'mqtt', () => ({})],
      ['TLS', 'mqtts', () => ({ secure: secure() })],
      ['WebSocket', 'ws', () => ({ webSocket: true })],
      ['WebSocket with TLS', 'wss', () => ({ webSocket: true, secure: secure() })],
    ] as const) {
      it(`carry MQTT ${protocolVersion} by ${kind}`, async () => {
        const port = await openPort(broker, options());
        await exchange(await client(`${scheme}://127.0.0.1:${port}`, { protocolVersion }));
      });
    }

    it(`carry MQTT ${protocolVersion} by a path of a web server`, async () => {
      const { server, url } = await webServer();
      await openListeners(broker, [path(server)]);
      await exchange(await client(`ws://${url}/mqtt?token=1`, { protocolVersion }));
    });
  }

  it('serve several at once', async () => {
    const { server, url } = await webServer();
    const [tcp, tls] = await openListeners(broker, [OPEN_PORT, { ...OPEN_PORT, secure: secure() }, path(server)]);
    const connected = await Promise.all([
      client(`mqtt://127.0.0.1:${tcp}`),
      client(`mqtts://127.0.0.1:${tls}`),
      client(`ws://${url}/mqtt`),
    ]);
    const [first, second, third] = connected as [MqttClient, MqttClient, MqttClient];
    await Promise.all([second.subscribeAsync('a'), third.subscribeAsync('a')]);
    const came = Promise.all([next(second, 'message'), next(third, 'message')]);
    await first.publishAsync('a', 'x');
    await came;
    assert.equal(broker.deviceCount, 3);
  });

  describe('with client certificates', () => {
    const directory: UserDirectory = {
      users: new Map([['lamp', { login: { kind: 'certificate' }, rights: EVERYTHING }]]),
      anonymous: undefined,
    };

    it('admit clients with a certificate of the authority', async () => {
      const port = await openPort(broker, { secure: secure('required') });
      await exchange(await client(`mqtts://127.0.0.1:${port}`, { ...authority.sign('any') }));
      const stranger = new Authority('Another authority');
      await assert.rejects(client(`mqtts://127.0.0.1:${port}`));
      await assert.rejects(client(`mqtts://127.0.0.1:${port}`, { ...stranger.sign('any') }));
      stranger.remove();
    });

    it('take the common name as the user, by WebSocket too', async () => {
      for (const webSocket of [false, true]) {
        const port = await openPort(broker, { webSocket, secure: secure('user') }, directory);
        const url = `${webSocket ? 'wss' : 'mqtts'}://127.0.0.1:${port}`;
        const certificate = authority.sign('lamp');
        await exchange(await client(url, { ...certificate, username: 'somebody', clientId: `lamp-${webSocket}` }));
        assert.ok((await broker.clients()).some(({ user }) => user === 'lamp'));
        await assert.rejects(client(url, { ...authority.sign('stranger'), protocolVersion: 5 }), { code: 0x87 });
      }
    });

    it('take no user from a certificate with several common names, or with none', async () => {
      const port = await openPort(broker, { secure: secure('user') }, directory);
      for (const subject of ['/CN=lamp/CN=lamp', '/O=lamp']) {
        const certificate = authority.sign('lamp', { subject });
        const connecting = client(`mqtts://127.0.0.1:${port}`, { ...certificate, protocolVersion: 5 });
        await assert.rejects(connecting, { code: 0x87 }, subject);
      }
    });
  });

  describe('at a web server', () => {
    it('do not touch other requests and other WebSockets', async () => {
      const { server, url } = await webServer();
      const comms = new WebSocketServer({ noServer: true });
      server.on('upgrade', (request, socket, head) => {
        if (request.url !== '/comms') return;
        comms.handleUpgrade(request, socket, head, (webSocket) => webSocket.send('the editor'));
      });
      await openListeners(broker, [path(server)]);
      const other = new WebSocket(`ws://${url}/comms`);
      const [text] = await once(other, 'message');
      assert.equal(String(text), 'the editor');
      assert.equal(await (await fetch(`http://${url}/mqtt`)).text(), 'the editor');
      await exchange(await client(`ws://${url}/mqtt`));
      await broker.listen(undefined, silent);
      assert.equal(other.readyState, WebSocket.OPEN);
      assert.equal(server.listenerCount('upgrade'), 1);
      other.terminate();
    });

    it('share it with another broker, but not its path', async () => {
      const { server, url } = await webServer();
      const second = new EmbeddedBroker();
      await openListeners(broker, [path(server)]);
      await assert.rejects(openListeners(second, [path(server)]), { code: 'embedded-path-in-use' });
      await openListeners(second, [path(server, '/other')]);
      await exchange(await client(`ws://${url}/other`));
      await second.close();
      await exchange(await client(`ws://${url}/mqtt`));
    });

    it('accept no more connections than allowed', async () => {
      const { server, url } = await webServer();
      const refused = new Inbox<string>('refused');
      const small = new EmbeddedBroker({
        settings: { maximumConnections: 1 },
        listener: { ...silentListener, refused: ({ address }) => refused.push(address) },
      });
      await openListeners(small, [path(server)]);
      await exchange(await client(`ws://${url}/mqtt`));
      await assert.rejects(client(`ws://${url}/mqtt`));
      assert.equal(await refused.next(), '127.0.0.1');
      assert.equal(small.deviceCount, 1);
      await small.close();
    });

    it('free a path that no device has used', async () => {
      const { server } = await webServer();
      await openListeners(broker, [path(server)]);
      assert.equal(broker.deviceCount, 0);
      await broker.listen(undefined, silent);
      assert.equal(server.listenerCount('upgrade'), 0);
      await openListeners(broker, [path(server)]);
    });

    it('use the check of the web server for upgrade requests', async () => {
      const { server, url } = await webServer();
      const verifyClient: Extract<ListenerOptions, { kind: 'path' }>['verifyClient'] = ({ req }, answer) =>
        answer(req.headers.authorization === 'let me in', 401);
      await openListeners(broker, [{ kind: 'path', path: '/mqtt', server, isTaken: () => false, verifyClient }]);
      await assert.rejects(client(`ws://${url}/mqtt`));
      const wsOptions = { headers: { authorization: 'let me in' } };
      await exchange(await client(`ws://${url}/mqtt`, { wsOptions }));
    });
  });

  describe('by WebSocket', () => {
    async function raw(protocols: string[] = ['mqtt']): Promise<WebSocket> {
      const port = await openPort(broker, { webSocket: true });
      const webSocket = new WebSocket(`ws://127.0.0.1:${port}`, protocols);
      webSocket.on('error', () => {});
      return webSocket;
    }

    it('close connections that send text', async () => {
      const webSocket = await raw();
      await once(webSocket, 'open');
      webSocket.send('text');
      await once(webSocket, 'close');
    });

    it('agree on the subprotocol of MQTT alone', async () => {
      const known = await raw(['other', 'mqttv3.1', 'mqtt']);
      await once(known, 'open');
      assert.equal(known.protocol, 'mqtt');
      known.terminate();
      const [error] = await once(await raw(['other']), 'error');
      assert.match(String(error), /subprotocol/);
    });

    it('cut clients that send much before the first message is complete', async () => {
      const webSocket = await raw();
      await once(webSocket, 'open');
      const closed = once(webSocket, 'close');
      // A message in pieces that never ends.
      const piece = Buffer.alloc(64 * 1024);
      const send = (): void => {
        if (webSocket.readyState === WebSocket.OPEN) webSocket.send(piece, { fin: false }, () => setImmediate(send));
      };
      send();
      await closed;
    });

    it('cut a client with a large message that is not complete where those of all have no more room', async () => {
      const door = new WebSocketDoor((stream) => stream.resume(), undefined, 1_000_000);
      const server = createHttpServer().on('upgrade', (request, socket, head) => door.upgrade(request, socket, head));
      servers.push(server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      /** Sends one message, and then so many bytes of another; resolves when they are there. */
      const begin = async (bytes: number): Promise<WebSocket> => {
        const webSocket = new WebSocket(`ws://127.0.0.1:${address.port}`, ['mqtt']);
        webSocket.on('error', () => {});
        await once(webSocket, 'open');
        webSocket.send(Buffer.alloc(10));
        webSocket.send(Buffer.alloc(bytes), { fin: false });
        webSocket.ping();
        await Promise.race([once(webSocket, 'pong'), once(webSocket, 'close')]);
        return webSocket;
      };
      const first = await begin(700_000);
      const second = await begin(700_000);
      if (second.readyState !== WebSocket.CLOSED) await once(second, 'close');
      const small = await begin(200_000);
      for (const webSocket of [first, small]) {
        webSocket.send(Buffer.alloc(1), { fin: true });
        webSocket.ping();
        await once(webSocket, 'pong');
      }
      let pongs = 0;
      first.on('pong', () => pongs++);
      for (let pings = 0; pings < 10_000 && first.readyState === WebSocket.OPEN; pings += 20) {
        for (let each = 0; each < 20; each++) first.ping(Buffer.alloc(125));
        while (pongs < pings + 20 && first.readyState === WebSocket.OPEN) await turn();
      }
      assert.equal(first.readyState, WebSocket.OPEN, 'pings do not count');
      const last = await begin(900_000);
      assert.equal(last.readyState, WebSocket.OPEN, 'there is room again');
      door.close();
    });

    it('answer requests without upgrade, and close with the broker', async () => {
      const port = await openPort(broker, { webSocket: true });
      assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 426);
      const connected = await client(`ws://127.0.0.1:${port}`);
      const closed = next(connected, 'close');
      await broker.listen(undefined, silent);
      await closed;
      assert.deepEqual(broker.ports, []);
    });
  });

  it('with TLS close connections without a handshake, and their clients with the broker', async () => {
    const port = await openPort(broker, { secure: secure() });
    const silentSocket = connectTcp(port, '127.0.0.1');
    await once(silentSocket, 'connect');
    const connected = await client(`mqtts://127.0.0.1:${port}`);
    const closed = Promise.all([next(connected, 'close'), once(silentSocket, 'close')]);
    await broker.listen(undefined, silent);
    await closed;
  });

  it('report a certificate that does not fit its key', async () => {
    const context = { cert: pair.cert, key: authority.sign('other').key };
    await assert.rejects(openPort(broker, { secure: { context, clientCertificate: 'none' } }), {
      code: 'embedded-listen-failed',
    });
  });

  describe('when they are set anew', () => {
    it('keep unchanged listeners with their devices, and close the others', async () => {
      const { server, url } = await webServer();
      const kept: PortOptions = { ...OPEN_PORT, secure: secure() };
      const [plain, tls] = await openListeners(broker, [OPEN_PORT, kept, path(server)]);
      const staying = [await client(`mqtts://127.0.0.1:${tls}`), await client(`ws://${url}/mqtt`)];
      const leaving = await client(`mqtt://127.0.0.1:${plain}`);
      const left = next(leaving, 'close');
      assert.deepEqual(await openListeners(broker, [path(server), kept]), [tls]);
      await left;
      for (const each of staying) await exchange(each);
    });
  });

  it('are tried again while a port is in use, which is reported once', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    const told = new Inbox<string>('reports');
    const report: ListenReport = {
      opened: (_options, port) => told.push(`opened ${port}`),
      failed: (_options, { code }) => told.push(code),
    };
    let tries = 0;
    const admission = { maximumConnections: 10, admit: () => {}, dropped: () => {} };
    const listeners = new DeviceListeners(admission, 10);
    await listeners.set([{ ...OPEN_PORT, port: address.port }], report);
    // Each try that fails is one turn of the timer; the port is given back after some of them.
    const tried = setInterval(() => tries++, 10);
    await new Promise<void>((resolve) => {
      const look = (): void => void (tries > 10 ? resolve() : setImmediate(look));
      look();
    });
    clearInterval(tried);
    assert.equal(listeners.connectionCount, 0);
    other.close();
    await told.find('the port', (text) => text === `opened ${address.port}`);
    assert.deepEqual(told.all, ['embedded-port-in-use', `opened ${address.port}`]);
    await listeners.set([], report);
  });

  it('refuse clients without rights on each listener', async () => {
    const nobody = { ...OPEN_DIRECTORY, anonymous: undefined };
    const [tcp, web] = await openListeners(broker, [OPEN_PORT, { ...OPEN_PORT, webSocket: true }], nobody);
    await assert.rejects(client(`mqtt://127.0.0.1:${tcp}`), { code: 5 });
    await assert.rejects(client(`ws://127.0.0.1:${web}`, { protocolVersion: 5 }), { code: 0x87 });
  });
});

const silent: ListenReport = { opened: () => {}, failed: () => {} };
