// The embedded broker without nodes: its port, its stream in memory, and what must not stop it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { generate } from 'mqtt-packet';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';
import type { Transport } from '#src/transport/transport';
import { connectTransport, type OpenedTransport } from '../helpers/fakes/transport-listener';
import { Device } from '../helpers/servers/device';
import { accepts } from '../helpers/servers/mosquitto';
import { OPEN_PORT, openPort } from '../helpers/servers/open-port';

describe('embedded broker', () => {
  let broker: EmbeddedBroker;
  beforeEach(() => {
    broker = new EmbeddedBroker();
  });
  afterEach(() => broker.close());

  /** A client by hand, for what no library does: it is connected, and reads only as the test does. */
  async function rawClient(clientId: string): Promise<Duplex> {
    const stream = await broker.open(() => {}, new AbortController().signal);
    const version = { protocolId: 'MQTT', protocolVersion: 4 } as const;
    stream.write(generate({ cmd: 'connect', ...version, clientId, clean: true, keepalive: 0 }));
    await once(stream, 'data');
    return stream;
  }

  function join(clientId: string): Promise<OpenedTransport> {
    return connectTransport(broker.open, { protocolVersion: 4, clientId });
  }

  function subscribe(transport: Transport, filter: string): Promise<void> {
    const parsed = parseTopicFilter(filter);
    assert.ok(parsed.ok);
    const request = { filter: parsed.filter.wire, noLocal: false, retainAsPublished: true };
    return new Promise((resolve, reject) => {
      transport.subscribe({ ...request, qos: 1, retainHandling: 0 }, ({ kind }) => {
        if (kind === 'granted') resolve();
        else reject(new Error(kind));
      });
    });
  }

  for (const protocolVersion of [3, 4, 5] as const) {
    it(`speaks MQTT with a client of version ${protocolVersion}`, async () => {
      const { transport, listener } = await connectTransport(broker.open, { protocolVersion });
      await subscribe(transport, 'a/+');
      transport.publish({ topic: 'a/1', payload: 'x', qos: 1, retain: false }, () => {});
      const { topic, payload, qos } = await listener.messages.next();
      assert.deepEqual([topic, payload.toString(), qos], ['a/1', 'x', 1]);
      await transport.close();
    });
  }

  it('passes messages between clients in this process and devices', async () => {
    const port = await openPort(broker);
    const { transport, listener } = await join('inside');
    await subscribe(transport, 'a/#');
    const device = await Device.connect(port);
    await device.publish('a/1', 'x');
    assert.equal((await listener.messages.next()).topic, 'a/1');
    assert.equal(broker.deviceCount, 1);
    await device.end();
    await transport.close();
  });

  it('survives a subscriber that stops reading and leaves with thousands of messages unsent', async () => {
    const subscriber = await rawClient('subscriber');
    subscriber.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 1 }] }));
    await once(subscriber, 'data');
    subscriber.pause();
    const publishers = [await rawClient('large'), await rawClient('many')] as const;
    // Large publications fill the path to the subscriber. Later ones, sent in one piece, wait in the broker.
    await flood(publishers[0], 50, Buffer.alloc(64 * 1024));
    await flood(publishers[1], 10_000, Buffer.alloc(0));
    subscriber.destroy();
    const { transport, listener } = await join('afterwards');
    await subscribe(transport, 'after');
    transport.publish({ topic: 'after', payload: 'x', qos: 1, retain: false }, () => {});
    assert.equal((await listener.messages.next()).topic, 'after');
    await transport.close();
    for (const publisher of publishers) publisher.destroy();
  });

  it('names port and address when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    await assert.rejects(openPort(broker, { port: address.port }), {
      code: 'embedded-port-in-use',
      stage: 'listen',
      params: { port: address.port, address: '127.0.0.1', reason: 'EADDRINUSE' },
    });
    other.close();
    await once(other, 'close');
    await openPort(broker, { port: address.port });
    assert.equal(await accepts(address.port), true);
  });

  it('reports an address that this computer does not have', async () => {
    // An address for documentation, RFC 5737.
    await assert.rejects(openPort(broker, { bindAddress: '192.0.2.1' }), { code: 'embedded-listen-failed' });
    assert.deepEqual(broker.ports, []);
  });

  it('keeps port and devices when the settings are the same', async () => {
    const port = await openPort(broker);
    const device = await Device.connect(port);
    assert.equal(await openPort(broker), port);
    assert.equal(device.lost, false);
    await device.end();
  });

  it('publishes the wills of devices when a deploy closes all ports: nobody has taken their rights', async () => {
    const port = await openPort(broker);
    const { transport, listener } = await join('inside');
    await subscribe(transport, 'will');
    const device = connect(port, '127.0.0.1');
    device.on('error', () => {});
    const version = { protocolId: 'MQTT', protocolVersion: 4 } as const;
    const will = { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
    device.write(generate({ cmd: 'connect', ...version, clientId: 'device', clean: true, keepalive: 0, will }));
    await once(device, 'data');
    await broker.listen(undefined, { opened: () => {}, failed: () => {} });
    assert.equal((await listener.messages.next()).topic, 'will');
    await transport.close();
  });

  it('makes changes of its ports one after the other', async () => {
    const nobody = { users: new Map(), anonymous: undefined };
    const report = { opened: () => {}, failed: () => {} };
    await Promise.all([
      openPort(broker),
      broker.listen(undefined, report),
      broker.listen({ listeners: [OPEN_PORT, { ...OPEN_PORT, webSocket: true }], directory: nobody }, report),
    ]);
    const [port = 0, other] = broker.ports;
    assert.ok(port && other);
    await assert.rejects(Device.connect(port), { code: 5 });
  });

  it('opens no port where it is closed before its store is open', async () => {
    let open = (): void => {};
    const late = new EmbeddedBroker({ after: new Promise((resolve) => (open = resolve)) });
    const listening = openPort(late);
    const closing = late.close();
    open();
    await Promise.all([listening, closing]);
    assert.deepEqual(late.ports, []);
  });

  it('continues when a device sends garbage or hangs up', async () => {
    const port = await openPort(broker);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(Buffer.alloc(1000, 0xff));
    await once(socket, 'close');
    const device = await Device.connect(port);
    await device.publish('a', 'x');
    await device.end();
  });

  it('closes its port, its devices and the clients in this process', async () => {
    const port = await openPort(broker);
    const device = await Device.connect(port);
    const { listener } = await join('inside');
    await broker.close();
    await listener.ends.next();
    assert.equal(await accepts(port), false);
    assert.deepEqual([broker.deviceCount, broker.ports, device.lost], [0, [], true]);
  });
});

/** Publishes with QoS 1 in one go, and waits until the broker has acknowledged all. */
async function flood(stream: Duplex, count: number, payload: Buffer): Promise<void> {
  const PUBACK_LENGTH = 4;
  let bytes = 0;
  const acknowledged = new Promise<void>((resolve) => {
    stream.on('data', function received(data: Buffer) {
      bytes += data.length;
      if (bytes < count * PUBACK_LENGTH) return;
      stream.off('data', received);
      resolve();
    });
  });
  const packets = Array.from({ length: count }, (_, index) =>
    generate({ cmd: 'publish', topic: 'flood', payload, qos: 1, messageId: index + 1, retain: false, dup: false }),
  );
  stream.write(Buffer.concat(packets));
  await acknowledged;
}
