// An IPv6 address with a zone: it is connected to with the zone, which nobody else gets to see.

import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer as createTlsServer } from 'node:tls';
import { WebSocketServer } from 'ws';
import { streamTo } from '../helpers/fakes/opening-log';
import { Inbox } from '../helpers/flows/inbox';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { Listening } from '../helpers/servers/listening';

const never = new AbortController().signal;
const ignore = (): void => {};

/** A link-local address of this machine and its interface; otherwise the loopback address, which may have a zone too. */
function zoned(): { readonly address: string; readonly zone: string } | undefined {
  const all = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map(({ address, internal, family }) => ({ zone: name, address, internal, family })),
  );
  const own = all.filter(({ family }) => family === 'IPv6');
  return own.find(({ address }) => address.startsWith('fe80:')) ?? own.find(({ internal }) => internal);
}

describe('an address with a zone', () => {
  let address = '';
  let zone = '';
  let authority: Authority;
  let listening: Listening | undefined;
  before(function () {
    const found = zoned();
    if (!found) this.skip();
    needsOpenssl(this);
    ({ address, zone } = found);
    authority = new Authority();
  });
  afterEach(() => listening?.stop());
  after(() => authority?.remove());

  async function start(server: Server): Promise<number> {
    listening = await Listening.start(server, `${address}%${zone}`);
    return listening.port;
  }

  for (const percent of ['%', '%25']) {
    it(`is used to connect, written with ${percent}`, async () => {
      const accepted = new Inbox<Socket>('connections');
      const port = await start(createTcpServer((socket) => accepted.push(socket.resume())));
      const stream = await streamTo(`mqtt://[${address}${percent}${zone}]:${port}`)(ignore, never);
      await accepted.next();
      stream.destroy();
    });
  }

  it('is verified by TLS without its zone', async () => {
    const port = await start(createTlsServer(authority.sign('here', { names: [`IP:${address}`] })));
    const tls = { ca: authority.cert };
    (await streamTo(`mqtts://[${address}%25${zone}]:${port}`, { tls: () => tls })(ignore, never)).destroy();
    await listening?.stop();
    const elsewhere = await start(createTlsServer(authority.sign('elsewhere', { names: ['IP:fe80::1234'] })));
    const wrong = streamTo(`mqtts://[${address}%25${zone}]:${elsewhere}`, { tls: () => tls })(ignore, never);
    await assert.rejects(wrong, { code: 'certificate-wrong-host' });
  });

  it('is sent to a web server without its zone', async () => {
    const http = createHttpServer();
    const requests = new Inbox<string | undefined>('Host headers');
    new WebSocketServer({ server: http }).on('connection', (_socket, { headers }) => requests.push(headers.host));
    const port = await start(http);
    const stream = await streamTo(`ws://[${address}%25${zone}]:${port}/mqtt`)(ignore, never);
    assert.equal(await requests.next(), `[${address}]:${port}`);
    stream.destroy();
  });

  it('is sent to a proxy without its zone', async () => {
    const http = createHttpServer();
    const asked = new Inbox<string | undefined>('CONNECT requests');
    http.on('connect', ({ url }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
    const port = await start(http);
    const proxy = async () => ({ kind: 'http', host: `${address}%${zone}`, port, username: '', password: '' }) as const;
    (await streamTo(`mqtt://[fe80::7%25${zone}]:1883`, { proxy })(ignore, never)).destroy();
    assert.equal(await asked.next(), '[fe80::7]:1883');
  });
});
