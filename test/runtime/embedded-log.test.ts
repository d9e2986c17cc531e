// What the log says of the devices of the broker inside Node-RED: who comes, who is refused and why, who is lost.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { generate, type IConnectPacket } from 'mqtt-packet';
import type { Node, NodeAPI } from 'node-red';
import { EVERYTHING } from '#src/broker/access/user-directory';
import { EmbeddedLog } from '#src/runtime/broker/embedded-log';
import { LevelError } from '#src/runtime/storage/level-folder';
import { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';
import { catalogue } from '../helpers/package/catalogues';
import { openPort } from '../helpers/servers/open-port';

const USERNAME = 'device';
const PASSWORD = 'secret of the device';

describe('log of the embedded broker', () => {
  const texts = catalogue('en-US', 'broker');
  let lines: string[];
  let events: EventEmitter;
  let log: EmbeddedLog;
  let broker: EmbeddedBroker;
  let port: number;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    lines = [];
    events = new EventEmitter();
    // The log uses nothing else of Node-RED.
    const RED = { _: translate, events, log: { addHandler: () => {}, removeHandler: () => {} } } as unknown as NodeAPI;
    log = new EmbeddedLog(RED, node('broker'), () => 0);
    broker = new EmbeddedBroker({ listener: log });
    const login = { kind: 'secret', secret: PASSWORD } as const;
    const users = new Map([[USERNAME, { login, rights: EVERYTHING }]]);
    port = await openPort(broker, {}, { users, anonymous: undefined });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await broker.close();
  });

  /** As Node-RED fills in the texts of a catalogue: each value once, whatever is in it. */
  function translate(key: string, values: Record<string, unknown>): string {
    const text = texts.get(key.replace(/^.*:/, '')) ?? String(values.defaultValue ?? key);
    return text.replace(/__(\w+?)__/g, (_all, name: string) => String(values[name]));
  }

  function node(id: string): Node {
    const line = (level: string) => (text: unknown) => void lines.push(`${level}: ${text}`);
    const levels = { debug: line('debug'), log: line('log'), warn: line('warn'), error: line('error') };
    return { id, on: () => {}, ...levels } as unknown as Node;
  }

  /** Sends CONNECT, and resolves when something has come back. */
  async function device(options: Partial<IConnectPacket>): Promise<Socket> {
    return socketWith(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 0,
        clientId: '',
        ...options,
      }),
    );
  }

  async function socketWith(bytes: Buffer): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    socket.write(bytes);
    await once(socket, 'data');
    return socket;
  }

  it('names refused clients, their address, and the reason', async () => {
    await device({ clientId: 'kitchen' });
    await device({ clientId: 'cellar', username: USERNAME });
    await device({ clientId: 'attic', username: USERNAME, password: Buffer.from('wrong one') });
    // Protocol level 9.
    await socketWith(Buffer.from([0x10, 0x0c, 0, 4, 0x4d, 0x51, 0x54, 0x54, 9, 2, 0, 0, 0, 0]));
    assert.deepEqual(lines, [
      'warn: Device "kitchen" at 127.0.0.1 was refused: it sent neither a user name nor a password',
      'warn: Device "cellar" at 127.0.0.1 was refused: it sent no password',
      'warn: Device "attic" at 127.0.0.1 was refused: wrong user name or password',
      'warn: A device at 127.0.0.1 was refused: it speaks another protocol, or a version of MQTT that is not known',
    ]);
  });

  it('names what a device or a browser speaks in place of MQTT', async () => {
    await once(connectSecurely({ host: '127.0.0.1', port }), 'error');
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`, { method: 'PUT', body: 'on' }));
    const refused = 'warn: A device at 127.0.0.1 was refused';
    const where = 'in the tab Devices of the broker node';
    const tls = `${refused}: it speaks TLS, and this port does not. Turn off TLS in the device, or add a port with TLS ${where}`;
    const http = `${refused}: it speaks HTTP, as a browser does, and this port is for MQTT. For WebSocket, add a way to connect ${where}`;
    assert.deepEqual(lines, [tls, http, http]);
  });

  it('never contains a password, and no control characters of a client identifier', async () => {
    const clientId = 'kitchen\n28 Nov 12:00:00 - [info] Started flows\u202e __address__';
    await device({ clientId, username: USERNAME, password: Buffer.from('a wrong password') });
    assert.deepEqual(lines, [
      'warn: Device "kitchen 28 Nov 12:00:00 - [info] Started flows __address__" at 127.0.0.1 was refused: wrong user name or password',
    ]);
  });

  it('names clients that connect, and clients whose connection breaks', async () => {
    const socket = await device({ clientId: 'attic', username: USERNAME, password: Buffer.from(PASSWORD) });
    const closed = once(socket, 'close');
    socket.end();
    await closed;
    assert.deepEqual(lines, [
      'log: Device "attic" has connected from 127.0.0.1 as user "device" (MQTT 3.1.1)',
      'log: The connection of device "attic" at 127.0.0.1 has ended: the connection broke',
    ]);
  });

  it('reports a normal disconnection at level debug only', async () => {
    const socket = await device({ clientId: 'attic', username: USERNAME, password: Buffer.from(PASSWORD) });
    const closed = once(socket, 'close');
    socket.end(generate({ cmd: 'disconnect' }));
    await closed;
    assert.equal(lines.at(-1), 'debug: Device "attic" at 127.0.0.1 has disconnected');
  });

  it('names the protocol error of a client', async () => {
    const socket = await device({ clientId: 'attic', username: USERNAME, password: Buffer.from(PASSWORD) });
    const closed = once(socket, 'close');
    // A reserved packet type.
    socket.end(Buffer.from([0, 0]));
    await closed;
    assert.match(lines.at(-1) ?? '', /^log: The connection of device "attic" .* has ended: reason code 0x8[12] \(/);
  });

  it('does not grow with a device that tries again and again', async () => {
    for (let attempt = 0; attempt < 20; attempt++) await device({ clientId: 'stubborn' });
    assert.equal(lines.length, 5);
  });

  it('does not grow with a device that has too many subscriptions, each to another filter', () => {
    const refusal = {
      what: 'subscribe',
      clientId: 'greedy',
      user: '',
      address: '192.0.2.1',
      reasonCode: 0x97,
    } as const;
    for (let number = 0; number < 20; number++) log.refused({ ...refusal, topic: `filter/${number}` });
    assert.equal(lines.length, 5);
    assert.equal(
      lines[0],
      'warn: Device "greedy" at 192.0.2.1 was not allowed to subscribe to filter/0: it has as many subscriptions as are allowed',
    );
  });

  it('continues with the next instance of the node', async () => {
    const before = lines;
    lines = [];
    log.serve(node('broker'));
    await device({ clientId: 'after the deploy' });
    assert.deepEqual([before.length, lines.length], [0, 1]);
  });

  it('reports failures of the store when Catch nodes exist, and a missing classic-level as a warning', async () => {
    log.storeUnusable(new LevelError('not-installed', '/user/x.broker', "Cannot find module 'classic-level'"));
    assert.match(lines[0] ?? '', /^warn: .*in memory only.*Cannot find module 'classic-level'/);
    log.storeFailed(new LevelError('unavailable', '/user/x.broker', 'No space left on device'));
    await new Promise(setImmediate);
    assert.equal(lines.length, 1);
    events.emit('flows:started', { config: {} });
    await new Promise(setImmediate);
    assert.match(lines[1] ?? '', /^error: .*\/user\/x\.broker.*No space left on device/);
    log.storeWorks();
    assert.match(lines.at(-1) ?? '', /^log: .*can write again/);
    log.storeOpened();
    assert.match(lines.at(-1) ?? '', /^log: .*can use its folder now/);
  });
});
