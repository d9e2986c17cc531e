// Devices of the embedded broker on slow links: what the operating system takes of a write shows that they read.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as openTls } from 'node:tls';
import { generate, type Packet } from 'mqtt-packet';
import { WebSocket } from 'ws';
import { Broker } from '#src/broker/broker';
import type { BrokerClock } from '#src/broker/broker-clock';
import { openAccess } from '#src/broker/clients/access';
import { silentListener } from '#src/broker/clients/broker-listener';
import { defaultSettings } from '#src/broker/clients/broker-settings';
import { DevicePort } from '#src/transport/embedded/device-port';
import { sentCount } from '#src/transport/streams/link-movement';
import { Inbox } from '../helpers/flows/inbox';
import { findProgram, repository, skipWithout } from '../helpers/package/environment';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { OPEN_PORT } from '../helpers/servers/open-port';

/** The clock of the broker runs so many times as fast as that of the test. */
const HASTE = 10;
/** bytes in a second of the broker */
const RATE = 4000;
const LARGE = 250_000;

const hastyClock: BrokerClock = {
  now: () => performance.now() * HASTE,
  wall: () => Date.now(),
  after: (delay, task) => void setTimeout(task, delay / HASTE).unref(),
  every(interval, task) {
    const timer = setInterval(task, interval / HASTE).unref();
    return () => clearInterval(timer);
  },
};

describe('embedded broker and slow links', () => {
  it('a device that reads 4 kB in a second gets a message that takes a minute', async function () {
    // What the system holds of a slow link is a matter of the system.
    if (process.platform !== 'linux') return this.skip();
    const python = skipWithout(this, 'python3', findProgram('python3'));
    const broker = await Broker.open({
      settings: { ...defaultSettings, systemInterval: 0 },
      access: openAccess,
      listener: silentListener,
      clock: hastyClock,
      defer: (task) => void setImmediate(task),
      randomName: () => 'name',
      heap: () => 0,
      store: undefined,
    });
    const server = createServer((socket) => {
      broker.accept(socket, { address: '', local: false }, sentCount(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = join(repository, 'test/helpers/servers/slow_reader.py');
    const reader = spawn(python, [script, String(port), String(RATE * HASTE), String(LARGE)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface(reader.stdout)[Symbol.asyncIterator]();
      assert.equal((await lines.next()).value, 'subscribed');
      const publisher = openSocket(port, '127.0.0.1');
      const send = (packet: Packet): void => void publisher.write(generate(packet));
      const version = { protocolId: 'MQTT', protocolVersion: 4 } as const;
      send({ cmd: 'connect', ...version, clientId: 'publisher', clean: true, keepalive: 0 });
      send({ cmd: 'publish', topic: 'large', payload: Buffer.alloc(LARGE), qos: 0, retain: false, dup: false });
      const got = Number((await lines.next()).value);
      assert.ok(got >= LARGE, `it got ${got} bytes of ${LARGE}`);
      publisher.destroy();
    } finally {
      reader.kill('SIGKILL');
      await broker.close();
      server.close();
    }
  }).timeout(60_000);

  for (const [way, webSocket, tls] of [
    ['TCP', false, false],
    ['TLS', false, true],
    ['WebSocket', true, false],
    ['WebSocket with TLS', true, true],
  ] as const) {
    it(`by ${way}, the bytes that the system has taken are known while a write is under way`, async function () {
      if (tls) needsOpenssl(this);
      const authority = tls ? new Authority() : undefined;
      const context = authority?.sign('localhost');
      const devices = new Inbox<Duplex>('devices');
      const device = await DevicePort.open(
        { ...OPEN_PORT, webSocket, secure: context && { context, clientCertificate: 'none' } },
        { maximumConnections: 10, admit: (each) => devices.push(each), dropped: () => {} },
      );
      const port = device.port ?? 0;
      const socket = tls ? openTls({ port, rejectUnauthorized: false }) : openSocket(port, '127.0.0.1');
      socket.on('error', () => {});
      const createConnection = (): Duplex => socket;
      if (webSocket) new WebSocket('ws://localhost', 'mqtt', { createConnection }).on('error', () => {});
      try {
        const stream = await devices.next();
        stream.on('error', () => {});
        socket.pause();
        const sent = sentCount(stream);
        assert.ok(sent);
        const before = sent();
        const size = 50_000_000;
        stream.write(Buffer.alloc(size));
        while (sent() === before) await pause(1);
        assert.ok(
          stream.writableLength > 0 && sent() < size,
          `${sent()} bytes, ${stream.writableLength} in the stream`,
        );
      } finally {
        socket.destroy();
        await device.close();
        authority?.remove();
      }
    });
  }
});
