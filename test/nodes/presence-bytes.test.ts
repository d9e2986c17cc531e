// Birth, close and will messages that are bytes, such as those of Sparkplug: another client gets exactly these.

import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import type { MessageConfig } from '#src/core/servers/message-config';
import { messageDefaults } from '#src/settings/broker.session.config';
import { loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, unique } from '../helpers/flows/flow-nodes';
import { Inbox } from '../helpers/flows/inbox';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

/** No UTF-8, with a NUL and each kind of base64 digit. */
const BYTES = Buffer.from([0x08, 0x00, 0xff, 0xfe, 0xc3, 0x28, 0xfb, 0xef, 0xbe]);

for (const protocolVersion of [5, 4] as const) {
  describe(`birth, close and will as bytes (mosquitto, MQTT ${protocolVersion})`, () => {
    let mosquitto: Mosquitto;
    let proxy: TcpProxy;
    let device: MqttClient;
    let received: Inbox<readonly [topic: string, payload: Buffer]>;
    let base: string;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start();
      proxy = await TcpProxy.start(mosquitto.port);
    });
    beforeEach(async () => {
      base = unique('bytes');
      await proxy.accept();
      received = new Inbox('messages');
      device = await connectAsync(mosquitto.url, { protocolVersion: 5 });
      device.on('message', (topic, payload) => received.push([topic.replace(/.*\//, ''), payload]));
      await device.subscribeAsync(`${base}/#`, { qos: 1 });
    });
    afterEach(async () => {
      await unloadFlow();
      await device.endAsync();
    });
    after(async () => {
      await proxy?.stop();
      await mosquitto?.stop();
    });

    function message(name: string, payload: string, payloadType: MessageConfig['payloadType']): MessageConfig {
      return { ...messageDefaults, topic: `${base}/${name}`, qos: 1, payload, ...(payloadType && { payloadType }) };
    }

    async function gets(name: string, payload: Buffer): Promise<void> {
      assert.deepEqual(await received.next(), [name, payload]);
    }

    it('as the settings write them: a list of numbers, Base64, JSON', async () => {
      const settings = {
        protocolVersion,
        birth: message('birth', JSON.stringify([...BYTES]), 'bin'),
        will: message('will', BYTES.toString('base64'), 'base64'),
        close: message('close', '{ "online": false }', 'json'),
      };
      const flow = await loadFlow([
        serverNode('bytes-broker', proxy.port, settings),
        ...publishNodes('pub', 'bytes-broker'),
      ]);
      await gets('birth', BYTES);
      await flow.connected('pub');
      proxy.cut();
      await gets('will', BYTES);
      await gets('birth', BYTES);
      await flow.connected('pub');
      await unloadFlow();
      await gets('close', Buffer.from('{ "online": false }'));
    });

    it('as msg.broker has them: Buffers, and other values as a publish node sends them', async () => {
      const flow = await loadFlow([
        serverNode('bytes-broker', proxy.port, { protocolVersion, autoConnect: false }),
        ...publishNodes('pub', 'bytes-broker'),
      ]);
      const broker = {
        birth: { topic: `${base}/birth`, payload: BYTES, qos: 1 },
        will: { topic: `${base}/will`, payload: new Uint8Array(BYTES), qos: 1 },
        close: { topic: `${base}/close`, payload: { online: false }, qos: 1 },
      };
      flow.inject('pub', { action: 'connect', broker });
      await gets('birth', BYTES);
      await flow.connected('pub');
      proxy.cut();
      await gets('will', BYTES);
      await gets('birth', BYTES);
      await flow.connected('pub');
      flow.inject('pub', { action: 'disconnect' });
      await gets('close', Buffer.from('{"online":false}'));
    });

    it('what does not fit its type is an error of the setting', async () => {
      const bad = [
        ['bin', '[1,256]'],
        ['base64', 'a?'],
        ['json', '{'],
      ] as const;
      for (const [payloadType, payload] of bad) {
        const will = message('will', payload, payloadType);
        const flow = await loadFlow([
          serverNode('bytes-broker', proxy.port, { protocolVersion, will }),
          ...publishNodes('pub', 'bytes-broker'),
        ]);
        assert.equal((await flow.caught.next()).error.code, 'config-invalid');
        await unloadFlow();
      }
    });
  });
}
