// How bytes move below a stream, as the socket counts them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { LinkMovement } from '#src/transport/streams/link-movement';
import { Listening } from '../helpers/servers/listening';

/** bytes; more than both ends of a socket on this machine take without a reader */
const MUCH = 32 * 1024 * 1024;

describe('link movement', () => {
  let server: Listening;
  let socket: Socket;
  beforeEach(async () => {
    server = await Listening.start(createServer({ pauseOnConnect: true }));
    socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
  });
  afterEach(async () => {
    socket.destroy();
    await server.stop();
  });

  it('counts as busy for the time that a slow link needs, once the system takes no more', async () => {
    const movement = new LinkMovement(socket, () => 0);
    assert.deepEqual(movement.progress, { received: 0, sent: 0, waiting: 0, busyFor: 0 });
    socket.write(Buffer.alloc(MUCH));
    while (movement.progress.sent === 0) await turn();
    const { sent, waiting, busyFor } = movement.progress;
    assert.ok(waiting > 0);
    assert.equal(sent + waiting, MUCH);
    // 4 MiB at 20 kB a second.
    assert.equal(busyFor, (4 * 1024 * 1024) / 20);
  });

  it('counts the time that a slow link needs for a packet from its write on', () => {
    let now = 0;
    const movement = new LinkMovement(socket, () => now);
    movement.wrote(20_000);
    movement.wrote(20_000);
    assert.equal(movement.progress.busyFor, 2000);
    now = 1500;
    assert.equal(movement.progress.busyFor, 500);
  });

  it('is none for a stream without a socket', () => {
    assert.deepEqual(new LinkMovement(new PassThrough(), () => 0).progress, {
      received: 0,
      sent: 0,
      waiting: 0,
      busyFor: 0,
    });
  });
});
