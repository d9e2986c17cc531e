// What a server hears of its publications at QoS 1 and 2, while a flow still works on them.

import assert from 'node:assert/strict';
import { generate, type Packet } from 'mqtt-packet';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import type { ConnectOptions, OpenStream } from '#src/transport/transport';
import {
  connectTransport,
  type OpenedTransport,
  openTransport,
  type RecordingListener,
} from '../helpers/fakes/transport-listener';
import { type Script, type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

/** Accepts, and says that it has kept the session. */
const goesOn: Script = {
  connect: (client) => client.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0, returnCode: 0 }),
};

describe('Publications from a server', () => {
  let server: ScriptedServer;
  let open: OpenStream;
  let transports: ReturnType<typeof mqttjsTransports>;
  const opened: OpenedTransport[] = [];

  beforeEach(async () => {
    server = await ScriptedServer.start();
    open = tcpStream('127.0.0.1', server.port);
    transports = mqttjsTransports();
  });
  afterEach(async () => {
    for (const { transport } of opened.splice(0)) transport.destroy();
    await server.stop();
  });

  /** Connects, and holds the receipts. */
  async function connect(options: Partial<ConnectOptions> = {}): Promise<[ScriptedClient, RecordingListener]> {
    const connection = await connectTransport(open, { cleanStart: false, ...options }, transports);
    opened.push(connection);
    connection.listener.holds = true;
    return [await server.clients.next(), connection.listener];
  }

  function send(client: ScriptedClient, qos: 0 | 1 | 2, messageId: number, fields: { dup?: boolean } = {}): void {
    const packet = { cmd: 'publish', topic: `t/${messageId}`, payload: 'x', retain: false, dup: false } as const;
    client.send({ ...packet, qos, ...(qos > 0 ? { messageId } : {}), ...fields });
  }

  /** What came after CONNECT, such as `puback 1`, with the reason code if there is one. */
  function answers(): string[] {
    return server.received.all.filter(({ cmd }) => cmd !== 'connect').map(spelled);
  }

  function spelled(packet: Packet): string {
    const code = 'reasonCode' in packet && packet.reasonCode ? ` 0x${packet.reasonCode.toString(16)}` : '';
    return `${packet.cmd}${packet.messageId === undefined ? '' : ` ${packet.messageId}`}${code}`;
  }

  const answer = (text: string): Promise<Packet> => server.received.find(text, (packet) => spelled(packet) === text);

  async function topics(listener: RecordingListener, count: number): Promise<string[]> {
    return (await listener.messages.first(count)).map(({ topic, dup }) => (dup ? `${topic} again` : topic));
  }

  for (const protocolVersion of [4, 5] as const) {
    describe(`by MQTT ${protocolVersion}`, () => {
      for (const [qos, kind] of [
        [1, 'puback'],
        [2, 'pubrec'],
      ] as const) {
        it(`are acknowledged in the order in which they came, at QoS ${qos}`, async () => {
          const [client, listener] = await connect({ protocolVersion });
          for (const id of [1, 2, 3]) send(client, qos, id);
          const [first, second, third] = await listener.receipts.first(3);
          third?.acknowledge();
          second?.acknowledge();
          first?.acknowledge();
          await answer(`${kind} 3`);
          assert.deepEqual(answers(), [`${kind} 1`, `${kind} 2`, `${kind} 3`]);
        });

        it(`do not wait for one that is never acknowledged, at QoS ${qos}`, async () => {
          const [client, listener] = await connect({ protocolVersion });
          for (const id of [1, 2]) send(client, qos, id);
          const [first, second] = await listener.receipts.first(2);
          second?.acknowledge();
          first?.abandon();
          await answer(`${kind} 2`);
          assert.deepEqual(answers(), [`${kind} 2`]);
        });

        it(`are not delivered twice when the server sends them again meanwhile, at QoS ${qos}`, async () => {
          const [client, listener] = await connect({ protocolVersion });
          send(client, qos, 1);
          send(client, qos, 1, { dup: true });
          send(client, qos, 2);
          assert.deepEqual(await topics(listener, 2), ['t/1', 't/2']);
        });
      }

      it('let pings and publications go on while their acknowledgement is withheld', async () => {
        const [client, listener] = await connect({ protocolVersion, keepalive: 1 });
        send(client, 1, 1);
        send(client, 2, 2);
        await listener.receipts.first(2);
        // The third ping comes after more than twice the keep-alive.
        await server.received.find('third ping', () => server.count('pingreq') >= 3);
        const publication = { topic: 'out', payload: 'x', qos: 1, retain: false } as const;
        const outcome = await new Promise<{ kind: string }>((resolve) => {
          opened[0]?.transport.publish(publication, resolve);
        });
        assert.equal(outcome.kind, 'acknowledged');
        assert.equal(listener.ends.all.length, 0);
        for (const receipt of listener.receipts.all) receipt.acknowledge();
        await answer('pubrec 2');
      });

      it('are delivered once at QoS 2, before the flow is done with them', async () => {
        const [client, listener] = await connect({ protocolVersion });
        send(client, 2, 7);
        const receipt = await listener.receipts.next();
        assert.deepEqual(answers(), []);
        receipt.acknowledge();
        await answer('pubrec 7');
        send(client, 2, 7, { dup: true });
        client.send({ cmd: 'pubrel', messageId: 7 });
        await answer('pubcomp 7');
        assert.deepEqual(answers(), ['pubrec 7', 'pubrec 7', 'pubcomp 7']);
        assert.deepEqual(await topics(listener, 1), ['t/7']);
        // The identifier is free again, for another publication.
        send(client, 2, 7);
        assert.deepEqual(await topics(listener, 2), ['t/7', 't/7']);
      });

      it('are delivered once at QoS 2 when the session goes on, whatever of the exchange was lost', async () => {
        const [first, before] = await connect({ protocolVersion });
        for (const id of [1, 2, 3]) send(first, 2, id);
        const [done, working, atWork] = await before.receipts.first(3);
        done?.acknowledge();
        await answer('pubrec 1');
        opened[0]?.transport.destroy();
        await first.gone();
        // The flow is done while there is no connection.
        working?.acknowledge();
        server.script = goesOn;
        const [second, after] = await connect({ protocolVersion });
        for (const id of [1, 2, 3]) send(second, 2, id, { dup: true });
        await answer('pubrec 2');
        assert.deepEqual(answers(), ['pubrec 1', 'pubrec 1', 'pubrec 2']);
        atWork?.acknowledge();
        await answer('pubrec 3');
        assert.deepEqual(after.messages.all, []);
      });

      it('are delivered again at QoS 2 when the flow wants them again', async () => {
        const [first, before] = await connect({ protocolVersion });
        send(first, 2, 1);
        (await before.receipts.next()).abandon();
        opened[0]?.transport.destroy();
        await first.gone();
        server.script = goesOn;
        const [second, after] = await connect({ protocolVersion });
        send(second, 2, 1, { dup: true });
        assert.deepEqual(await topics(after, 1), ['t/1 again']);
      });

      it('mean nothing any more when the server has lost the session', async () => {
        const [first, before] = await connect({ protocolVersion });
        send(first, 2, 1);
        const late = await before.receipts.next();
        opened[0]?.transport.destroy();
        await first.gone();
        const [second, after] = await connect({ protocolVersion });
        late.acknowledge();
        send(second, 2, 1);
        assert.deepEqual(await topics(after, 1), ['t/1']);
        (await after.receipts.next()).acknowledge();
        await answer('pubrec 1');
        assert.deepEqual(answers(), ['pubrec 1']);
      });

      it('are acknowledged on their own connection only, at QoS 1', async () => {
        const [first, before] = await connect({ protocolVersion });
        send(first, 1, 1);
        const late = await before.receipts.next();
        opened[0]?.transport.destroy();
        await first.gone();
        server.script = goesOn;
        const [second, after] = await connect({ protocolVersion });
        late.acknowledge();
        send(second, 1, 1, { dup: true });
        assert.deepEqual(await topics(after, 1), ['t/1 again']);
        send(second, 1, 2);
        const [again, other] = await after.receipts.first(2);
        other?.acknowledge();
        again?.acknowledge();
        await answer('puback 2');
        assert.deepEqual(answers(), ['puback 1', 'puback 2']);
      });

      it('are acknowledged before the end when it is an orderly one', async () => {
        const [client, listener] = await connect({ protocolVersion });
        send(client, 1, 1);
        (await listener.receipts.next()).acknowledge();
        await opened[0]?.transport.close();
        await client.gone();
        assert.deepEqual(answers(), ['puback 1', 'disconnect']);
      });
    });
  }

  it('are refused with a reason code by MQTT 5, and the exchange at QoS 2 is over', async () => {
    const [client, listener] = await connect({ protocolVersion: 5 });
    send(client, 1, 1);
    send(client, 2, 2);
    for (const receipt of await listener.receipts.first(2)) receipt.acknowledge(0x83);
    await answer('pubrec 2 0x83');
    assert.deepEqual(answers(), ['puback 1 0x83', 'pubrec 2 0x83']);
    send(client, 2, 2);
    assert.deepEqual(await topics(listener, 3), ['t/1', 't/2', 't/2']);
  });

  it('stay unacknowledged when they are refused by MQTT 3.1.1, which knows no refusal', async () => {
    const [client, listener] = await connect({ protocolVersion: 4 });
    for (const id of [1, 2]) send(client, 1, id);
    const [first, second] = await listener.receipts.first(2);
    first?.acknowledge(0x83);
    second?.acknowledge();
    await answer('puback 2');
    assert.deepEqual(answers(), ['puback 2']);
  });

  it('may be more than we have allowed, as those of mosquitto 2.0.11 are', async () => {
    const [client, listener] = await connect({ protocolVersion: 5, properties: { receiveMaximum: 2 } });
    for (const id of [1, 2, 3, 4]) send(client, id % 2 === 0 ? 2 : 1, id);
    assert.deepEqual(await topics(listener, 4), ['t/1', 't/2', 't/3', 't/4']);
    for (const receipt of listener.receipts.all) receipt.acknowledge();
    await answer('puback 3');
    await answer('pubrec 4');
    assert.equal(listener.ends.all.length, 0);
  });

  it('may come without end when each is acknowledged', async () => {
    const [client, listener] = await connect({ protocolVersion: 5, properties: { receiveMaximum: 2 } });
    listener.holds = false;
    for (const id of [1, 2, 3, 4]) {
      send(client, id % 2 === 0 ? 2 : 1, id);
      if (id % 2 === 0) await answer(`pubrec ${id}`);
      if (id % 2 === 0) client.send({ cmd: 'pubrel', messageId: id });
      await answer(id % 2 === 0 ? `pubcomp ${id}` : `puback ${id}`);
    }
    assert.equal(listener.ends.all.length, 0);
  });

  it('answer the release of an unknown publication: by MQTT 5 with a code', async () => {
    const [client] = await connect({ protocolVersion: 5 });
    client.send({ cmd: 'pubrel', messageId: 9 });
    await answer('pubcomp 9 0x92');
  });

  it('at QoS 2 are those of the same session, however the server is reached, and not of one that another server keeps', async () => {
    const [first, listener] = await connect();
    send(first, 2, 1);
    await topics(listener, 1);
    server.script = goesOn;
    first.socket.destroy();
    await listener.ends.next();
    // Another way to the same server, as a deploy makes one.
    open = tcpStream('127.0.0.1', server.port);
    const [again, then] = await connect();
    send(again, 2, 1, { dup: true });
    send(again, 2, 2);
    assert.deepEqual(await topics(then, 1), ['t/2']);
    again.socket.destroy();
    await then.ends.next();
    const [elsewhere, last] = await connect({ server: 'another' });
    send(elsewhere, 2, 1, { dup: true });
    assert.deepEqual(await topics(last, 1), ['t/1 again']);
  });

  it('at QoS 2 are those of the same session for a client that the server has named', async () => {
    server.script = {
      connect: (client) =>
        client.send({
          cmd: 'connack',
          sessionPresent: false,
          reasonCode: 0,
          properties: { assignedClientIdentifier: 'named' },
        }),
    };
    const [first, listener] = await connect({ clientId: '', cleanStart: true });
    send(first, 2, 1);
    await topics(listener, 1);
    server.script = goesOn;
    first.socket.destroy();
    await listener.ends.next();
    const [again, then] = await connect({ clientId: 'named' });
    send(again, 2, 1, { dup: true });
    send(again, 2, 2);
    assert.deepEqual(await topics(then, 1), ['t/2']);
  });

  it('come after the connection, although they may follow CONNACK in one piece', async () => {
    const publication = {
      cmd: 'publish',
      topic: 't',
      payload: 'x',
      qos: 1,
      messageId: 1,
      retain: false,
      dup: false,
    } as const;
    server.script = {
      connect: ({ socket }) => {
        const connack = generate({ cmd: 'connack', sessionPresent: true, reasonCode: 0 }, { protocolVersion: 5 });
        socket.write(Buffer.concat([connack, generate(publication, { protocolVersion: 5 })]));
      },
    };
    const connection = openTransport(open, { protocolVersion: 5 }, transports);
    opened.push(connection);
    const { listener } = connection;
    const connectedFirst = new Promise<boolean>((resolve) => {
      const message = listener.message.bind(listener);
      listener.message = (...given) => {
        resolve(listener.servers.all.length > 0);
        message(...given);
      };
    });
    assert.ok(await connectedFirst);
    await answer('puback 1');
  });

  it('come with the topic that their alias stands for, at every QoS', async () => {
    const [client, listener] = await connect({ protocolVersion: 5, properties: { topicAliasMaximum: 3 } });
    const aliased = { cmd: 'publish', payload: 'x', retain: false, dup: false } as const;
    const properties = { topicAlias: 3 };
    client.send({ ...aliased, topic: 'long/topic', qos: 1, messageId: 1, properties });
    client.send({ ...aliased, topic: '', qos: 0, properties });
    client.send({ ...aliased, topic: '', qos: 1, messageId: 2, properties });
    client.send({ ...aliased, topic: '', qos: 2, messageId: 3, properties });
    assert.deepEqual(await topics(listener, 4), Array(4).fill('long/topic'));
  });

  for (const [what, topic, topicAlias, code] of [
    ['an alias that stands for nothing', '', 2, 0x82],
    ['an alias beyond those that we offered', 'a', 4, 0x94],
    ['neither topic nor alias', '', undefined, 0x82],
  ] as const) {
    it(`end the connection when one has ${what}`, async () => {
      const [client, listener] = await connect({ protocolVersion: 5, properties: { topicAliasMaximum: 3 } });
      const properties = topicAlias === undefined ? {} : { topicAlias };
      client.send({ cmd: 'publish', topic, payload: 'x', qos: 0, retain: false, dup: false, properties });
      assert.equal((await listener.ends.next()).reasonCode, code);
      await answer(`disconnect 0x${code.toString(16)}`);
    });
  }
});
