// A connection whose publications are not acknowledged: reading stops, but the connection stays.

import assert from 'node:assert/strict';
import { mqttjsTransports } from '#src/transport/mqttjs/mqttjs-transport';
import { tcpStream } from '#src/transport/streams/tcp-stream';
import { connectTransport, type OpenedTransport } from '../helpers/fakes/transport-listener';
import { type ScriptedClient, ScriptedServer } from '../helpers/servers/scripted-server';

const MIB = 1024 * 1024;
/** A little less than 1 MiB with topic and identifier. */
const PAYLOAD = Buffer.alloc(MIB - 100);
const outgoing = { topic: 'out', payload: 'x', qos: 1, retain: false } as const;

/** Publications of 1 MiB that are held before nothing more is read. */
const ROOM = { 4: 8, 5: 16 } as const;

for (const protocolVersion of [4, 5] as const) {
  describe(`more publications than memory should hold, by MQTT ${protocolVersion}`, () => {
    const most = ROOM[protocolVersion] + 1;
    let server: ScriptedServer;
    let opened: OpenedTransport;
    let client: ScriptedClient;

    beforeEach(async () => {
      server = await ScriptedServer.start();
      const open = tcpStream('127.0.0.1', server.port);
      opened = await connectTransport(open, { protocolVersion, keepalive: 1 }, mqttjsTransports());
      opened.listener.holds = true;
      client = await server.clients.next();
      for (let messageId = 1; messageId <= most + 5; messageId++) {
        client.send({ cmd: 'publish', topic: 't', payload: PAYLOAD, qos: 1, messageId, retain: false, dup: false });
      }
      await opened.listener.receipts.first(most);
    });
    afterEach(async () => {
      opened.transport.destroy();
      await server.stop();
    });

    it('are not read, for longer than pings may stay unanswered', async () => {
      const { listener, transport } = opened;
      const acknowledged = new Promise((resolve) => transport.publish(outgoing, resolve));
      // mqtt.js would end the connection half a keep-alive after the first.
      await server.received.find('a fourth ping', () => server.count('pingreq') >= 4);
      assert.deepEqual([transport.reading, listener.receipts.all.length, listener.ends.all.length], [false, most, 0]);
      for (const receipt of listener.receipts.all) receipt.acknowledge();
      await listener.receipts.first(most + 5);
      assert.deepEqual(await acknowledged, { kind: 'acknowledged', reasonCode: 0 });
      assert.equal(transport.reading, true);
    });

    it('do not hide the end of the connection', async () => {
      client.socket.resetAndDestroy();
      const { code } = await opened.listener.ends.next();
      assert.equal(code, 'connection-lost');
    });

    it('are read again, and a silent server is noticed after that', async () => {
      const { listener } = opened;
      await server.received.find('a second ping', () => server.count('pingreq') >= 2);
      for (const receipt of listener.receipts.all) receipt.acknowledge();
      await listener.receipts.first(most + 5);
      client.socket.pause();
      assert.equal((await listener.ends.next()).code, 'keepalive-timeout');
    });
  });
}
