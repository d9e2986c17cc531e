// A server on this machine, reached by a Unix domain socket; and why it is not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestFact } from '#src/core/reports/connection-test';
import { OpeningLog, streamTo } from '../helpers/fakes/opening-log';
import { Inbox } from '../helpers/flows/inbox';

const NOBODY = 65_534;

describe('Unix socket', () => {
  let folder: string;
  let path: string;
  let server: Server | undefined;
  const accepted = new Inbox<Socket>('connections');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-socket-'));
    path = join(folder, 'my mqtt.sock');
  });
  afterEach(() => {
    for (const socket of accepted.all) socket.destroy();
    server?.close();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function listen(): Promise<void> {
    server = createServer((socket) => {
      socket.on('error', () => {});
      accepted.push(socket);
    });
    server.listen(path);
    await once(server, 'listening');
  }

  const url = (): string => `mqtt+unix://${path.replaceAll(' ', '%20')}`;

  /** Why it cannot be opened. */
  function refused(problem: string, at = url()): Promise<void> {
    return assert.rejects(
      streamTo(at)(() => {}, new AbortController().signal),
      {
        code: 'socket-unavailable',
        stage: 'socket',
        params: { path: decodeURI(at.replace('mqtt+unix://', '')), problemKey: `socket.${problem}` },
      },
    );
  }

  it('is opened in one stage, and carries bytes both ways', async () => {
    await listen();
    const log = new OpeningLog();
    const facts: TestFact[] = [];
    const stream = await streamTo(url())(log.report, log.signal, (fact) => facts.push(fact));
    assert.deepEqual(log.stages.all, ['socket']);
    assert.deepEqual(facts, [{ kind: 'found', address: path }]);
    stream.write('hello');
    const peer = await accepted.next();
    assert.equal(String((await once(peer, 'data'))[0]), 'hello');
    peer.write('welcome');
    assert.equal(String((await once(stream, 'data'))[0]), 'welcome');
    stream.destroy();
  });

  it('asks no proxy', async () => {
    await listen();
    const proxy = async () => assert.fail('a proxy was asked');
    (await streamTo(url(), { proxy })(() => {}, new AbortController().signal)).destroy();
  });

  it('reports a missing socket', async () => {
    await refused('missing');
    await refused('missing', `${url()}/below`);
  });

  it('reports that no server listens on it', async () => {
    writeFileSync(path, 'a file');
    await refused('notListening');
  });

  it('reports missing permissions', async () => {
    await listen();
    chmodSync(folder, 0o755);
    chmodSync(path, 0o600);
    // The superuser may open everything, and is nobody for a moment.
    const superuser = process.geteuid?.() === 0;
    if (superuser) process.seteuid?.(NOBODY);
    else chmodSync(path, 0);
    try {
      await refused('denied');
    } finally {
      if (superuser) process.seteuid?.(0);
    }
  });

  it('reports the code of the system for other failures', async () => {
    symlinkSync(path, path);
    const opening = streamTo(url())(() => {}, new AbortController().signal);
    await assert.rejects(opening, { code: 'connection-failed', stage: 'socket', params: { path, reason: 'ELOOP' } });
  });

  it('reports a path that is too long', async () => {
    await listen();
    // Node.js 20 would cut off the end and connect to the socket that is left.
    const room = (process.platform === 'linux' ? 107 : 103) - path.length;
    assert.ok(room > 0);
    await refused('missing', `${url()}${'x'.repeat(room)}`);
    await refused('pathTooLong', `${url()}${'x'.repeat(room + 1)}`);
  });

  it('can be aborted', async () => {
    await listen();
    const log = new OpeningLog();
    log.abort();
    await assert.rejects(streamTo(url())(log.report, log.signal), { code: 'connection-closed' });
  });
});
