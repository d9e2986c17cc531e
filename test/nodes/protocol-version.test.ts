// Which version of MQTT a broker node speaks, with servers that refuse the one it begins with.

import assert from 'node:assert/strict';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { type Script, ScriptedServer } from '../helpers/servers/scripted-server';

describe('protocol version', () => {
  let server: ScriptedServer;
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  async function load(
    script: Script,
    protocolVersion: BrokerConfig['protocolVersion'],
    connectTimeout = 30,
  ): Promise<Flow> {
    server = await ScriptedServer.start(script);
    return loadFlow([
      serverNode('version-broker', server.port, { protocolVersion, connectTimeout }),
      ...subscribeNodes('sub', 'version-broker', [unique('version')]),
      ...publishNodes('pub', 'version-broker'),
    ]);
  }

  function versions(): number[] {
    return server.received.all.flatMap((packet) => (packet.cmd === 'connect' ? [packet.protocolVersion ?? 4] : []));
  }

  it('auto: MQTT 5 where the server takes it', async () => {
    const flow = await load({}, 'auto');
    await flow.connected('sub', 'pub');
    assert.deepEqual(versions(), [5]);
  });

  const refusals: [string, Script][] = [
    [
      'with the return code of 3.1.1 in the shape of 3.1.1',
      {
        connect: (client) => {
          if (client.protocolVersion === 4) client.connack(0);
          else client.socket.end(Buffer.from([0x20, 2, 0, 1]));
        },
      },
    ],
    [
      'with the return code of 3.1.1, and does not hang up',
      {
        connect: (client) => {
          if (client.protocolVersion === 4) client.connack(0);
          else client.socket.write(Buffer.from([0x20, 2, 0, 1]));
        },
      },
    ],
    [
      'with the reason code of MQTT 5',
      { connect: (client) => client.connack(client.protocolVersion === 4 ? 0 : 0x84) },
    ],
    ['by accepting in the shape of 3.1.1', olderServer(0)],
    ['by a return code about the client identifier', olderServer(2)],
    ['by a return code about credentials', olderServer(5)],
  ];
  for (const [how, script] of refusals) {
    it(`auto: 3.1.1 at once where the server refuses MQTT 5 ${how}`, async () => {
      const flow = await load(script, 'auto');
      await flow.connected('sub', 'pub');
      assert.deepEqual(versions(), [5, 4]);
      assert.deepEqual(flow.caughtCodes, []);
      // The next connection begins with the version of the last successful attempt.
      server.clients.all.at(-1)?.socket.destroy();
      await server.clients.first(3);
      await flow.connected('sub', 'pub');
      assert.deepEqual(versions(), [5, 4, 4]);
    });
  }

  it('auto: 3.1.1 when the server does not answer MQTT 5, and permanently when it is silent again', async () => {
    const script: Script = { connect: (client) => client.protocolVersion === 4 && client.connack(0) };
    const flow = await load(script, 'auto', 1);
    await flow.connected('sub', 'pub');
    assert.deepEqual(flow.caughtCodes, []);
    for (const [clients, asked] of [
      [4, [5, 4, 5, 4]],
      [5, [5, 4, 5, 4, 4]],
    ] as const) {
      server.clients.all.at(-1)?.socket.destroy();
      await server.clients.first(clients);
      await flow.connected('sub', 'pub');
      assert.deepEqual(versions(), asked);
    }
  });

  it('5: a server that accepts in the shape of 3.1.1 has not understood', async () => {
    const flow = await load(olderServer(0), 5);
    assert.equal((await flow.caught.next()).error.code, 'protocol-version-refused');
    await flow.showing('pub', 'protocol-version-refused');
  });

  it('auto: a refusal of 3.1.1 is reported, and the next attempt begins with 3.1.1', async () => {
    const flow = await load({ connect: (client) => client.socket.write(Buffer.from([0x20, 2, 0, 5])) }, 'auto');
    assert.equal((await flow.caught.next()).error.code, 'not-authorized');
    await server.clients.first(3);
    await server.received.find('the third CONNECT', () => versions().length >= 3);
    assert.deepEqual(versions().slice(0, 3), [5, 4, 4]);
  });

  it('5: no other version is tried, and the refusal is reported', async () => {
    const flow = await load({ connect: (client) => client.connack(0x84) }, 5);
    assert.equal((await flow.caught.next()).error.code, 'protocol-version-refused');
    await flow.showing('pub', 'protocol-version-refused');
    await server.clients.first(3);
    assert.deepEqual(new Set(versions()), new Set([5]));
  });

  it('4: MQTT 3.1.1 from the first attempt', async () => {
    const flow = await load({}, 4);
    await flow.connected('sub', 'pub');
    assert.deepEqual(versions(), [4]);
  });

  it('gives a server the same client identifier at every connection', async () => {
    const flow = await load({}, 'auto');
    await flow.connected('sub');
    server.clients.all[0]?.socket.destroy();
    await server.clients.first(2);
    await flow.connected('sub');
    const identifiers = server.received.all.flatMap((packet) => (packet.cmd === 'connect' ? [packet.clientId] : []));
    assert.equal(identifiers.length, 2);
    assert.equal(identifiers[0], identifiers[1]);
    assert.match(identifiers[0] ?? '', /^[0-9a-z]{1,23}$/);
  });
});

/** Knows only MQTT 3.1.1, and answers any other version with `code` in the format of 3.1.1. */
function olderServer(code: number): Script {
  return {
    connect: (client, { protocolVersion }) => {
      client.socket.write(Buffer.from([0x20, 2, 0, protocolVersion === 4 ? 0 : code]));
    },
  };
}
