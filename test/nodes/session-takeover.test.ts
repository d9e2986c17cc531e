// Two clients with one client identifier, and servers that refuse: attempts become rarer.

import assert from 'node:assert/strict';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { type Script, ScriptedServer } from '../helpers/servers/scripted-server';

/** The first delay is very short. The longest one ends long after the tests. */
const reconnect = { minDelay: 10, maxDelay: 600_000 };

describe('a server that refuses', () => {
  let server: ScriptedServer;
  /** Refuses for a while. */
  let busy: ScriptedServer;
  beforeEach(async () => {
    busy = await ScriptedServer.start({ connect: (client) => client.connack(0x89) });
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
    await busy.stop();
  });

  async function load(script: Script): Promise<Flow> {
    server = await ScriptedServer.start(script);
    return loadFlow([
      serverNode('refused-broker', server.port, { protocolVersion: 5, reconnect }),
      ...publishNodes('pub', 'refused-broker'),
      serverNode('busy-broker', busy.port, { protocolVersion: 5, reconnect }),
      ...publishNodes('other', 'busy-broker'),
    ]);
  }

  /** Waits for three more attempts of another flow, whose delays grow. */
  async function notAskedAgainSoon(): Promise<void> {
    const before = server.clients.all.length;
    await busy.clients.first(busy.clients.all.length + 3);
    assert.equal(server.clients.all.length, before);
  }

  const refusals: readonly [reasonCode: number, code: string][] = [
    [0x86, 'credentials-refused'],
    [0x87, 'not-authorized'],
    [0x85, 'client-identifier-refused'],
    [0x8a, 'refused-by-server'],
  ];
  for (const [reasonCode, code] of refusals) {
    it(`for ${code} (${reasonCode}) is tried again after a long delay, and Catch nodes get it once`, async () => {
      const flow = await load({ connect: (client) => client.connack(reasonCode) });
      await flow.caught.find(code, ({ error }) => error.code === code);
      await notAskedAgainSoon();
      assert.equal(server.clients.all.length, 1);
      assert.equal(flow.caughtCodes.filter((caught) => caught === code).length, 1);
    });
  }

  it('because it is busy is tried again soon', async () => {
    const flow = await load({ connect: (client) => client.connack(server.clients.all.length < 3 ? 0x89 : 0) });
    await flow.connected('pub');
    assert.equal(server.clients.all.length, 3);
  });

  it('with "session taken over" is tried again after a long delay, and the clash is shown', async () => {
    const flow = await load({});
    await flow.connected('pub');
    server.clients.all[0]?.send({ cmd: 'disconnect', reasonCode: 0x8e });
    await flow.showing('pub', 'client-identifier-clash');
    await flow.caught.find('the clash', ({ error }) => error.code === 'client-identifier-clash');
    await notAskedAgainSoon();
  });

  it('by closing right after CONNACK is tried again soon, and a clash is suspected from the third time on', async () => {
    const flow = await load({
      connect: (client) => {
        client.connack(0);
        client.socket.end();
      },
    });
    await flow.showing('pub', 'client-identifier-suspected');
    const lost = flow.statuses('pub').all.filter(({ fill, text }) => fill === 'red' && text?.endsWith('.disconnected'));
    assert.equal(lost.length, 2);
    await server.clients.first(4);
  });
});

for (const protocolVersion of [5, 4] as const) {
  describe(`two broker nodes with one client identifier (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
    });
    afterEach(unloadFlow);
    after(() => mosquitto?.stop());

    it('one of them disconnects and shows why, the other stays connected', async () => {
      // MQTT 3.1.1 has no packet to say it with, and mosquitto 2.0 closes an MQTT 5 connection without one.
      const code = 'client-identifier-suspected';
      const clientId = unique('twin');
      const twin = { protocolVersion, clientId, reconnect };
      const flow = await loadFlow([
        serverNode('twin-one', mosquitto.port, twin),
        serverNode('twin-two', mosquitto.port, twin),
        ...publishNodes('one', 'twin-one'),
        ...publishNodes('two', 'twin-two'),
      ]);
      const gaveWay = await Promise.race(['one', 'two'].map((id) => flow.showing(id, code).then(() => id)));
      const other = gaveWay === 'one' ? 'two' : 'one';
      await flow.connected(other);
      flow.inject(other, { topic: 'a', payload: 1, qos: 1 });
      await flow.received(`${other}-out`).next();
    });
  });
}
