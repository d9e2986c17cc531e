// How a transport over mqtt.js ends: every question is settled exactly once, and no socket stays.

import assert from 'node:assert/strict';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import type { ConnectOptions, Outbound, SubscribeRequest, Transport } from '#src/transport/transport';
import { connectTransport, type OpenedTransport, openTransport } from '../helpers/fakes/transport-listener';
import { timed } from '../helpers/process/own-time';
import { type Script, ScriptedServer, silent } from '../helpers/servers/scripted-server';

const DEAF: Script = { publish: silent, subscribe: silent, unsubscribe: silent };

function request(): SubscribeRequest {
  const result = parseTopicFilter('a/#');
  assert.ok(result.ok);
  return { filter: result.filter.wire, qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 0 };
}

describe('the end of an mqtt.js transport', () => {
  let server: ScriptedServer;
  let opened: OpenedTransport | undefined;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    opened?.transport.destroy();
    await server.stop();
  });

  async function connect(options: Partial<ConnectOptions> = {}): Promise<OpenedTransport> {
    opened = await connectTransport(tcpStream('127.0.0.1', server.port), options);
    return opened;
  }

  /** Sends one request of each kind to a server that answers nothing. Returns the outcomes. */
  async function askAll(transport: Transport): Promise<string[]> {
    server.script = DEAF;
    const outcomes: string[] = [];
    for (const qos of [1, 2] as const) {
      transport.publish({ topic: 'a', payload: 'x', qos, retain: false }, ({ kind }) =>
        outcomes.push(`qos ${qos} ${kind}`),
      );
    }
    transport.subscribe(request(), ({ kind }) => outcomes.push(`subscribe ${kind}`));
    transport.unsubscribe(request().filter, () => outcomes.push('unsubscribe settled'));
    await server.packet('unsubscribe');
    assert.deepEqual(outcomes, []);
    return outcomes;
  }

  const SETTLED = ['qos 1 unconfirmed', 'qos 2 unconfirmed', 'subscribe unanswered', 'unsubscribe settled'];

  it('by the server: what is unanswered is settled once, before the listener hears of the end', async () => {
    const { transport, listener } = await connect();
    const outcomes = await askAll(transport);
    const closed = listener.closed.bind(listener);
    listener.closed = (error) => {
      assert.deepEqual(outcomes.toSorted(), SETTLED);
      closed(error);
    };
    server.clients.all[0]?.socket.destroy();
    assert.equal((await listener.ends.next()).code, 'connection-lost');
    await transport.close();
    assert.deepEqual(outcomes.toSorted(), SETTLED);
    assert.equal(listener.ends.all.length, 1);
  });

  it('by close(): what is unanswered is settled once, DISCONNECT is sent, and the listener hears nothing', async () => {
    const { transport, listener } = await connect();
    const outcomes = await askAll(transport);
    const { time } = await timed(() => transport.close());
    assert.ok(time < 1000, `${time} ms`);
    assert.deepEqual(outcomes.toSorted(), SETTLED);
    await server.clients.all[0]?.gone();
    assert.equal(server.count('disconnect'), 1);
    assert.equal(listener.ends.all.length, 0);
  });

  it('by destroy(): what is unanswered is settled once, and the listener hears nothing', async () => {
    const { transport, listener } = await connect();
    const outcomes = await askAll(transport);
    transport.destroy();
    await server.clients.all[0]?.gone();
    assert.deepEqual(outcomes.toSorted(), SETTLED);
    assert.equal(server.count('disconnect'), 0);
    assert.equal(listener.ends.all.length, 0);
  });

  it('by close() within a second where the server reads nothing', async () => {
    const { transport } = await connect();
    server.clients.all[0]?.socket.pause();
    const { time } = await timed(() => transport.close());
    assert.ok(time < 1000, `${time} ms`);
  });

  it('by close() while the server has not answered CONNECT', async () => {
    server.script = { connect: silent };
    opened = openTransport(tcpStream('127.0.0.1', server.port));
    await server.packet('connect');
    await opened.transport.close();
    await server.clients.all[0]?.gone();
    assert.deepEqual([opened.listener.servers.all.length, opened.listener.ends.all.length], [0, 0]);
  });

  it('by close() before there is a stream', async () => {
    let aborted = false;
    opened = openTransport((_report, signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    });
    await opened.transport.close();
    assert.equal(aborted, true);
    assert.equal(opened.listener.ends.all.length, 0);
  });

  it('by close() twice', async () => {
    const { transport } = await connect();
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    assert.equal(server.count('disconnect'), 1);
  });

  it('settles later requests at once', async () => {
    const { transport } = await connect();
    await transport.close();
    const outcomes: string[] = [];
    transport.publish({ topic: 'a', payload: 'x', qos: 1, retain: false }, ({ kind }) => outcomes.push(kind));
    transport.subscribe(request(), ({ kind }) => outcomes.push(kind));
    transport.unsubscribe(request().filter, () => outcomes.push('settled'));
    assert.deepEqual(outcomes, ['unconfirmed', 'unanswered', 'settled']);
    for (const repeat of ['send', 'release'] as const) {
      const outbound: Outbound = {
        publication: { topic: 'a', payload: 'x', qos: 2, retain: false },
        packetIdentifier: 1,
        received: () => outcomes.push('received'),
        settled: ({ kind }) => outcomes.push(`${repeat} ${kind}`),
      };
      transport[repeat](outbound, true);
    }
    assert.deepEqual(outcomes.slice(3), ['send unconfirmed', 'release unconfirmed']);
    assert.equal(transport.writable, false);
  });

  it('follows the first bytes of a packet above the maximum, and the server gets the reason code', async () => {
    const { listener } = await connect({ properties: { maximumPacketSize: 10_000 } });
    // The beginning of a PUBLISH of 200 MB. The rest never arrives.
    server.clients.all[0]?.socket.write(Buffer.from([0x30, 0x80, 0x84, 0xaf, 0x5f, 0, 1, 0x61]));
    const { code, reasonCode, params } = await listener.ends.next();
    assert.deepEqual([code, reasonCode, params.reason], ['protocol-error', 0x95, 'a packet of 200000005 bytes']);
    const { reasonCode: told } = await server.packet('disconnect');
    assert.equal(told, 0x95);
  });

  it('follows a packet without an identifier, which mqtt.js would throw over', async () => {
    const { listener } = await connect({ protocolVersion: 4 });
    // PUBREC of two bytes, which are 0.
    server.clients.all[0]?.socket.write(Buffer.from([0x50, 2, 0, 0]));
    const { code, params } = await listener.ends.next();
    assert.deepEqual([code, params.reason], ['protocol-error', 'pubrec']);
  });

  it('sends no DISCONNECT by MQTT 3.1.1, where it has no reason code', async () => {
    const { listener } = await connect({ protocolVersion: 4, properties: { maximumPacketSize: 10_000 } });
    server.clients.all[0]?.socket.write(Buffer.from([0x30, 0x80, 0x84, 0xaf, 0x5f, 0, 1, 0x61]));
    const { code, reasonCode } = await listener.ends.next();
    assert.deepEqual([code, reasonCode], ['protocol-error', 0x95]);
    await server.clients.all[0]?.gone();
    assert.equal(server.count('disconnect'), 0);
  });

  it('follows a second CONNACK, and leaves nothing unsettled', async () => {
    const { transport, listener } = await connect();
    const outcomes = await askAll(transport);
    server.clients.all[0]?.connack(0);
    const { code, params } = await listener.ends.next();
    assert.deepEqual([code, params.reason], ['protocol-error', 'connack']);
    assert.deepEqual(outcomes.toSorted(), SETTLED);
  });

  it('settles each publication of QoS 0 once that is stuck in a full stream', async () => {
    const { transport, listener } = await connect();
    server.clients.all[0]?.socket.pause();
    const settled: number[] = [];
    const payload = Buffer.alloc(64 * 1024);
    let sent = 0;
    while (transport.writable) {
      const index = sent++;
      settled[index] = 0;
      transport.publish({ topic: 'a', payload, qos: 0, retain: false }, () => {
        settled[index] = (settled[index] ?? 0) + 1;
      });
      // The operating system takes bytes between two turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
    server.clients.all[0]?.socket.destroy();
    await listener.ends.next();
    assert.deepEqual(settled, new Array(sent).fill(1));
  });

  it('tells when a full stream takes more again', async () => {
    const { transport, listener } = await connect();
    const socket = server.clients.all[0]?.socket;
    socket?.pause();
    const payload = Buffer.alloc(64 * 1024);
    while (transport.writable) {
      transport.publish({ topic: 'a', payload, qos: 0, retain: false }, () => {});
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = listener.writables.all.length;
    socket?.resume();
    await listener.writables.first(before + 1);
    assert.equal(transport.writable, true);
  });
});
