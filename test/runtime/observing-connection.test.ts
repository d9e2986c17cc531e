// The connection of somebody who looks on: what it drops is never read, and what must not be dropped comes all the same.

import assert from 'node:assert/strict';
import type { IPublishPacket } from 'mqtt-packet';
import type { IncomingPublication } from '#src/core/publication';
import { parseTopicFilter } from '#src/core/topic-filter';
import { observingConnection } from '#src/runtime/observing-connection';
import { tcpStream } from '#src/transport/tcp-stream';
import { Inbox } from '../helpers/inbox';
import { ScriptedServer } from '../helpers/scripted-server';

const RECONNECT = { minDelay: 1000, maxDelay: 1000 };

describe('the connection of a viewer', () => {
  let server: ScriptedServer;

  afterEach(() => server.stop());

  it('reads of the messages at QoS 0 those that it has room for, and all others', async () => {
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
    const connection = observingConnection(
      {
        endpoints: [{ name: 'server', open: tcpStream('127.0.0.1', server.port) }],
        protocolVersion: 5,
        reconnect: RECONNECT,
        connectTimeout: 10_000,
        connectOptions: () => ({
          clientId: 'plant',
          keepalive: 60,
          cleanStart: true,
          properties: { topicAliasMaximum: 20, receiveMaximum: 5 },
        }),
      },
      (error) => assert.fail(error),
      () => ++asked <= 3,
    );
    const received = new Inbox<IncomingPublication>('messages of the viewer');
    const parsed = parseTopicFilter('#');
    assert.ok(parsed.ok);
    connection.subscribe({
      subscriptions: [
        {
          filter: parsed.filter,
          qos: 2,
          noLocal: false,
          retainAsPublished: true,
          retainHandling: 0,
          retained: 'deliver',
        },
      ],
      deliver: (publication) => received.push(publication),
      stateChanged: () => {},
    });
    connection.connect();
    await server.packet('puback');
    const seen = received.all.map(({ payload }) => payload.toString());
    await connection.close();
    assert.deepEqual(seen, ['0', '1', '2', '6']);
    assert.ok(asked >= 6, 'each message is asked for');
    const { properties } = await server.packet('connect');
    assert.deepEqual([properties?.topicAliasMaximum, properties?.receiveMaximum], [undefined, 5]);
  });
});
