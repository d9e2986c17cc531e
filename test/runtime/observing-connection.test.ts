// The connection of the sidebar: it drops messages with QoS 0 unread, but never those that must not be dropped.

import assert from 'node:assert/strict';
import type { IPublishPacket } from 'mqtt-packet';
import type { Connection } from '#src/connection/connection';
import { found } from '#src/core/errors/result';
import type { IncomingPublication } from '#src/core/publications/publication';
import { parseTopicFilter } from '#src/core/topics/topic-filter';
import { observingConnection } from '#src/runtime/broker/observing-connection';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { Inbox } from '../helpers/flows/inbox';
import { ScriptedServer } from '../helpers/servers/scripted-server';

const RECONNECT = { minDelay: 1000, maxDelay: 1000 };

describe('the connection of a viewer', () => {
  let server: ScriptedServer;

  afterEach(() => server.stop());

  function view(admits: () => boolean): { connection: Connection; received: Inbox<IncomingPublication> } {
    const connection = observingConnection(
      {
        endpoints: [{ name: 'server', open: tcpStream('127.0.0.1', server.port) }],
        protocolVersion: 5,
        reconnect: RECONNECT,
        connectTimeout: 10_000,
        connectOptions: async () =>
          found({
            clientId: 'plant',
            keepalive: 60,
            cleanStart: true,
            properties: { topicAliasMaximum: 20, receiveMaximum: 5 },
          }),
      },
      (error) => assert.fail(error),
      admits,
    );
    const received = new Inbox<IncomingPublication>('messages of the viewer');
    const parsed = parseTopicFilter('#');
    assert.ok(parsed.ok);
    const options = {
      qos: 2,
      noLocal: false,
      retainAsPublished: true,
      retainHandling: 0,
      retained: 'deliver',
    } as const;
    connection.subscribe({
      subscriptions: [{ filter: parsed.filter, ...options }],
      deliver: (publication) => received.push(publication),
      stateChanged: () => {},
    });
    connection.connect();
    return { connection, received };
  }

  it('reads the messages at QoS 0 that it has room for, and all others', async () => {
    const messages = Array.from({ length: 10 }, (_, index): IPublishPacket => {
      const qos = index === 6 ? 1 : 0;
      const identifier = qos === 1 ? { messageId: 1 } : {};
      return { cmd: 'publish', topic: 'a', payload: String(index), qos, dup: false, retain: false, ...identifier };
    });
    server = await ScriptedServer.start({
      subscribe(client, { subscriptions, messageId = 0 }) {
        client.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
        for (const message of messages) client.send(message);
      },
    });
    let asked = 0;
    const { connection, received } = view(() => ++asked <= 3);
    await server.packet('puback');
    const seen = received.all.map(({ payload }) => payload.toString());
    await connection.close();
    assert.deepEqual(seen, ['0', '1', '2', '6']);
    assert.ok(asked >= 6, 'each message is asked for');
    const { properties } = await server.packet('connect');
    assert.deepEqual([properties?.topicAliasMaximum, properties?.receiveMaximum], [undefined, 5]);
  });

  it('reads at intervals all that has arrived, in order', async () => {
    const COUNT = 2000;
    server = await ScriptedServer.start({
      subscribe(client, { subscriptions, messageId = 0 }) {
        client.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
        for (let index = 0; index < COUNT; index++) {
          client.send({ cmd: 'publish', topic: 'a', payload: String(index), qos: 0, dup: false, retain: false });
        }
      },
    });
    const { connection, received } = view(() => true);
    await received.find('the last message', ({ payload }) => payload.toString() === String(COUNT - 1));
    await connection.close();
    assert.deepEqual(
      received.all.map(({ payload }) => Number(payload)),
      Array.from({ length: COUNT }, (_, index) => index),
    );
  });
});
