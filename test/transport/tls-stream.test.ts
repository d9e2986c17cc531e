// TLS to a server: what is verified, what the server sees, and the failures.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTcpServer, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer, type TLSSocket, type TlsOptions as TlsServerOptions } from 'node:tls';
import type { TestFact } from '#src/core/reports/connection-test';
import type { TlsOptions } from '#src/transport/streams/tls-stream';
import { OpeningLog, streamTo } from '../helpers/fakes/opening-log';
import { openTransport } from '../helpers/fakes/transport-listener';
import { Inbox } from '../helpers/flows/inbox';
import { Authority, type KeyPair, needsOpenssl } from '../helpers/servers/certificates';
import { Listening } from '../helpers/servers/listening';
import { type Script, ScriptedServer } from '../helpers/servers/scripted-server';

describe('TLS stream', () => {
  let authority: Authority;
  let other: Authority;
  let good: KeyPair;
  let server: Listening;
  let secured: Inbox<TLSSocket>;

  before(function () {
    needsOpenssl(this);
    authority = new Authority();
    other = new Authority();
    good = authority.sign('good');
  });
  after(() => {
    authority?.remove();
    other?.remove();
  });
  afterEach(() => server?.stop());

  async function start(options: TlsServerOptions, host = '127.0.0.1'): Promise<void> {
    secured = new Inbox('secure connections');
    const tls = createServer(options, (socket) => {
      socket.on('error', () => {});
      socket.resume();
      secured.push(socket);
    });
    server = await Listening.start(tls, host);
  }

  function open(options: TlsOptions = {}, host = 'localhost', log = new OpeningLog()): ReturnType<typeof opened> {
    return opened(`mqtts://${host}:${server.port}`, { ca: authority.cert, ...options }, log);
  }

  function opened(url: string, options: TlsOptions, log: OpeningLog) {
    return streamTo(url, { tls: () => options })(log.report, log.signal);
  }

  /** Opens a stream that must fail. */
  async function refused(options: TlsOptions, host = 'localhost'): Promise<Record<string, unknown>> {
    const error: unknown = await open(options, host).then(
      () => assert.fail('the stream was opened'),
      (reason: unknown) => reason,
    );
    await server.allGone();
    return error as Record<string, unknown>;
  }

  it('reports its stages, and sends the name of the server', async () => {
    await start({ ...good });
    const log = new OpeningLog();
    const stream = await open({}, 'localhost', log);
    assert.deepEqual(log.stages.all, ['dns', 'tcp', 'tls']);
    assert.equal((await secured.next()).servername, 'localhost');
    stream.destroy();
    await server.allGone();
  });

  it('sends no IP address as server name, but verifies it', async () => {
    await start({ ...good });
    const stream = await open({}, '127.0.0.1');
    assert.equal((await secured.next()).servername, false);
    stream.destroy();
  });

  it('reaches an IPv6 address', async function () {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    if (!addresses.some(({ address }) => address === '::1')) this.skip();
    await start({ ...good }, '::1');
    (await open({}, '[::1]')).destroy();
    await server.stop();
    await start({ ...authority.sign('far', { names: ['IP:127.0.0.1', 'DNS:localhost'] }) }, '::1');
    await assert.rejects(open({}, '[::1]'), { code: 'certificate-wrong-host' });
  });

  it('sends the server name and the protocol that are set', async () => {
    const named = authority.sign('named', { names: ['DNS:mqtt.example'] });
    await start({ ...named, ALPNProtocols: ['x-amzn-mqtt-ca', 'mqtt'] });
    const stream = await open({ servername: 'mqtt.example', ALPNProtocols: ['mqtt'] }, '127.0.0.1');
    const socket = await secured.next();
    assert.deepEqual([socket.servername, socket.alpnProtocol], ['mqtt.example', 'mqtt']);
    stream.destroy();
  });

  it('carries bytes both ways, without delay', async () => {
    await start({ ...good });
    const stream = await open();
    (await secured.next()).write('hello');
    assert.equal(String((await once(stream, 'data'))[0]), 'hello');
    stream.destroy();
  });

  const bad: readonly [what: string, code: string, pair: () => KeyPair][] = [
    ['has expired', 'certificate-expired', () => authority.sign('old', { from: -20, until: -10 })],
    ['is not valid yet', 'certificate-not-yet-valid', () => authority.sign('new', { from: 10, until: 20 })],
    ['is signed by itself', 'certificate-self-signed', () => authority.selfSigned('self')],
    ['is for another host', 'certificate-wrong-host', () => authority.sign('far', { names: ['DNS:far.example'] })],
    ['comes from an authority that was replaced', 'certificate-unknown-issuer', () => other.sign('replaced')],
  ];
  for (const [what, code, pair] of bad) {
    it(`refuses a certificate that ${what}, and leaves no socket`, async () => {
      await start({ ...pair() });
      const error = await refused({});
      assert.deepEqual([error.code, error.stage], [code, 'tls']);
    });

    it(`takes a certificate that ${what} where verification is switched off`, async () => {
      await start({ ...pair() });
      (await open({ rejectUnauthorized: false })).destroy();
      await server.allGone();
    });
  }

  it('refuses a certificate from an authority that it does not know', async () => {
    await start({ ...good });
    assert.equal((await streamError(`mqtts://localhost:${server.port}`)).code, 'certificate-unknown-issuer');
  });

  it('names the hosts of a certificate that is for another host', async () => {
    await start({ ...authority.sign('far', { names: ['DNS:far.example'] }) });
    assert.deepEqual(await refused({}).then(({ params }) => params), {
      host: 'localhost',
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
      names: 'DNS:far.example',
    });
  });

  it('names the subject of a certificate by common name, organization or alternative names', async () => {
    for (const [subject, shown] of [
      ['/CN=broker/O=Plant', 'broker'],
      ['/O=Plant', 'Plant'],
      ['/', 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1'],
    ] as const) {
      await start({ ...authority.sign('named', { subject }) });
      const facts: TestFact[] = [];
      const log = new OpeningLog();
      const url = `mqtts://localhost:${server.port}`;
      const stream = await streamTo(url, { tls: () => ({ ca: authority.cert }) })(log.report, log.signal, (fact) =>
        facts.push(fact),
      );
      stream.destroy();
      await server.stop();
      const certificate = facts.find(({ kind }) => kind === 'certificate');
      assert.ok(certificate?.kind === 'certificate');
      assert.deepEqual([certificate.subject, certificate.issuer], [shown, 'Test authority']);
    }
  });

  it('verifies certificates, even with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    await start({ ...good });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      assert.equal((await streamError(`mqtts://localhost:${server.port}`)).code, 'certificate-unknown-issuer');
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    describe(`to a server that requires a client certificate (${maxVersion})`, () => {
      const strict = (): TlsServerOptions => {
        return { ...good, ca: authority.cert, requestCert: true, rejectUnauthorized: true, maxVersion };
      };

      /** With TLS 1.3, the client is connected before the server has checked the client certificate. */
      async function codeOfFailure(options: TlsOptions): Promise<string> {
        const tls = { ca: authority.cert, ...options };
        const url = `mqtts://localhost:${server.port}`;
        const { listener } = openTransport(streamTo(url, { tls: () => tls }));
        const error = await listener.ends.next();
        await server.allGone();
        return error.code;
      }

      it('sends it', async () => {
        await start(strict());
        const stream = await open({ ...authority.sign('client') });
        assert.equal((await secured.next()).getPeerCertificate().subject.CN, 'client');
        stream.destroy();
      });

      it('reports that it is missing', async () => {
        await start(strict());
        assert.match(
          await codeOfFailure({}),
          maxVersion === 'TLSv1.3' ? /^(client-certificate-required|closed-without-answer)$/ : /^tls-refused$/,
        );
      });

      it('reports that it is refused', async () => {
        await start(strict());
        assert.match(
          await codeOfFailure({ ...other.sign('stranger') }),
          /^(client-certificate-refused|closed-without-answer|tls-closed)$/,
        );
      });
    });
  }

  it('reports a client certificate that cannot be read', async () => {
    await start({ ...good });
    assert.equal((await refused({ cert: 'none', key: 'none' })).code, 'tls-config-invalid');
  });

  it('reports a key that does not belong to its certificate', async () => {
    await start({ ...good });
    const { cert } = authority.sign('client');
    assert.equal((await refused({ cert, key: authority.sign('client').key })).code, 'tls-config-invalid');
  });

  it('reports that its ALPN protocol is refused', async () => {
    await start({ ...good, ALPNProtocols: ['mqtt'] });
    assert.match(String((await refused({ ALPNProtocols: ['other'] })).code), /^tls-(refused|closed)$/);
  });

  const answers: readonly [what: string, code: string, serve: (socket: Socket) => void][] = [
    [
      'speaks HTTP',
      'tls-not-spoken',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ],
    ['speaks MQTT', 'tls-not-spoken', (socket) => socket.once('data', () => socket.write('\x20\x02\x00\x01\x00\x00'))],
    [
      'sends an alert that has no words of ours',
      'tls-failed',
      (socket) => socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 80]))),
    ],
    ['hangs up', 'tls-closed', (socket) => socket.once('data', () => socket.end())],
    ['cuts the line', 'tls-closed', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ];
  for (const [what, code, serve] of answers) {
    it(`explains a port that ${what}`, async () => {
      server = await Listening.start(createTcpServer(serve));
      const error = await refused({});
      assert.deepEqual([error.code, error.stage], [code, 'tls']);
    });
  }

  it('can be aborted during the handshake, and leaves no socket', async () => {
    server = await Listening.start(createTcpServer((socket) => socket.resume()));
    const log = new OpeningLog();
    const stream = open({}, 'localhost', log);
    await log.stages.find('tls', (stage) => stage === 'tls');
    await server.sockets.next();
    log.abort();
    await assert.rejects(stream, { code: 'connection-closed', stage: 'tls' });
    await server.allGone();
  });

  it('ignores an abort after the handshake, and removes its listener', async () => {
    await start({ ...good });
    const log = new OpeningLog();
    const stream = await open({}, 'localhost', log);
    log.abort();
    assert.equal(stream.destroyed, false);
    stream.destroy();
    await server.allGone();
  });

  async function streamError(url: string): Promise<Record<string, unknown>> {
    const log = new OpeningLog();
    const error: unknown = await streamTo(url)(log.report, log.signal).catch((reason: unknown) => reason);
    return error as Record<string, unknown>;
  }
});

describe('What answers instead of an MQTT server', () => {
  const cases: readonly [what: string, code: string, script: Script, reason?: string][] = [
    [
      'a web server',
      'http-answered',
      { connect: ({ socket }) => socket.end('HTTP/1.1 400 Bad\u0007 Request\r\nServer: x\r\n\r\n') },
      '400 Bad Request',
    ],
    [
      'a secure shell',
      'protocol-error',
      { connect: ({ socket }) => socket.end('SSH-2.0-OpenSSH_9\r\n') },
      'SSH-2.0-OpenSSH_9',
    ],
    [
      'something unknown',
      'protocol-error',
      { connect: ({ socket }) => socket.end(Buffer.from([0xff, 0x00, 0x01])) },
      'ff 00 01',
    ],
    ['a TLS alert', 'tls-required', { connect: ({ socket }) => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])) }],
    ['nothing, and the line is closed', 'closed-without-answer', { connect: ({ socket }) => socket.end() }],
    ['nothing, and the line is cut', 'closed-without-answer', { connect: ({ socket }) => socket.resetAndDestroy() }],
  ];
  for (const [what, code, script, reason] of cases) {
    it(`is recognized: ${what}`, async () => {
      const server = await ScriptedServer.start(script);
      const { listener } = openTransport(streamTo(`mqtt://127.0.0.1:${server.port}`));
      const error = await listener.ends.next();
      assert.deepEqual([error.code, error.stage], [code, 'connack']);
      if (reason !== undefined) assert.equal(error.params.reason, reason);
      await server.clients.all[0]?.gone();
      assert.equal(listener.ends.all.length, 1);
      await server.stop();
    });
  }

  it('is TLS where a plain client meets a port for TLS', async function () {
    needsOpenssl(this);
    const authority = new Authority();
    const server = await Listening.start(createServer({ ...authority.sign('server') }));
    const { listener } = openTransport(streamTo(`mqtt://127.0.0.1:${server.port}`));
    // Node.js's own server says nothing before it closes; others send an alert.
    assert.match((await listener.ends.next()).code, /^(tls-required|closed-without-answer)$/);
    await server.stop();
    authority.remove();
  });

  it('is looked for in the first bytes only', async () => {
    const server = await ScriptedServer.start();
    const { listener, transport } = openTransport(async (report, signal) => {
      const stream = await streamTo(`mqtt://127.0.0.1:${server.port}`)(report, signal);
      assert.ok(stream instanceof Socket);
      streams.push(stream);
      return stream;
    });
    await listener.servers.next();
    // What is left is the pipe into mqtt.js.
    assert.equal(streams[0]?.listenerCount('data'), 1);
    transport.destroy();
    await server.stop();
  });
  const streams: Socket[] = [];
});
