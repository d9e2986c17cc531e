// What other clients get from a broker node: its birth message, its close message and its will.

import assert from 'node:assert/strict';
import type { MessageConfig } from '#src/core/servers/message-config';
import { messagesOfPresence } from '#src/core/servers/presence';
import type { BrokerConfig } from '#src/settings/broker.config';
import { messageDefaults } from '#src/settings/broker.session.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Device } from '../helpers/servers/device';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

function message(topic: string, settings: Partial<MessageConfig> = {}): MessageConfig {
  return { ...messageDefaults, topic, payload: topic.replace(/.*\//, ''), ...settings };
}

for (const protocolVersion of [5, 4] as const) {
  describe(`birth, close and will (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    let proxy: TcpProxy;
    let device: Device;
    let base: string;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
      proxy = await TcpProxy.start(mosquitto.port);
    });
    beforeEach(async () => {
      base = unique('presence');
      await proxy.accept();
      device = await Device.connect(mosquitto.port);
      await device.subscribe(`${base}/#`);
    });
    afterEach(async () => {
      await unloadFlow();
      await device.end();
    });
    after(async () => {
      await proxy?.stop();
      await mosquitto?.stop();
    });

    async function load(settings: Partial<BrokerConfig> = {}): Promise<Flow> {
      const messages = {
        birth: message(`${base}/birth`, { qos: 1 }),
        close: message(`${base}/close`, { qos: 1 }),
        will: message(`${base}/will`, { qos: 1 }),
      };
      const flow = await loadFlow([
        serverNode('presence-broker', proxy.port, { protocolVersion, ...messages, ...settings }),
        ...subscribeNodes('sub', 'presence-broker', [`${base}/orders/#`]),
      ]);
      await flow.connected('sub');
      return flow;
    }

    /**
     * The payloads that other clients have received so far, in order. The server has passed on everything sent before.
     */
    async function heard(): Promise<string[]> {
      await device.publish(`${base}/fence`, 'fence');
      await device.received.find('the fence', ({ payload }) => payload === 'fence');
      return device.received.all.map(({ payload }) => payload).filter((payload) => payload !== 'fence');
    }

    it('others get the birth message when the flows start, the close message when they stop, and no will', async () => {
      await load();
      assert.equal((await device.received.next()).payload, 'birth');
      await unloadFlow();
      assert.deepEqual(await heard(), ['birth', 'close']);
    });

    it('an answer to the birth message is received', async () => {
      const flow = await load();
      await device.received.next();
      await device.publish(`${base}/orders/1`, 'order');
      assert.equal((await flow.received('sub-out').next()).payload, 'order');
    });

    it('others get the will when the connection is cut, and the birth message when it is back', async () => {
      const flow = await load();
      await device.received.next();
      proxy.cut();
      await device.received.first(3);
      await flow.connected('sub');
      assert.deepEqual((await heard()).sort(), ['birth', 'birth', 'will']);
    });

    it('a message without payload removes the one that was retained', async () => {
      const status = { retain: true, qos: 1 } as const;
      await load({
        birth: message(`${base}/status`, { ...status, payload: 'online' }),
        close: message(`${base}/status`, { ...status, payload: '' }),
      });
      await device.received.next();
      const during = await Device.connect(mosquitto.port);
      await during.subscribe(`${base}/status`);
      assert.equal((await during.received.next()).payload, 'online');
      await during.end();
      await unloadFlow();
      const afterwards = await Device.connect(mosquitto.port);
      await afterwards.subscribe(`${base}/#`);
      await afterwards.publish(`${base}/last`, 'last');
      assert.equal((await afterwards.received.next()).payload, 'last');
      await afterwards.end();
    });

    it('a presence is what the server keeps, whoever comes later: while connected, cut and ended', async () => {
      const presence = messagesOfPresence({ topic: `${base}/here`, online: 'up', offline: 'down' });
      const told = async (word: string): Promise<void> => {
        await device.received.find(word, ({ payload }) => payload === word);
        const later = await Device.connect(mosquitto.port);
        await later.subscribe(`${base}/here`);
        assert.equal((await later.received.next()).payload, word);
        await later.end();
      };
      await load({ ...presence });
      await told('up');
      await proxy.refuse();
      await told('down');
      await proxy.accept();
      await device.received.first(3);
      assert.deepEqual(await heard(), ['up', 'down', 'up']);
      await unloadFlow();
      assert.deepEqual(await heard(), ['up', 'down', 'up', 'down']);
    });

    if (protocolVersion === 5) {
      const delayed = (willDelayInterval: number): Partial<BrokerConfig> => ({
        cleanStart: false,
        sessionExpiryInterval: 60,
        clientId: base,
        will: message(`${base}/will`, { properties: { willDelayInterval } }),
      });

      it('a will with a delay is not published when the connection is back before', async () => {
        const flow = await load(delayed(30));
        await device.received.next();
        proxy.cut();
        await device.received.first(2);
        await flow.connected('sub');
        assert.deepEqual(await heard(), ['birth', 'birth']);
      });

      it('a will with a delay is published when the connection is not back by then', async () => {
        await load(delayed(2));
        await device.received.next();
        const start = performance.now();
        await proxy.refuse();
        const [, will] = await device.received.first(2);
        assert.equal(will?.payload, 'will');
        // mosquitto counts whole seconds.
        assert.ok(performance.now() - start > 800, 'it came at once');
      });
    }
  });
}
