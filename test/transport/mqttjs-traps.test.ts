// Pitfalls of mqtt.js, each with the test that shows that we avoid it. Read this when mqtt.js changes.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { IConnectPacket } from 'mqtt-packet';
import { systemClock } from '#src/connection/clock';
import { Connection } from '#src/connection/connection';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { streamTo } from '../helpers/fakes/opening-log';
import { readText } from '../helpers/package/package-files';
import { Listening } from '../helpers/servers/listening';
import { ScriptedServer } from '../helpers/servers/scripted-server';

/** The behaviour of mqtt.js, the file of the test that would notice it, and a part of its title. */
const TRAPS: readonly [trap: string, file: string, title: string][] = [
  ['opens sockets without noDelay', 'transport/tcp-stream', 'sends small packets at once'],
  ['keeps the first server name for all TLS attempts', 'transport/tls-stream', 'sends the name of the server'],
  ['says nothing of a WebSocket that is refused', 'transport/websocket-stream', 'reports an answer with HTTP'],
  ['drops stream errors without a code', 'runtime/why-not-connected', 'the WebSocket is refused'],
  ['heeds MQTTJS_SOCKS_PROXY', 'transport/mqttjs-traps', 'the proxy variables of mqtt.js are not used'],
  ['writes limits of CONNACK into the options', 'transport/mqttjs-traps', 'each CONNECT is the same'],
  ['does not adopt an assigned client identifier', 'transport/mqttjs-traps', 'an assigned client identifier is kept'],
  [
    'goes by the keep-alive of the server',
    'runtime/why-not-connected',
    'the keep-alive is the one that the server asks for',
  ],
  ['calls a lost peer "Keepalive timeout"', 'runtime/why-not-connected', 'stops answering'],
  ['stops to reconnect after a refusal', 'nodes/session-takeover', 'because it is busy is tried again soon'],
  ['queues and resends what is unacknowledged', 'transport/outbound-flow', 'sends dup for what has been sent before'],
  ['forgets callbacks when the stream goes', 'transport/outbound-flow', 'settles each unanswered publication once'],
  ['waits for drain with a listener for each QoS 0', 'transport/mqttjs-transport-end', 'stuck in a full stream'],
  ['wraps packet identifiers without a look', 'transport/outbound-flow', 'that the outbox does not use'],
  ['throws over invalid publications', 'nodes/bad-messages', 'it('],
  ['does not heed the limits of the server', 'nodes/limits', 'it('],
  ['acknowledges before the flow is done', 'transport/inbound-flow', 'once at QoS 2, before the flow is done'],
  ['blocks pings while a message is handled', 'transport/inbound-flow', 'let pings and publications go on'],
  ['hands over QoS 2 under an alias without a topic', 'transport/inbound-alias', 'the topic of their alias'],
  ['gives CONNACK late when more follows in one piece', 'transport/inbound-alias', 'they arrive together with CONNACK'],
  ['sends no SUBSCRIBE for a filter that it knows', 'transport/mqttjs-transport', 'Asked again, it is sent again'],
  ['calls a refused filter granted', 'transport/mqttjs-transport', 'settles a subscription as'],
  [
    'waits without end in end(false)',
    'transport/mqttjs-transport-end',
    'what is unanswered is settled once, DISCONNECT',
  ],
  ['leaves the socket when ended while connecting', 'transport/mqttjs-transport-end', 'has not answered CONNECT'],
  ['does nothing at a second end()', 'transport/mqttjs-transport-end', 'by close() twice'],
  ['has no policy for DISCONNECT', 'runtime/why-not-connected', 'takes another client for this one'],
  ['begins anew with a second CONNACK', 'transport/mqttjs-transport-end', 'follows a second CONNACK'],
  ['throws over malformed packets', 'system/reliability/fuzz', 'costs the connection'],
  ['catches nothing', 'transport/guarded-pipe', 'by mqtt.js ends the connection'],
  ['gives one identifier or several', 'transport/mqttjs-transport', 'subscription identifiers, one or several'],
];

describe('the traps of mqtt.js', () => {
  for (const [trap, file, title] of TRAPS) {
    it(`mqtt.js ${trap}: ${file}`, () => {
      assert.ok(readText(`test/${file}.test.ts`).includes(title), title);
    });
  }

  it('are known of this version of mqtt.js or an earlier one', () => {
    const { version } = JSON.parse(readText('node_modules/mqtt/package.json'));
    const [major = 0, minor = 0] = String(version).split('.').map(Number);
    assert.ok(major === 5 && minor >= 16, `what has changed in ${version}?`);
  });

  describe('in two connections, one after the other', () => {
    let server: ScriptedServer;
    let connection: Connection;
    afterEach(async () => {
      await connection.close();
      await server.stop();
    });

    /** The two CONNECTs, of which the first is answered with `properties`. */
    async function connects(clientId: string, properties: object): Promise<IConnectPacket[]> {
      server = await ScriptedServer.start({
        connect: (client) => client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties }),
      });
      connection = new Connection(
        {
          endpoints: [{ name: 'server', open: streamTo(`mqtt://127.0.0.1:${server.port}`) }],
          protocolVersion: 5,
          connectOptions: () => ({ clientId, keepalive: 60, cleanStart: true, properties: { receiveMaximum: 20 } }),
          connectTimeout: 10_000,
          reconnect: { minDelay: 1, maxDelay: 1 },
          outbox: { maxMessages: 1, maxBytes: 1, overflow: 'reject' },
          messages: {},
        },
        { openTransport: mqttjsTransports(), clock: systemClock, random: Math.random, report: assert.fail },
      );
      connection.connect();
      await server.packet('connect');
      const [first] = await server.clients.first(1);
      first?.socket.destroy();
      await server.clients.first(2);
      await server.received.find('the second CONNECT', () => server.count('connect') === 2);
      return server.received.all.filter((packet): packet is IConnectPacket => packet.cmd === 'connect');
    }

    it('each CONNECT is the same, whatever the limits of the server are', async () => {
      const [one, two] = await connects('same', { serverKeepAlive: 7, receiveMaximum: 3, maximumPacketSize: 999 });
      assert.deepEqual(two, one);
      assert.deepEqual([one?.keepalive, one?.properties?.receiveMaximum], [60, 20]);
    });

    it('an assigned client identifier is kept', async () => {
      const [one, two] = await connects('', { assignedClientIdentifier: 'chosen' });
      assert.deepEqual([one?.clientId, two?.clientId], ['', 'chosen']);
    });
  });

  it('the proxy variables of mqtt.js are not used', async () => {
    const proxy = await Listening.start(createServer());
    const server = await ScriptedServer.start();
    process.env.MQTTJS_SOCKS_PROXY = `socks5://127.0.0.1:${proxy.port}`;
    const options = {
      server: 'server',
      protocolVersion: 5,
      clientId: 'direct',
      keepalive: 60,
      cleanStart: true,
    } as const;
    const nothing = (): void => {};
    const transport = mqttjsTransports()(streamTo(`mqtt://127.0.0.1:${server.port}`), options, {
      stage: nothing,
      connected: nothing,
      message: nothing,
      writable: nothing,
      closed: nothing,
    });
    try {
      await server.packet('connect');
      assert.equal(proxy.sockets.all.length, 0);
    } finally {
      delete process.env.MQTTJS_SOCKS_PROXY;
      await transport.close();
      await server.stop();
      await proxy.stop();
    }
  });
});
