// The transport over mqtt.js, with a server that answers as the test says.

import assert from 'node:assert/strict';
import type { OutgoingPublication } from '#src/core/publications/publication';
import { parseTopicFilter, type WireFilter } from '#src/core/topics/topic-filter';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import type { PublishOutcome, SubscribeOutcome, SubscribeRequest, Transport } from '#src/transport/transport';
import { connectTransport, type OpenedTransport, openTransport } from '../helpers/fakes/transport-listener';
import { Inbox } from '../helpers/flows/inbox';
import { type Script, ScriptedServer } from '../helpers/servers/scripted-server';

const publication = (fields: Partial<OutgoingPublication> = {}): OutgoingPublication => ({
  topic: 'a/b',
  payload: 'x',
  qos: 1,
  retain: false,
  ...fields,
});

function wire(text: string): WireFilter {
  const result = parseTopicFilter(text);
  assert.ok(result.ok);
  return result.filter.wire;
}

function request(filter: string): SubscribeRequest {
  return { filter: wire(filter), qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 0 };
}

describe('mqtt.js transport', () => {
  let server: ScriptedServer;
  let opened: OpenedTransport | undefined;
  afterEach(async () => {
    opened?.transport.destroy();
    await server.stop();
  });

  async function start(script: Script = {}): Promise<void> {
    server = await ScriptedServer.start(script);
  }

  async function connect(protocolVersion: 4 | 5 = 5): Promise<OpenedTransport> {
    opened = await connectTransport(tcpStream('127.0.0.1', server.port), { protocolVersion });
    return opened;
  }

  function publish(transport: Transport, fields: Partial<OutgoingPublication> = {}): Inbox<PublishOutcome> {
    const outcomes = new Inbox<PublishOutcome>('outcome of the publication');
    transport.publish(publication(fields), (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  function subscribe(transport: Transport, filter = 'a/#'): Inbox<SubscribeOutcome> {
    const outcomes = new Inbox<SubscribeOutcome>('outcome of the subscription');
    transport.subscribe(request(filter), (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  it('reports its stages, and the values of CONNACK', async () => {
    await start({
      connect: (client) =>
        client.send({
          cmd: 'connack',
          sessionPresent: false,
          reasonCode: 0,
          properties: { receiveMaximum: 7, maximumQoS: 1, retainAvailable: false, maximumPacketSize: 1000 },
        }),
    });
    const { listener } = await connect();
    assert.deepEqual(listener.servers.all[0], {
      protocolVersion: 5,
      sessionPresent: false,
      receiveMaximum: 7,
      window: 65_535,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: 1000,
      subscriptionIdentifiersAvailable: true,
      wildcardSubscriptionAvailable: true,
      sharedSubscriptionAvailable: true,
    });
    assert.equal(listener.stages.at(-1), 'connack');
  });

  for (const [protocolVersion, code, expected] of [
    [5, 0x84, 'protocol-version-refused'],
    [5, 0x85, 'client-identifier-refused'],
    [5, 0x86, 'credentials-refused'],
    [5, 0x87, 'not-authorized'],
    [5, 0x88, 'server-unavailable'],
    [5, 0x8a, 'refused-by-server'],
    [4, 1, 'protocol-version-refused'],
    [4, 2, 'client-identifier-refused'],
    [4, 3, 'server-unavailable'],
    [4, 4, 'credentials-refused'],
    [4, 5, 'not-authorized'],
  ] as const) {
    it(`ends with ${expected} when the server refuses with ${code} (MQTT ${protocolVersion})`, async () => {
      await start({ connect: (client) => client.connack(code) });
      opened = openTransport(tcpStream('127.0.0.1', server.port), { protocolVersion });
      const error = await opened.listener.ends.next();
      assert.deepEqual([error.code, error.stage, error.reasonCode], [expected, 'connack', code]);
      await server.clients.all[0]?.gone();
      assert.equal(opened.listener.ends.all.length, 1);
      assert.equal(opened.listener.servers.all.length, 0);
    });
  }

  it('ends with a protocol error when the server sends garbage instead of CONNACK', async () => {
    await start({ connect: ({ socket }) => socket.write(Buffer.alloc(64, 0xff)) });
    opened = openTransport(tcpStream('127.0.0.1', server.port));
    assert.equal((await opened.listener.ends.next()).code, 'protocol-error');
    await server.clients.all[0]?.gone();
  });

  it('ends with a protocol error when the server sends garbage later', async () => {
    await start();
    const { listener, transport } = await connect();
    server.script = { publish: ({ socket }) => socket.write(Buffer.alloc(64, 0xff)) };
    const outcomes = publish(transport);
    assert.equal((await listener.ends.next()).code, 'protocol-error');
    assert.deepEqual(outcomes.all, [{ kind: 'unconfirmed' }]);
    await server.clients.all[0]?.gone();
  });

  for (const [what, reasonCode, expected] of [
    ['success', 0, { kind: 'acknowledged', reasonCode: 0 }],
    ['no matching subscribers', 0x10, { kind: 'acknowledged', reasonCode: 0x10 }],
    ['not authorized', 0x87, { kind: 'refused', reasonCode: 0x87 }],
    ['quota exceeded', 0x97, { kind: 'refused', reasonCode: 0x97 }],
  ] as const) {
    it(`settles a publication of QoS 1 as ${expected.kind} on PUBACK with ${what}`, async () => {
      await start({ publish: (client, { messageId = 0 }) => client.send({ cmd: 'puback', messageId, reasonCode }) });
      const { transport, listener } = await connect();
      assert.deepEqual(await publish(transport).next(), expected);
      assert.deepEqual(await publish(transport).next(), expected);
      assert.equal(listener.ends.all.length, 0);
    });
  }

  it('settles a publication of QoS 2 as refused on PUBREC with a failure', async () => {
    await start({
      publish: (client, { messageId = 0 }) => client.send({ cmd: 'pubrec', messageId, reasonCode: 0x87 }),
    });
    const { transport } = await connect();
    assert.deepEqual(await publish(transport, { qos: 2 }).next(), { kind: 'refused', reasonCode: 0x87 });
    assert.equal(server.count('pubrel'), 0);
  });

  it('settles publications of QoS 0 and 2 as acknowledged', async () => {
    await start();
    const { transport } = await connect();
    assert.equal((await publish(transport, { qos: 0 }).next()).kind, 'acknowledged');
    assert.equal((await publish(transport, { qos: 2 }).next()).kind, 'acknowledged');
  });

  for (const [protocolVersion, code, expected] of [
    [5, 0, { kind: 'granted', qos: 0 }],
    [5, 1, { kind: 'granted', qos: 1 }],
    [5, 0x87, { kind: 'refused', reasonCode: 0x87 }],
    [5, 0x8f, { kind: 'refused', reasonCode: 0x8f }],
    [4, 0x80, { kind: 'refused', reasonCode: 0x80 }],
    [4, 2, { kind: 'granted', qos: 2 }],
  ] as const) {
    it(`settles a subscription as ${expected.kind} on SUBACK with ${code} (MQTT ${protocolVersion})`, async () => {
      await start({
        subscribe: (client, { messageId = 0 }) => client.send({ cmd: 'suback', messageId, granted: [code] }),
      });
      const { transport, listener } = await connect(protocolVersion);
      assert.deepEqual(await subscribe(transport).next(), expected);
      // Asked again, it is sent again: nothing is remembered.
      assert.deepEqual(await subscribe(transport).next(), expected);
      assert.equal(server.count('subscribe'), 2);
      assert.equal(listener.ends.all.length, 0);
    });
  }

  it('ends with the reason of a DISCONNECT from the server', async () => {
    await start();
    const { listener } = await connect();
    server.clients.all[0]?.send({ cmd: 'disconnect', reasonCode: 0x8e });
    const error = await listener.ends.next();
    assert.deepEqual([error.code, error.reasonCode], ['disconnected-by-server', 0x8e]);
    await server.clients.all[0]?.gone();
    assert.equal(listener.ends.all.length, 1);
  });

  describe('passes on the reason string of the server, as plain text', () => {
    const properties = { reasonString: 'no\u0000\n\u202Ewords', serverReference: 'b.example:1883' };
    const words = { reasonString: 'no words', serverReference: 'b.example:1883' };

    it('in CONNACK', async () => {
      await start({
        connect: (client) => client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0x9d, properties }),
      });
      opened = openTransport(tcpStream('127.0.0.1', server.port));
      const { code, params } = await opened.listener.ends.next();
      assert.deepEqual([code, params], ['another-server', words]);
    });

    for (const [reasonCode, expected] of [
      [0x98, 'disconnected-by-server'],
      [0x9c, 'another-server'],
    ] as const) {
      it(`in DISCONNECT with ${reasonCode}`, async () => {
        await start();
        const { listener } = await connect();
        server.clients.all[0]?.send({ cmd: 'disconnect', reasonCode, properties });
        const { code, params } = await listener.ends.next();
        assert.deepEqual([code, params], [expected, words]);
      });
    }

    it('in SUBACK and PUBACK', async () => {
      const { reasonString } = properties;
      await start({
        subscribe: (client, { messageId = 0 }) =>
          client.send({ cmd: 'suback', messageId, granted: [0x97], properties: { reasonString } }),
        publish: (client, { messageId = 0 }) =>
          client.send({ cmd: 'puback', messageId, reasonCode: 0x97, properties: { reasonString } }),
      });
      const { transport } = await connect();
      const refused = { kind: 'refused', reasonCode: 0x97, reasonString: 'no words' };
      assert.deepEqual(await subscribe(transport).next(), refused);
      assert.deepEqual(await publish(transport).next(), refused);
    });
  });

  it('passes on subscription identifiers, one or several, and user properties of any name', async () => {
    await start();
    const { listener } = await connect();
    const packet = { cmd: 'publish', topic: 'a', payload: 'x', qos: 0, retain: false, dup: false } as const;
    const client = server.clients.all[0];
    client?.send({ ...packet, properties: { subscriptionIdentifier: 3 } });
    client?.send({ ...packet, properties: { subscriptionIdentifier: [3, 4] } });
    client?.send({ ...packet, properties: { userProperties: { constructor: ['a', 'b'] } } });
    client?.send(packet);
    const [one, several, named, none] = await listener.messages.first(4);
    assert.deepEqual(one?.subscriptionIdentifiers, [3]);
    assert.deepEqual(several?.subscriptionIdentifiers, [3, 4]);
    assert.deepEqual(named?.properties?.userProperties, { constructor: ['a', 'b'] });
    assert.deepEqual(none?.subscriptionIdentifiers, []);
    assert.equal(none?.properties, undefined);
  });
});
