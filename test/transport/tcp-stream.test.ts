// TCP connections to a server: stages, failures, and giving up.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import type { ErrorStage } from '#src/core/errors/mqtt-flows-error';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { Inbox } from '../helpers/flows/inbox';
import { freePort } from '../helpers/servers/free-port';

describe('TCP stream', () => {
  let server: Server;
  let port = 0;
  const accepted = new Inbox<Socket>('accepted connections');
  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      accepted.push(socket);
    });
    port = await freePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    for (const socket of accepted.all) socket.destroy();
    server.close();
  });

  const never = new AbortController().signal;
  const ignore = (): void => {};

  it('reports its stages, looking up the host and connecting', async () => {
    const stages: ErrorStage[] = [];
    const stream = await tcpStream('localhost', port)((stage) => stages.push(stage), never);
    assert.deepEqual(stages, ['dns', 'tcp']);
    stream.destroy();
  });

  it('sends small packets at once', async () => {
    const stream = await tcpStream('127.0.0.1', port)(ignore, never);
    // Node.js has no way to ask a socket for TCP_NODELAY but the mark that it keeps for itself.
    const mark = Object.getOwnPropertySymbols(stream).find(({ description }) => description === 'kSetNoDelay');
    assert.ok(mark);
    assert.equal(Reflect.get(stream, mark), true);
    stream.destroy();
  });

  for (const host of ['127.0.0.1', 'localhost']) {
    it(`reports that nothing listens on a port of ${host}`, async () => {
      const closed = await freePort();
      await assert.rejects(tcpStream(host, closed, () => false)(ignore, never), {
        code: 'connection-refused',
        stage: 'tcp',
        params: { host, port: closed, reason: 'ECONNREFUSED' },
      });
    });
  }

  it('reports an unknown host', async () => {
    const host = 'no-such-host.invalid';
    await assert.rejects(tcpStream(host, 1883)(ignore, never), { code: 'host-unknown', stage: 'dns' });
  });

  it('can be aborted, and leaves no socket', async () => {
    const giveUp = new AbortController();
    const stream = tcpStream('127.0.0.1', port)(ignore, giveUp.signal);
    giveUp.abort();
    await assert.rejects(stream, { code: 'connection-closed' });
    // If the server has accepted it nevertheless, it has done so before it accepted the next one.
    const next = await tcpStream('127.0.0.1', port)(ignore, never);
    assert.ok(next instanceof Socket);
    const { localPort } = next;
    await accepted.find('the next connection', ({ remotePort }) => remotePort === localPort);
    next.destroy();
    await Promise.all(accepted.all.map(gone));
  });

  it('does not start when it was aborted before', async () => {
    await assert.rejects(tcpStream('127.0.0.1', port)(ignore, AbortSignal.abort()), { code: 'connection-closed' });
  });

  it('ignores an abort after it is connected', async () => {
    const giveUp = new AbortController();
    const stream = await tcpStream('127.0.0.1', port)(ignore, giveUp.signal);
    giveUp.abort();
    assert.equal(stream.destroyed, false);
    stream.destroy();
  });
});

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
