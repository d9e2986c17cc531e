// An MQTT 3.1.1 server that closes the connection because of one message: the others arrive, and that one is reported.

import assert from 'node:assert/strict';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import type { QoS } from '#src/core/publications/publication';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { Settlements } from '../../connection/settlements';
import { type Script, ScriptedServer } from '../../helpers/servers/scripted-server';

const PATIENT: Script = {
  publish(client, { topic, qos, messageId = 0 }) {
    if (topic === 'poison') client.socket.end();
    else if (qos === 1) client.send({ cmd: 'puback', messageId });
    else if (qos === 2) client.send({ cmd: 'pubrec', messageId });
  },
};

describe('a message over which a server of MQTT 3.1.1 hangs up', () => {
  let server: ScriptedServer;
  let connection: Connection;
  beforeEach(async () => {
    server = await ScriptedServer.start(PATIENT);
    connection = new Connection(
      {
        endpoints: [{ name: 'server', open: tcpStream('127.0.0.1', server.port) }],
        protocolVersion: 4,
        connectOptions: () => ({ clientId: 'poison', keepalive: 60, cleanStart: false }),
        connectTimeout: 5000,
        reconnect: { minDelay: 1, maxDelay: 5 },
        outbox: { maxMessages: 100, maxBytes: 10_000, overflow: 'reject' },
        messages: {},
      },
      { openTransport: mqttjsTransports(), clock: systemClock, random: Math.random, report() {} },
    );
  });
  afterEach(async () => {
    await connection.close();
    await server.stop();
  });

  for (const qos of [1, 2] as const) {
    it(`is given up after five connections that it was alone on (QoS ${qos})`, async () => {
      const settlements = new Settlements();
      const publish = (topic: string, level: QoS): Promise<void> =>
        new Promise((resolve) => {
          connection.publish({ topic, payload: '', qos: level, retain: false }, settlements.of(topic, resolve));
        });
      const all = [publish('before', 1), publish('poison', qos), publish('after', 1), publish('last', 2)];
      connection.connect();
      await Promise.all(all);
      assert.deepEqual([...settlements.log].sort(), [
        'after ok 0',
        'before ok 0',
        'last ok 0',
        'poison publication-deadly',
      ]);
      const tries = server.received.all.filter(
        (packet) => packet.cmd === 'publish' && packet.topic === 'poison',
      ).length;
      assert.ok(tries >= 5 && tries <= 7, `${tries} tries`);
    });
  }
});
