// Hostile devices at the embedded broker: they must neither delay the others nor fill the memory.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import { type Refusal, silentListener } from '#src/broker/clients/broker-listener';
import { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';
import { connectTransport, openTransport } from '../helpers/fakes/transport-listener';
import { Inbox } from '../helpers/flows/inbox';
import { Device } from '../helpers/servers/device';
import { openPort } from '../helpers/servers/open-port';

describe('embedded broker and a hostile device', () => {
  let broker: EmbeddedBroker;
  let port: number;
  let departures: Inbox<string>;
  beforeEach(async () => {
    departures = new Inbox('clients that have left');
    const listener = {
      ...silentListener,
      disconnected: ({ clientId }: { clientId: string }) => departures.push(clientId),
    };
    broker = new EmbeddedBroker({ listener, settings: { stallTime: 1000 } });
    port = await openPort(broker);
  });
  afterEach(() => broker.close());

  async function socketWith(packet?: Packet): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    // Some of these tests expect to be disconnected.
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (!packet) return socket;
    socket.write(generate(packet));
    await once(socket, 'data');
    return socket;
  }

  function connectPacket(clientId: string): Packet {
    return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 0 };
  }

  it('one that stops reading is disconnected, and the others receive all publications', async () => {
    const slow = await socketWith(connectPacket('slow'));
    slow.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] }));
    await once(slow, 'data');
    slow.pause();
    const reader = await Device.connect(port);
    await reader.subscribe('flood/#');
    const publisher = await Device.connect(port);
    const payload = 'x'.repeat(100_000);
    for (let count = 0; count < 300; count++) await publisher.publish(`flood/${count}`, payload);
    await reader.received.find('the last message', ({ topic }) => topic === 'flood/299');
    assert.equal(reader.received.all.length, 300);
    await departures.find('the one that does not read', (clientId) => clientId === 'slow');
    slow.destroy();
    await reader.end();
    await publisher.end();
  });

  it('one beyond the limit of connections is reported with its address', async () => {
    const refusals = new Inbox<Refusal>('refusals');
    const listener = { ...silentListener, refused: (refusal: Refusal) => refusals.push(refusal) };
    const small = new EmbeddedBroker({ listener, settings: { maximumConnections: 1 } });
    try {
      const only = await openPort(small);
      const first = await Device.connect(only);
      const second = connect(only, '127.0.0.1');
      second.on('error', () => {});
      const { what, address, reasonCode } = await refusals.next();
      assert.deepEqual({ what, address, reasonCode }, { what: 'connect', address: '127.0.0.1', reasonCode: 0x97 });
      second.destroy();
      await first.end();
    } finally {
      await small.close();
    }
  });

  it('one that sends too much before CONNECT is complete is disconnected', async () => {
    const socket = await socketWith();
    // CONNECT with a remaining length of 256 MB.
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    // It may be cut off in the middle of a write.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const part = Buffer.alloc(64 * 1024);
    const pour = (): void =>
      void (socket.destroyed || (socket.write(part) ? setImmediate(pour) : socket.once('drain', pour)));
    pour();
    await closed;
    assert.ok(socket.bytesWritten < 16 * 1024 * 1024, `${socket.bytesWritten} bytes were taken`);
  });

  it('one with the identifier of a connected client in this process does not take its place', async () => {
    const { listener, transport } = await connectTransport(broker.open, { protocolVersion: 4, clientId: 'inside' });
    const impostor = await socketWith(connectPacket('inside'));
    await once(impostor, 'close');
    const again = openTransport(broker.open, { protocolVersion: 4, clientId: 'other' });
    assert.equal(listener.ends.all.length, 0);
    again.transport.destroy();
    await transport.close();
  });

  it('one may use the identifier and the session of a client in this process that has ended', async () => {
    for (let count = 0; count < 3; count++) {
      const { transport } = await connectTransport(broker.open, { clientId: 'viewer', cleanStart: true });
      await transport.close();
      await departures.find('the client', () => departures.all.length > count);
    }
    const device = await socketWith(connectPacket('viewer'));
    device.write(generate({ cmd: 'pingreq' }));
    await once(device, 'data');
    device.destroy();
  });

  it('one may not use the identifier of a client in this process whose session continues', async () => {
    const session = { clientId: 'kept', cleanStart: false, protocolVersion: 4 } as const;
    const { transport } = await connectTransport(broker.open, session);
    await transport.close();
    await departures.next();
    const impostor = await socketWith(connectPacket('kept'));
    await once(impostor, 'close');
  });
});
