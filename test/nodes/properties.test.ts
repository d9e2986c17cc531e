// MQTT 5 properties pass from publish to subscribe.

import assert from 'node:assert/strict';
import { type Flow, loadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { onMosquitto } from '../helpers/flows/servers';

for (const version of [5, 4] as const) {
  onMosquitto(`MQTT 5 properties (mosquitto, MQTT ${version})`, version, (server) => {
    let topic = '';
    let flow: Flow;
    beforeEach(async () => {
      topic = unique('properties');
      flow = await loadFlow([
        server.broker('props-broker'),
        ...subscribeNodes('sub', 'props-broker', [topic]),
        ...publishNodes('pub', 'props-broker'),
      ]);
      await flow.connected('sub');
    });

    const properties = {
      contentType: 'text/plain; charset=utf-8',
      responseTopic: 'answers/here',
      correlationData: Buffer.from([1, 2, 0, 255]),
      messageExpiryInterval: 3600,
      payloadFormatIndicator: true,
      userProperties: { unit: '°C', tag: ['a', 'b', 'a'] },
    };

    if (!server.mqtt5) {
      it('are left out where the server speaks 3.1.1, and the message passes', async () => {
        flow.inject('pub', { topic, payload: 'x', ...properties });
        const message = await flow.received('sub-out').next();
        for (const name of Object.keys(properties)) assert.equal(name in message, false, name);
      });
      return;
    }

    it('arrive as they were sent, repeated names in order', async () => {
      flow.inject('pub', { topic, payload: '17', ...properties });
      const message = await flow.received('sub-out').next();
      for (const [name, value] of Object.entries(properties)) assert.deepEqual(message[name], value, name);
      // The content type says text, so nothing is guessed.
      assert.equal(message.payload, '17');
    });

    it('are absent from a message that was sent without any', async () => {
      flow.inject('pub', { topic, payload: 'x' });
      const message = await flow.received('sub-out').next();
      for (const name of Object.keys(properties)) assert.equal(name in message, false, name);
    });

    it('take numbers and flags as user properties, as text', async () => {
      flow.inject('pub', { topic, payload: 'x', userProperties: { count: 3, good: true } });
      assert.deepEqual((await flow.received('sub-out').next()).userProperties, { count: '3', good: 'true' });
    });

    it('decide how the payload is decoded', async () => {
      flow.inject('pub', { topic, payload: '{"a":1}', contentType: 'application/octet-stream' });
      flow.inject('pub', { topic, payload: '{"a":1}', contentType: 'application/vnd.plant+json' });
      const [raw, json] = await flow.received('sub-out').first(2);
      assert.deepEqual(raw?.payload, Buffer.from('{"a":1}'));
      assert.deepEqual(json?.payload, { a: 1 });
    });

    it('of a received message can be published as they are', async () => {
      flow.inject('pub', { topic, payload: 'one', ...properties });
      const received = await flow.received('sub-out').next();
      flow.inject('pub', { ...received });
      const again = await flow.received('sub-out').next();
      assert.deepEqual(again.userProperties, properties.userProperties);
      assert.deepEqual(again.correlationData, properties.correlationData);
    });
  });
}
