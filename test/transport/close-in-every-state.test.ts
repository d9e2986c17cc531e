// Closing a connection over the real wire, whatever it is doing: it takes no two seconds, and nothing stays open.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import type { ConnectionState } from '#src/connection/connection-state';
import { parseProxyUrl } from '#src/core/servers/proxy-url';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import type { OpenStream } from '#src/transport/transport';
import { filterOf } from '../core/parsed';
import { streamTo } from '../helpers/fakes/opening-log';
import { Inbox } from '../helpers/flows/inbox';
import { leftBehind, openHandles } from '../helpers/process/open-handles';
import { timed } from '../helpers/process/own-time';
import { freePort } from '../helpers/servers/free-port';
import { Listening } from '../helpers/servers/listening';
import { ScriptedServer, silent } from '../helpers/servers/scripted-server';

/** ms */
const LIMIT = 2000;
const CLOSE_MESSAGE = { topic: 'closed', payload: '', qos: 1, retain: false } as const;

describe('closing a connection', () => {
  let silence: Listening;
  let server: ScriptedServer;
  let states: Inbox<ConnectionState>;
  let connection: Connection;
  let before: string[];

  beforeEach(async () => {
    // Takes every byte, and answers none.
    silence = await Listening.start(createServer((socket) => socket.resume()));
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await connection.close();
    await silence.stop();
    await server.stop();
  });

  async function connect(open: OpenStream): Promise<void> {
    // The timer of the test itself is set once its function has returned.
    await setImmediate();
    before = openHandles();
    states = new Inbox('states');
    connection = new Connection(
      {
        endpoints: [{ name: 'server', open }],
        protocolVersion: 5,
        connectOptions: () => ({ clientId: 'close', keepalive: 60, cleanStart: true }),
        connectTimeout: 60_000,
        reconnect: { minDelay: 60_000, maxDelay: 60_000 },
        outbox: { maxMessages: 100, maxBytes: 100_000, overflow: 'reject' },
        messages: { close: CLOSE_MESSAGE },
      },
      {
        openTransport: mqttjsTransports(),
        clock: systemClock,
        random: Math.random,
        report: (error) => assert.fail(error),
      },
    );
    connection.watch((state) => states.push(state));
    connection.subscribe({
      subscriptions: [{ filter: filterOf('a'), qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      deliver() {},
      stateChanged() {},
    });
    connection.connect();
  }

  async function reaches(stage: string): Promise<void> {
    await states.find(stage, (state) => (state.kind === 'connecting' ? state.stage : state.kind) === stage);
  }

  /** Closes, twice at once, and returns the number of publications that were given back. */
  async function closed(): Promise<number> {
    const { value, time } = await timed(() => Promise.all([connection.close(), connection.close()]));
    assert.ok(time < LIMIT, `${time} ms`);
    assert.equal(connection.state.kind, 'closed');
    await Promise.all([...silence.sockets.all, ...server.clients.all.map(({ socket }) => socket)].map(gone));
    assert.deepEqual(await leftBehind(before), []);
    return value[0];
  }

  function gone(socket: {
    readonly closed: boolean;
    once(event: 'close', listener: () => void): unknown;
  }): Promise<void> {
    return new Promise((resolve) => {
      if (socket.closed) resolve();
      else socket.once('close', resolve);
    });
  }

  function publish(qos: 1 | 2): void {
    connection.publish({ topic: 'b', payload: '', qos, retain: false }, () => {});
  }

  it('before connect()', async () => {
    await connect(streamTo(`mqtt://127.0.0.1:${silence.port}`));
    await connection.disconnect();
    publish(1);
    assert.equal(await closed(), 1);
  });

  it('while the host is looked up', async () => {
    await connect(streamTo('mqtt://no-such-host.invalid'));
    await reaches('dns');
    await closed();
  });

  it('while TCP connects', async () => {
    await connect(streamTo(`mqtt://127.0.0.1:${silence.port}`));
    await reaches('tcp');
    await closed();
  });

  for (const [stage, open] of [
    ['tls', () => streamTo(`mqtts://127.0.0.1:${silence.port}`)],
    ['websocket', () => streamTo(`ws://127.0.0.1:${silence.port}`)],
    ['connack', () => streamTo(`mqtt://127.0.0.1:${silence.port}`)],
    ...['http', 'socks5'].map((kind) => {
      const proxy = parseProxyUrl(`${kind}://127.0.0.1`);
      return [
        'proxy',
        () => streamTo('mqtt://far.example', { proxy: async () => proxy && { ...proxy, port: silence.port } }),
      ];
    }),
  ] as [string, () => OpenStream][]) {
    it(`while nothing answers at the stage ${stage}`, async () => {
      await connect(open());
      await reaches(stage);
      // This side has sent everything.
      const socket = await silence.sockets.next();
      if (socket.bytesRead === 0) await new Promise((resolve) => socket.once('data', resolve));
      publish(1);
      assert.equal(await closed(), 1);
    });
  }

  it('while it waits for the next attempt', async () => {
    await connect(streamTo(`mqtt://127.0.0.1:${await freePort()}`));
    await reaches('waiting');
    await closed();
  });

  it('while it is connected', async () => {
    await connect(streamTo(`mqtt://127.0.0.1:${server.port}`));
    await reaches('connected');
    assert.equal(await closed(), 0);
    assert.equal(server.count('disconnect'), 1);
  });

  for (const [what, qos, script] of [
    ['PUBACK', 1, { publish: silent }],
    ['PUBREC', 2, { publish: silent }],
    ['PUBCOMP', 2, { pubrel: silent }],
  ] as const) {
    it(`while ${what} does not come`, async () => {
      server.script = script;
      await connect(streamTo(`mqtt://127.0.0.1:${server.port}`));
      await reaches('connected');
      publish(qos);
      await server.packet(what === 'PUBCOMP' ? 'pubrel' : 'publish');
      assert.equal(await closed(), 1);
      assert.equal(server.count('disconnect'), 1);
    });
  }

  it('while the server answers nothing and reads nothing', async () => {
    server.script = { publish: silent, subscribe: silent, unsubscribe: silent };
    await connect(streamTo(`mqtt://127.0.0.1:${server.port}`));
    await reaches('connected');
    publish(2);
    const { socket } = await server.clients.next();
    socket.pause();
    const { value, time } = await timed(() => Promise.all([connection.close(), connection.close()]));
    assert.ok(time < LIMIT, `${time} ms`);
    assert.equal(value[0], 1);
    socket.destroy();
    assert.deepEqual(await leftBehind(before), []);
  });

  it('while it is being disconnected', async () => {
    await connect(streamTo(`mqtt://127.0.0.1:${server.port}`));
    await reaches('connected');
    const disconnected = connection.disconnect();
    await closed();
    await disconnected;
  });
});
