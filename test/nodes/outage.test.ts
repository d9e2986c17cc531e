// What happens to messages while the server is away, and how users learn of it.

import assert from 'node:assert/strict';
import { type Flow, type FlowMessage, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { freePort } from '../helpers/servers/free-port';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { ScriptedServer, silent } from '../helpers/servers/scripted-server';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

const COUNT = 100;

for (const protocolVersion of [5, 4] as const) {
  describe(`an outage (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    let proxy: TcpProxy;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
      proxy = await TcpProxy.start(mosquitto.port);
    });
    beforeEach(async () => {
      await mosquitto.restart();
      await proxy.accept();
    });
    afterEach(unloadFlow);
    after(async () => {
      await proxy?.stop();
      await mosquitto?.stop();
    });

    async function load(topic: string, port: number): Promise<Flow> {
      const flow = await loadFlow([
        serverNode('outage-broker', port, { protocolVersion }),
        ...subscribeNodes('sub', 'outage-broker', [topic]),
        ...publishNodes('pub', 'outage-broker', { qos: 1 }),
      ]);
      await flow.connected('sub', 'pub');
      return flow;
    }

    function publishNumbers(flow: Flow, topic: string): void {
      for (let payload = 0; payload < COUNT; payload++) flow.inject('pub', { topic, payload });
    }

    const numbers = (messages: readonly FlowMessage[]): unknown[] => messages.map(({ payload }) => payload);
    const expected = Array.from({ length: COUNT }, (_, n) => n);

    it('delivers messages that were published meanwhile in order, once the server is back', async () => {
      const topic = unique('outage');
      const flow = await load(topic, mosquitto.port);
      await mosquitto.kill();
      await flow.showing('pub', 'connection-refused');
      publishNumbers(flow, topic);
      await mosquitto.restart();
      assert.deepEqual(numbers(await flow.received('sub-out').first(COUNT)), expected);
      assert.deepEqual(numbers(await flow.received('pub-out').first(COUNT)), expected);
    });

    it('shows the number of waiting messages', async () => {
      const topic = unique('outage');
      const flow = await load(topic, mosquitto.port);
      await mosquitto.kill();
      publishNumbers(flow, topic);
      await flow.showing('pub', 'queued');
      await mosquitto.restart();
      await flow.received('pub-out').first(COUNT);
      await flow.showing('pub', 'connected');
    });

    it('delivers messages that were published before the first connection', async () => {
      const topic = unique('outage');
      await proxy.refuse();
      const flow = await loadFlow([
        serverNode('outage-broker', proxy.port, { protocolVersion }),
        ...subscribeNodes('sub', 'outage-broker', [topic]),
        ...publishNodes('pub', 'outage-broker', { qos: 1 }),
      ]);
      publishNumbers(flow, topic);
      await flow.showing('pub', 'connection-refused');
      await proxy.accept();
      assert.deepEqual(numbers(await flow.received('sub-out').first(COUNT)), expected);
    });

    it('loses nothing when the connection is cut while messages are in flight', async () => {
      const topic = unique('outage');
      const flow = await load(topic, proxy.port);
      publishNumbers(flow, topic);
      await flow.received('pub-out').next();
      proxy.cut();
      await flow.received('pub-out').first(COUNT);
      const answered = new Set(numbers(flow.received('pub-out').all));
      assert.equal(answered.size, COUNT);
      flow.inject('pub', { topic, payload: 'last' });
      await flow.received('sub-out').find('the last message', ({ payload }) => payload === 'last');
    });

    it('takes up the subscriptions again, and is shown as connected once', async () => {
      const topic = unique('outage');
      const flow = await load(topic, proxy.port);
      const shown = flow.statuses('sub').all.length;
      proxy.cut();
      await flow.statuses('sub').first(shown + 1);
      await flow.connected('sub');
      flow.inject('pub', { topic, payload: 'after' });
      assert.equal((await flow.received('sub-out').next()).payload, 'after');
      const later = flow.statuses('sub').all.slice(shown);
      assert.equal(later.filter(({ text }) => text === 'node-red:common.status.connected').length, 1);
    });

    it('shows on each node why there is no connection, and reports it once, even if it happens again at once', async () => {
      const topic = unique('outage');
      const flow = await load(topic, proxy.port);
      for (const outage of [1, 2]) {
        const attempts = flow.statuses('pub').all.length;
        await proxy.refuse();
        await Promise.all([flow.showing('sub', 'connection-refused'), flow.showing('pub', 'connection-refused')]);
        // Several attempts have failed when the status has changed several times.
        await flow.statuses('pub').first(attempts + 6);
        await proxy.accept();
        await flow.connected('sub', 'pub');
        assert.equal(flow.caught.all.length, 1, `after time ${outage}`);
      }
    });
  });
}

describe('why there is no connection', () => {
  afterEach(unloadFlow);

  it('nothing listens', async () => {
    const flow = await loadFlow([serverNode('why-broker', await freePort()), ...publishNodes('pub', 'why-broker')]);
    await flow.showing('pub', 'connection-refused');
    assert.equal((await flow.caught.next()).error.code, 'connection-refused');
  });

  it('the log has the error as well, once, although a Catch node takes it', async () => {
    const flow = await loadFlow([serverNode('why-broker', await freePort()), ...publishNodes('pub', 'why-broker')]);
    await flow.caught.next();
    // The second attempt has failed by then.
    await flow.statuses('pub').first(4);
    assert.equal(flow.errorsLogged('why-broker').length, 1);
  });

  it('there is no such host', async () => {
    const servers = [{ url: 'mqtt://no-such-host.invalid' }];
    const flow = await loadFlow([{ ...serverNode('why-broker', 1883), servers }, ...publishNodes('pub', 'why-broker')]);
    await flow.showing('pub', 'host-unknown');
    assert.equal((await flow.caught.next()).error.code, 'host-unknown');
  });

  it('what listens does not speak MQTT', async () => {
    const server = await ScriptedServer.start({
      connect: ({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    });
    const flow = await loadFlow([serverNode('why-broker', server.port), ...publishNodes('pub', 'why-broker')]);
    await flow.showing('pub', 'http-answered');
    assert.equal((await flow.caught.next()).error.code, 'http-answered');
    await unloadFlow();
    await server.stop();
  });

  it('the server hangs up', async () => {
    const server = await ScriptedServer.start({ connect: ({ socket }) => socket.end() });
    const flow = await loadFlow([serverNode('why-broker', server.port), ...publishNodes('pub', 'why-broker')]);
    await flow.showing('pub', 'closed-without-answer');
    assert.equal((await flow.caught.next()).error.code, 'closed-without-answer');
    await unloadFlow();
    await server.stop();
  });

  it('the server ends the connection and gives a reason', async () => {
    const server = await ScriptedServer.start();
    const flow = await loadFlow([serverNode('why-broker', server.port), ...publishNodes('pub', 'why-broker')]);
    await flow.connected('pub');
    server.script = { connect: silent };
    server.clients.all[0]?.send({ cmd: 'disconnect', reasonCode: 0x8b });
    assert.equal((await flow.caught.next()).error.code, 'disconnected-by-server');
    await flow.showing('pub', 'connecting');
    await unloadFlow();
    await server.stop();
  });

  it('a second server is tried when the first is away', async () => {
    const server = await ScriptedServer.start();
    const servers = [{ url: `mqtt://127.0.0.1:${await freePort()}` }, { url: `mqtt://127.0.0.1:${server.port}` }];
    const flow = await loadFlow([{ ...serverNode('why-broker', 0), servers }, ...publishNodes('pub', 'why-broker')]);
    await flow.connected('pub');
    await unloadFlow();
    await server.stop();
  });
});
