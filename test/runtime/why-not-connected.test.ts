// Every way in which a server cannot be reached or is lost: what is shown, what a flow can read, and when it goes on.

import assert from 'node:assert/strict';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import type { ConnectionState } from '#src/connection/connection-state';
import type { ErrorCode, ErrorStage } from '#src/core/errors/mqtt-flows-error';
import { parseProxyUrl } from '#src/core/servers/proxy-url';
import { connectionStatus } from '#src/runtime/node/node-status';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import type { OpenStream } from '#src/transport/transport';
import { streamTo } from '../helpers/fakes/opening-log';
import { Inbox } from '../helpers/flows/inbox';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { freePort } from '../helpers/servers/free-port';
import { Listening } from '../helpers/servers/listening';
import { httpProxy, socksProxy } from '../helpers/servers/proxy-servers';
import { type Script, type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';
import { WebSocketBridge } from '../helpers/servers/websocket-bridge';

const SOON = 10;
const LONGEST = 100_000;
const WORDS = 'ask the plant office';

type Waiting = Extract<ConnectionState, { kind: 'waiting' }>;
type Codes = ErrorCode | readonly ErrorCode[];

/** `until` is the delay before the next attempt, in ms. */
interface Expected {
  readonly code: Codes;
  readonly stage: ErrorStage;
  readonly reasonCode?: number;
  readonly reasonString?: string;
  readonly until?: number;
}

describe('why there is no connection', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  function connect(
    open: OpenStream,
    options: { protocolVersion?: 5 | 4; keepalive?: number } = {},
  ): Inbox<ConnectionState> {
    const states = new Inbox<ConnectionState>('states');
    const { protocolVersion = 5, keepalive = 60 } = options;
    const connection = new Connection(
      {
        endpoints: [{ name: 'server', open }],
        protocolVersion,
        connectOptions: () => ({ clientId: 'why', keepalive, cleanStart: true }),
        connectTimeout: 1000,
        reconnect: { minDelay: SOON, maxDelay: LONGEST },
        outbox: { maxMessages: 100, maxBytes: 100_000, overflow: 'reject' },
        messages: {},
      },
      { openTransport: mqttjsTransports(), clock: systemClock, random: () => 0, report: assert.fail },
    );
    cleanups.push(() => connection.close());
    connection.watch((state) => states.push(state));
    connection.connect();
    return states;
  }

  async function fails(states: Inbox<ConnectionState>, expected: Expected): Promise<Waiting> {
    const state = await states.find('a failure', ({ kind }) => kind === 'waiting');
    assert.ok(state.kind === 'waiting');
    const { code, stage, reasonCode, reasonString, until = SOON } = expected;
    const { error } = state;
    assert.ok([code].flat().includes(error.code), error.code);
    assert.deepEqual([error.stage, error.reasonCode, error.params.reasonString], [stage, reasonCode, reasonString]);
    // An end without a known reason is shown with Node-RED's own text.
    const key = error.code === 'connection-lost' ? 'disconnected' : error.code;
    assert.match(connectionStatus(state).text ?? '', new RegExp(`status\\.${key}$`));
    const delay = state.nextAt - systemClock.now();
    assert.ok(delay > until - 1000 && delay <= until, `next attempt in ${delay} ms`);
    return state;
  }

  async function scripted(script: Script = {}): Promise<ScriptedServer> {
    const server = await ScriptedServer.start(script);
    cleanups.push(() => server.stop());
    return server;
  }

  async function listening(...server: Parameters<typeof Listening.start>): Promise<Listening> {
    const started = await Listening.start(...server);
    cleanups.push(() => started.stop());
    return started;
  }

  const plain = (port: number): OpenStream => streamTo(`mqtt://127.0.0.1:${port}`);

  describe('on the network', () => {
    it('the host is unknown', async () => {
      await fails(connect(streamTo('mqtt://no-such-host.invalid')), { code: 'host-unknown', stage: 'dns' });
    });

    it('the port is closed', async () => {
      await fails(connect(plain(await freePort())), { code: 'connection-refused', stage: 'tcp' });
    });

    it('the port is silent', async () => {
      const { port } = await listening(createTcpServer((socket) => socket.resume()));
      await fails(connect(plain(port)), { code: 'connection-timeout', stage: 'connack' });
    });

    it('a web server answers', async () => {
      const { port } = await listening(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
      const { error } = await fails(connect(plain(port)), { code: 'http-answered', stage: 'connack' });
      assert.equal(error.params.reason, '400 Bad Request');
    });

    it('the WebSocket is refused', async () => {
      const bridge = await WebSocketBridge.start(1, { answer: 403 });
      cleanups.push(() => bridge.stop());
      const states = connect(streamTo(`ws://127.0.0.1:${bridge.port}`));
      const { error } = await fails(states, { code: 'websocket-refused', stage: 'websocket' });
      assert.equal(error.params.status, 403);
    });

    for (const [kind, make, answer] of [
      ['http', httpProxy, 403],
      ['socks5', socksProxy, 2],
    ] as const) {
      it(`the proxy refuses (${kind})`, async () => {
        const { port } = await listening(make(new Inbox('requests'), { answer }));
        const proxy = parseProxyUrl(`${kind}://127.0.0.1:${port}`);
        const states = connect(streamTo('mqtt://far.example', { proxy: async () => proxy }));
        await fails(states, { code: 'proxy-refused', stage: 'proxy' });
      });
    }
  });

  describe('in TLS', function () {
    // openssl makes keys.
    this.timeout(30_000);
    let authority: Authority;
    let other: Authority;
    before(function () {
      needsOpenssl(this);
      authority = new Authority();
      // Of the same name, as one that was renewed.
      other = new Authority();
    });
    after(() => {
      authority?.remove();
      other?.remove();
    });

    const secure = (port: number): OpenStream =>
      streamTo(`mqtts://localhost:${port}`, { tls: () => ({ ca: authority.cert }) });

    /** A port for TLS before `target`, if any. */
    async function tlsPort(options: TlsOptions, target?: number): Promise<number> {
      const server = createTlsServer(options, (socket) => {
        socket.on('error', () => {});
        if (target !== undefined) join(socket, target);
      });
      return (await listening(server)).port;
    }

    function join(socket: Socket, target: number): void {
      const onward = streamTo(`mqtt://127.0.0.1:${target}`)(() => {}, new AbortController().signal);
      void onward.then((stream) =>
        socket
          .pipe(stream)
          .on('error', () => {})
          .pipe(socket),
      );
    }

    it('TLS is used with a plain port', async () => {
      const { port } = await scripted();
      await fails(connect(secure(port)), { code: ['tls-closed', 'tls-not-spoken'], stage: 'tls' });
    });

    it('a WebSocket is requested from a plain port', async () => {
      const { port } = await scripted();
      await fails(connect(streamTo(`ws://127.0.0.1:${port}`)), { code: 'websocket-not-spoken', stage: 'websocket' });
    });

    it('a port for TLS is used without TLS', async () => {
      const port = await tlsPort(authority.sign('server'));
      await fails(connect(plain(port)), { code: ['tls-required', 'closed-without-answer'], stage: 'connack' });
    });

    for (const [what, code, pair] of [
      ['has expired', 'certificate-expired', () => authority.sign('old', { from: -20, until: -10 })],
      ['is signed by itself', 'certificate-self-signed', () => authority.selfSigned('self')],
      ['is for another host', 'certificate-wrong-host', () => authority.sign('far', { names: ['DNS:far.example'] })],
      ['is of an authority that was replaced', 'certificate-unknown-issuer', () => other.sign('replaced')],
    ] as const) {
      it(`the certificate ${what}`, async () => {
        await fails(connect(secure(await tlsPort(pair()))), { code, stage: 'tls' });
      });
    }

    it('a client certificate is missing', async () => {
      const strict = {
        ca: authority.cert,
        requestCert: true,
        rejectUnauthorized: true,
        maxVersion: 'TLSv1.2',
      } as const;
      const port = await tlsPort({ ...authority.sign('server'), ...strict });
      await fails(connect(secure(port)), { code: 'tls-refused', stage: 'tls' });
    });

    it('the server stops answering', async () => {
      const server = await scripted();
      const port = await tlsPort(authority.sign('server'), server.port);
      const states = connect(secure(port), { keepalive: 1 });
      await states.find('connected', ({ kind }) => kind === 'connected');
      const { socket } = await server.clients.next();
      socket.pause();
      await fails(states, { code: 'keepalive-timeout', stage: 'connected' });
    });
  });

  describe('at CONNECT the server', () => {
    const stage = 'connack';
    for (const [what, protocolVersion, code, expected, until] of [
      ['refuses the credentials', 4, 4, 'credentials-refused', LONGEST],
      ['does not let the user in', 4, 5, 'not-authorized', LONGEST],
      ['refuses the client identifier', 4, 2, 'client-identifier-refused', LONGEST],
      ['is not available', 4, 3, 'server-unavailable', SOON],
      ['refuses the credentials', 5, 0x86, 'credentials-refused', LONGEST],
      ['does not let the user in', 5, 0x87, 'not-authorized', LONGEST],
      ['has banned the client', 5, 0x8a, 'refused-by-server', LONGEST],
      ['is busy', 5, 0x89, 'server-unavailable', SOON],
      ['is at capacity', 5, 0x97, 'refused-by-server', SOON],
      ['sends its clients away', 5, 0x9c, 'another-server', SOON],
    ] as const) {
      it(`${what} (${code}, MQTT ${protocolVersion})`, async () => {
        const v5 = protocolVersion === 5;
        const { port } = await scripted({
          connect: (client) =>
            v5
              ? client.send({
                  cmd: 'connack',
                  sessionPresent: false,
                  reasonCode: code,
                  properties: { reasonString: WORDS },
                })
              : client.connack(code),
        });
        const said = v5 ? { reasonString: WORDS } : {};
        await fails(connect(plain(port), { protocolVersion }), {
          code: expected,
          stage,
          reasonCode: code,
          until,
          ...said,
        });
      });
    }

    it('hangs up', async () => {
      const { port } = await scripted({ connect: ({ socket }) => socket.end() });
      await fails(connect(plain(port)), { code: 'closed-without-answer', stage });
    });
  });

  describe('after CONNACK the server', () => {
    const stage = 'connected';

    async function afterwards(
      happens: (client: ScriptedClient) => void,
      keepalive = 60,
    ): Promise<Inbox<ConnectionState>> {
      const server = await scripted();
      const states = connect(plain(server.port), { keepalive });
      await states.find('connected', ({ kind }) => kind === 'connected');
      happens(await server.clients.next());
      return states;
    }

    const disconnect = (reasonCode: number) => (client: ScriptedClient) =>
      client.send({ cmd: 'disconnect', reasonCode, properties: { reasonString: WORDS } });

    for (const [what, reasonCode, code, until] of [
      ['takes another client for this one', 0x8e, 'client-identifier-clash', LONGEST],
      ['is shut down', 0x8b, 'disconnected-by-server', SOON],
      ['has had enough', 0x97, 'disconnected-by-server', SOON],
      ['has moved', 0x9d, 'another-server', SOON],
    ] as const) {
      it(`${what} (${reasonCode})`, async () => {
        await fails(await afterwards(disconnect(reasonCode)), { code, stage, reasonCode, reasonString: WORDS, until });
      });
    }

    it('stops answering', async () => {
      await fails(await afterwards(({ socket }) => socket.pause(), 1), { code: 'keepalive-timeout', stage });
    });

    it('sends a malformed packet', async () => {
      const states = await afterwards(({ socket }) => socket.write(Buffer.alloc(64, 0xff)));
      await fails(states, { code: 'protocol-error', stage });
    });

    it('closes the connection without a reason', async () => {
      await fails(await afterwards(({ socket }) => socket.resetAndDestroy()), { code: 'connection-lost', stage });
    });
  });

  it('the keep-alive is the one that the server asks for', async () => {
    const server = await scripted({
      connect: (client) =>
        client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: { serverKeepAlive: 1 } }),
    });
    connect(plain(server.port));
    // Our own keep-alive is a minute.
    await server.packet('pingreq');
  });
});
