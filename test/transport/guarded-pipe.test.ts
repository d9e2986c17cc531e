// An exception while a packet is handled, in mqtt.js or in our own code, ends the connection, but not the process.

import assert from 'node:assert/strict';
import { MqttClient } from 'mqtt';
import { PIECE } from '#src/transport/mqttjs/packet-cutter';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import type { Transport } from '#src/transport/transport';
import { filterOf } from '../core/parsed';
import { openTransport, type RecordingListener } from '../helpers/fakes/transport-listener';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

describe('what is thrown over a packet', () => {
  let server: ScriptedServer;
  let transport: Transport | undefined;
  const uncaught: unknown[] = [];
  const note = (error: unknown): unknown => uncaught.push(error);

  beforeEach(async () => {
    uncaught.length = 0;
    server = await ScriptedServer.start();
    process.on('uncaughtExceptionMonitor', note);
  });
  afterEach(async () => {
    process.off('uncaughtExceptionMonitor', note);
    await transport?.close();
    await server.stop();
    assert.deepEqual(uncaught, []);
  });

  async function connected(): Promise<{ client: ScriptedClient; listener: RecordingListener }> {
    const opened = openTransport(tcpStream('127.0.0.1', server.port));
    transport = opened.transport;
    await opened.listener.servers.next();
    return { client: await server.clients.next(), listener: opened.listener };
  }

  /** Makes mqtt.js throw over the packet `cmd`, as its bugs have done. */
  function sabotage(cmd: string): () => void {
    // Its types say which arguments each event has.
    const prototype = MqttClient.prototype as unknown as {
      emit: (event: string, packet?: { cmd?: string }) => boolean;
    };
    const { emit } = prototype;
    // After all listeners: mqtt.js handles the packet next, and throws there.
    prototype.emit = function emitAndThrow(...args) {
      const heard = emit.apply(this, args);
      const [event, packet] = args;
      if (event === 'packetreceive' && packet?.cmd === cmd) throw new TypeError(`sabotaged ${cmd}`);
      return heard;
    };
    return () => {
      prototype.emit = emit;
    };
  }

  for (const [what, together] of [
    ['alone', false],
    ['behind other packets in one piece of the stream', true],
  ] as const) {
    it(`by mqtt.js ends the connection, ${what}`, async () => {
      const { client, listener } = await connected();
      const repair = sabotage('suback');
      try {
        server.script = {
          subscribe: (_client, { messageId = 0 }) => {
            client.socket.cork();
            if (together) {
              const packet = { cmd: 'publish', topic: 'a', payload: '', qos: 0, retain: false, dup: false } as const;
              for (let count = 0; count < 3; count++) client.send(packet);
            }
            client.send({ cmd: 'suback', messageId, granted: [0] });
            client.socket.uncork();
          },
        };
        const request = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
        transport?.subscribe({ filter: filterOf('a').wire, ...request }, () => {});
        const { code, params } = await listener.ends.next();
        assert.deepEqual([code, params.reason], ['protocol-error', 'sabotaged suback']);
        assert.equal(listener.messages.all.length, together ? 3 : 0);
        await client.gone();
      } finally {
        repair();
      }
    });
  }

  it('by a subscriber ends the connection', async () => {
    const { client, listener } = await connected();
    listener.message = () => {
      throw new Error('no use for it');
    };
    client.send({ cmd: 'publish', topic: 'a', payload: '', qos: 0, retain: false, dup: false });
    const { code, params } = await listener.ends.next();
    assert.deepEqual([code, params.reason], ['protocol-error', 'no use for it']);
  });
});

describe('what is read at once', () => {
  it('is handed over in portions: flows run in between, and nothing is lost or out of order', async () => {
    const server = await ScriptedServer.start();
    const { transport, listener } = openTransport(tcpStream('127.0.0.1', server.port));
    await listener.servers.next();
    let turn = 0;
    const turns: number[] = [];
    const record = listener.message.bind(listener);
    listener.message = (publication, receipt) => {
      // Like a flow: its messages continue in the next turn of the event loop.
      setImmediate(() => {
        turn = turns.length;
      });
      turns.push(turn);
      record(publication, receipt);
    };
    const count = 1000;
    const client = await server.clients.next();
    client.socket.cork();
    for (let number = 0; number < count; number++) {
      client.send({
        cmd: 'publish',
        topic: `t/${number}`,
        payload: 'x'.repeat(200),
        qos: 0,
        retain: false,
        dup: false,
      });
    }
    client.socket.uncork();
    const messages = await listener.messages.first(count);
    assert.deepEqual(
      messages.map(({ topic }) => topic),
      Array.from({ length: count }, (_, number) => `t/${number}`),
    );
    // How many have come since the flows last had their turn: the end of one read, and the first piece of the next.
    const behind = turns.map((before, number) => number - before);
    assert.ok(Math.max(...behind) <= (2 * PIECE) / 200, `${Math.max(...behind)} of them in one turn`);
    await transport.close();
    await server.stop();
  });
});
