// PINGREQ as a question to the server: whether all that it sent before has arrived.

import assert from 'node:assert/strict';
import { streamTo } from '../helpers/fakes/opening-log';
import { connectTransport, type OpenedTransport } from '../helpers/fakes/transport-listener';
import { Inbox } from '../helpers/flows/inbox';
import { type ScriptedClient, ScriptedServer, silent } from '../helpers/servers/scripted-server';

describe('a ping', () => {
  let server: ScriptedServer;
  let opened: OpenedTransport | undefined;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    opened?.transport.destroy();
    await server.stop();
  });

  async function connect(keepalive: number): Promise<OpenedTransport & { client: ScriptedClient }> {
    opened = await connectTransport(streamTo(`mqtt://127.0.0.1:${server.port}`), { keepalive, protocolVersion: 4 });
    return { ...opened, client: await server.clients.next() };
  }

  it('goes out after the acknowledgements so far, and is answered after what the server sent before', async () => {
    const { transport, listener, client } = await connect(0);
    listener.holds = true;
    client.send({ cmd: 'publish', topic: 'a', payload: '', qos: 1, messageId: 7, retain: false, dup: false });
    const receipt = await listener.receipts.next();
    assert.equal(transport.unacknowledged, 1);
    server.script = {
      pingreq: () => {
        client.send({ cmd: 'publish', topic: 'b', payload: '', qos: 0, retain: false, dup: false });
        client.send({ cmd: 'pingresp' });
      },
    };
    receipt.acknowledge();
    assert.equal(transport.unacknowledged, 0);
    const topics = await new Promise((resolve) => {
      transport.ping(() => resolve(listener.messages.all.map(({ topic }) => topic)));
    });
    assert.deepEqual(topics, ['a', 'b']);
    assert.deepEqual(
      server.received.all.map(({ cmd }) => cmd),
      ['connect', 'puback', 'pingreq'],
    );
  });

  it('goes out by itself where the server demands a keep alive, although the client has none', async () => {
    server.script = {
      connect: (client) =>
        client.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: { serverKeepAlive: 1 } }),
    };
    opened = await connectTransport(streamTo(`mqtt://127.0.0.1:${server.port}`), { keepalive: 0, protocolVersion: 5 });
    await server.packet('pingreq');
  });

  it('counts a publication at QoS 2 as unacknowledged until PUBREL', async () => {
    const { transport, listener, client } = await connect(0);
    client.send({ cmd: 'publish', topic: 'a', payload: '', qos: 2, messageId: 7, retain: false, dup: false });
    await server.packet('pubrec');
    assert.equal(transport.unacknowledged, 1);
    client.send({ cmd: 'pubrel', messageId: 7 });
    await server.packet('pubcomp');
    assert.deepEqual([transport.unacknowledged, listener.ends.all], [0, []]);
  });

  it('is not taken for answered by the answer to a ping of mqtt.js, nor after the end of the connection', async () => {
    server.script = { pingreq: silent };
    const { transport, client } = await connect(1);
    // That of mqtt.js.
    await server.packet('pingreq');
    const answers = new Inbox<number>('answers to pings');
    for (const number of [1, 2, 3]) transport.ping(() => answers.push(number));
    const all = await server.received.first(5);
    assert.deepEqual(
      all.map(({ cmd }) => cmd),
      ['connect', 'pingreq', 'pingreq', 'pingreq', 'pingreq'],
    );
    client.send({ cmd: 'pingresp' });
    client.send({ cmd: 'pingresp' });
    await answers.next();
    client.send({ cmd: 'pingresp' });
    await answers.next();
    assert.deepEqual(answers.all, [1, 2]);
    client.send({ cmd: 'pingresp' });
    transport.destroy();
    await client.gone();
    assert.deepEqual(answers.all, [1, 2]);
  });
});
