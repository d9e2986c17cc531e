// Publications on the wire: identifiers, repetitions, PUBREL, reason codes and topic aliases.

import assert from 'node:assert/strict';
import type { IPublishPacket, Packet } from 'mqtt-packet';
import type { OutgoingPublication } from '#src/core/publications/publication';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import type { Outbound, PublishOutcome, Transport } from '#src/transport/transport';
import { outgoing } from '../connection/publications';
import { connectTransport, type OpenedTransport } from '../helpers/fakes/transport-listener';
import { Inbox } from '../helpers/flows/inbox';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { type Script, ScriptedServer, silent } from '../helpers/servers/scripted-server';

/** A publication that records its outcome. */
class Traveller implements Outbound {
  readonly publication: OutgoingPublication;
  readonly packetIdentifier: number;
  readonly outcomes = new Inbox<PublishOutcome>('outcomes');
  readonly receipts = new Inbox<true>('PUBREC');

  constructor(packetIdentifier: number, publication: OutgoingPublication) {
    this.packetIdentifier = packetIdentifier;
    this.publication = publication;
  }

  received(): void {
    this.receipts.push(true);
  }

  settled(outcome: PublishOutcome): void {
    this.outcomes.push(outcome);
  }
}

describe('the way out of publications', () => {
  let server: ScriptedServer;
  let opened: OpenedTransport | undefined;
  afterEach(async () => {
    opened?.transport.destroy();
    await server.stop();
  });

  async function connect(script: Script = {}, protocolVersion: 4 | 5 = 5): Promise<Transport> {
    server = await ScriptedServer.start(script);
    opened = await connectTransport(tcpStream('127.0.0.1', server.port), { protocolVersion });
    return opened.transport;
  }

  function published(): IPublishPacket[] {
    return server.received.all.filter((packet) => packet.cmd === 'publish');
  }

  it('uses the given packet identifier, and sends dup for what has been sent before', async () => {
    const transport = await connect();
    const first = new Traveller(7, outgoing('a', 1));
    const again = new Traveller(300, outgoing('b', 2));
    transport.send(first, false);
    transport.send(again, true);
    assert.deepEqual(await first.outcomes.next(), { kind: 'acknowledged', reasonCode: 0 });
    await again.receipts.next();
    assert.deepEqual(
      published().map(({ messageId, dup, topic }) => [messageId, dup, topic]),
      [
        [7, false, 'a'],
        [300, true, 'b'],
      ],
    );
  });

  it('sends PUBREL when the outbox releases the publication, and not before', async () => {
    const transport = await connect();
    const sent = new Traveller(9, outgoing('a', 2));
    transport.send(sent, false);
    await sent.receipts.next();
    assert.equal(server.count('pubrel'), 0);
    transport.release(sent);
    assert.deepEqual(await sent.outcomes.next(), { kind: 'acknowledged', reasonCode: 0 });
    assert.equal((await server.packet('pubrel')).messageId, 9);
  });

  it('sends PUBREL for a publication of an earlier connection, even if the server does not know it', async () => {
    const transport = await connect();
    const sent = new Traveller(11, outgoing('a', 2));
    transport.release(sent);
    assert.deepEqual(await sent.outcomes.next(), { kind: 'acknowledged', reasonCode: 0 });
    assert.equal(server.count('publish'), 0);
    const unknown = new Traveller(12, outgoing('b', 2));
    server.clients.all[0]?.send({ cmd: 'pubcomp', messageId: 12, reasonCode: 0x92 });
    transport.release(unknown);
    assert.equal((await unknown.outcomes.next()).kind, 'acknowledged');
  });

  it('takes PUBACK for QoS 2 where the server knows QoS 1 at most, as RabbitMQ with MQTT 3.1.1', async () => {
    const lowered: Script = { publish: (client, { messageId = 0 }) => client.send({ cmd: 'puback', messageId }) };
    const transport = await connect(lowered, 4);
    const sent = new Traveller(9, outgoing('a', 2));
    transport.send(sent, false);
    assert.deepEqual(await sent.outcomes.next(), { kind: 'acknowledged', reasonCode: 0 });
    assert.equal(sent.receipts.all.length, 0);
    assert.equal(server.count('pubrel'), 0);
  });

  it('settles with the reason code of PUBREC', async () => {
    const transport = await connect({
      publish: (client, { messageId = 0 }) => client.send({ cmd: 'pubrec', messageId, reasonCode: 0x10 }),
    });
    const sent = new Traveller(9, outgoing('a', 2));
    transport.send(sent, false);
    await sent.receipts.next();
    transport.release(sent);
    assert.deepEqual(await sent.outcomes.next(), { kind: 'acknowledged', reasonCode: 0x10 });
  });

  it('passes on the reason of a refusal, as plain text', async () => {
    const transport = await connect({
      publish: (client, { messageId = 0 }) =>
        client.send({ cmd: 'puback', messageId, reasonCode: 0x97, properties: { reasonString: 'over\n quota' } }),
    });
    const sent = new Traveller(1, outgoing('a', 1));
    transport.send(sent, false);
    assert.deepEqual(await sent.outcomes.next(), { kind: 'refused', reasonCode: 0x97, reasonString: 'over quota' });
  });

  for (const [what, qos, answer] of [
    ['PUBACK for QoS 2', 2, 'puback'],
    ['PUBREC for QoS 1', 1, 'pubrec'],
    ['PUBCOMP for what it has not received', 2, 'pubcomp'],
  ] as const) {
    it(`ends the connection over ${what}`, async () => {
      const transport = await connect({
        publish: (client, { messageId = 0 }) => client.send({ cmd: answer, messageId }),
      });
      const sent = new Traveller(3, outgoing('a', qos));
      transport.send(sent, false);
      assert.equal((await opened?.listener.ends.next())?.code, 'protocol-error');
      assert.deepEqual(sent.outcomes.all, [{ kind: 'unconfirmed' }]);
    });
  }

  it('sends PUBREL again for a second PUBREC', async () => {
    const transport = await connect({ pubrel: silent });
    const sent = new Traveller(9, outgoing('a', 2));
    transport.send(sent, false);
    await sent.receipts.next();
    transport.release(sent);
    await server.packet('pubrel');
    const [client] = server.clients.all;
    client?.send({ cmd: 'pubrec', messageId: 9 });
    await server.received.find('the second PUBREL', () => server.count('pubrel') === 2);
    client?.send({ cmd: 'pubcomp', messageId: 9 });
    assert.deepEqual(await sent.outcomes.next(), { kind: 'acknowledged', reasonCode: 0 });
    assert.equal(sent.receipts.all.length, 1);
  });

  it('ignores answers that nobody waits for', async () => {
    const transport = await connect();
    const client = server.clients.all[0];
    for (const cmd of ['puback', 'pubrec', 'pubcomp'] as const) client?.send({ cmd, messageId: 77 });
    const sent = new Traveller(3, outgoing('a', 1));
    transport.send(sent, false);
    assert.equal((await sent.outcomes.next()).kind, 'acknowledged');
    assert.equal(opened?.listener.ends.all.length, 0);
  });

  it('settles each unanswered publication once as unconfirmed when the stream ends', async () => {
    const transport = await connect({ publish: silent });
    const travellers = [1, 2, 3].map((id) => new Traveller(id, outgoing(`t${id}`, id === 2 ? 2 : 1)));
    for (const traveller of travellers) transport.send(traveller, false);
    await server.received.find('the last', (packet) => packet.cmd === 'publish' && packet.topic === 't3');
    server.clients.all[0]?.socket.destroy();
    await opened?.listener.ends.next();
    for (const { outcomes } of travellers) assert.deepEqual(outcomes.all, [{ kind: 'unconfirmed' }]);
  });

  it('uses identifiers for its own publications and for SUBSCRIBE that the outbox does not use', async () => {
    const transport = await connect();
    const outcomes = new Inbox<PublishOutcome>('outcome');
    transport.publish(outgoing('birth', 2), (outcome) => outcomes.push(outcome));
    assert.equal((await outcomes.next()).kind, 'acknowledged');
    transport.unsubscribe('x' as never, () => {});
    const ofConnection = (packet: Packet): boolean => packet.cmd === 'publish' || packet.cmd === 'unsubscribe';
    await server.packet('unsubscribe');
    const used = server.received.all.filter(ofConnection).map(({ messageId = 0 }) => messageId);
    assert.equal(used.length, 2);
    assert.ok(
      used.every((identifier) => identifier > 0x7fff),
      String(used),
    );
  });

  it('settles a publication of its own as unconfirmed when all identifiers are in use', async () => {
    const transport = await connect({ publish: silent });
    const outcomes: string[] = [];
    for (let count = 0; count < 0x8000; count++) {
      transport.publish(outgoing('birth', 1), ({ kind }) => outcomes.push(kind));
    }
    assert.equal(outcomes.length, 0);
    transport.publish(outgoing('birth', 1), ({ kind }) => outcomes.push(kind));
    assert.deepEqual(outcomes, ['unconfirmed']);
  });

  describe('with topic aliases', () => {
    const offering = (topicAliasMaximum: number, maximumPacketSize?: number): Script => ({
      connect: (client) =>
        client.send({
          cmd: 'connack',
          sessionPresent: false,
          reasonCode: 0,
          properties: { topicAliasMaximum, ...(maximumPacketSize ? { maximumPacketSize } : {}) },
        }),
    });
    const wire = (): (string | number | undefined)[][] =>
      published().map(({ topic, properties }) => [topic, properties?.topicAlias]);

    it('leaves out a known topic at QoS 0 only', async () => {
      const transport = await connect(offering(10));
      for (const qos of [0, 0, 1, 0] as const) transport.send(new Traveller(1, outgoing('plant/line', qos)), false);
      await server.received.find('four', () => published().length === 4);
      assert.deepEqual(wire(), [
        ['plant/line', 1],
        ['', 1],
        ['plant/line', undefined],
        ['', 1],
      ]);
    });

    it('uses none if the packet would exceed the maximum of the server', async () => {
      const transport = await connect(offering(10, 30));
      transport.send(new Traveller(0, outgoing('plant/line', 0, { payload: '0123456789' })), false);
      assert.equal((await server.packet('publish')).properties?.topicAlias, undefined);
    });

    it('uses none on MQTT 3.1.1', async () => {
      const transport = await connect({}, 4);
      for (let count = 0; count < 2; count++) transport.send(new Traveller(0, outgoing('plant/line', 0)), false);
      await server.received.find('two', () => published().length === 2);
      assert.deepEqual(wire(), [
        ['plant/line', undefined],
        ['plant/line', undefined],
      ]);
    });
  });
});

describe('topic aliases on mosquitto', () => {
  it('arrive as the topics that they stand for', async function () {
    needsMosquitto(this);
    const mosquitto = await Mosquitto.start({ config: ['max_topic_alias 2'] });
    const open = tcpStream('127.0.0.1', mosquitto.port);
    const listening = await connectTransport(open, { clientId: 'listening' });
    const sending = await connectTransport(open, { clientId: 'sending' });
    try {
      const granted = new Inbox<string>('SUBACK');
      const request = {
        filter: '#' as never,
        qos: 0,
        noLocal: false,
        retainAsPublished: false,
        retainHandling: 0,
      } as const;
      listening.transport.subscribe(request, ({ kind }) => granted.push(kind));
      await granted.next();
      const topics = Array.from({ length: 300 }, (_, index) => `plant/line${(index * index) % 5}`);
      for (const topic of topics) sending.transport.send(new Traveller(0, outgoing(topic, 0)), false);
      const messages = await listening.listener.messages.first(topics.length);
      assert.deepEqual(
        messages.map(({ topic }) => topic),
        topics,
      );
    } finally {
      listening.transport.destroy();
      sending.transport.destroy();
      await mosquitto.stop();
    }
  });
});
