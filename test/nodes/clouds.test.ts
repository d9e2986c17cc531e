// The settings of docs/clouds.md, each at a local server that insists on what the cloud insists on.

import assert from 'node:assert/strict';
import { type CloudSettings, clouds } from '../helpers/flows/cloud-settings';
import { type Cloud, CloudSetup } from '../helpers/flows/cloud-setup';
import { readText } from '../helpers/package/package-files';
import { needsOpenssl } from '../helpers/servers/certificates';
import { cloudRules } from '../helpers/servers/cloud-rules';

const names = Object.keys(clouds) as Cloud[];

describe('clouds, set up as the table says', () => {
  let setup: CloudSetup;

  before(function () {
    needsOpenssl(this);
    setup = new CloudSetup();
  });
  afterEach(() => setup.clear());
  after(() => setup?.remove());

  for (const cloud of names) {
    it(`${clouds[cloud].name}: connects, publishes with QoS 1 and receives`, async () => {
      const { flow, server } = await setup.load(cloud);
      await flow.connected('sub', 'pub');
      flow.inject('pub', { payload: { pressure: 4.2 }, qos: 1 });
      const { payload, qos } = await flow.received('sub-out').next();
      assert.deepEqual([payload, qos], [{ pressure: 4.2 }, 1]);
      await flow.completed.next();
      assert.deepEqual(flow.caughtCodes, []);
      const { host, port, mqtt5 } = cloudRules[cloud];
      assert.deepEqual(server.requests.all, [`${host}:${port}`]);
      assert.equal((await server.mqtt.packet('connect')).protocolVersion, mqtt5 ? 5 : 4);
    });
  }

  it('match docs/clouds.md', () => {
    const text = readText('docs/clouds.md');
    for (const cloud of names) {
      const { name, url, clientId, username, password, alpn, topic, filter }: CloudSettings = clouds[cloud];
      for (const value of [url, clientId, username, password, alpn, topic, filter].filter(Boolean)) {
        assert.ok(text.includes(`\`${value}\``), `${name}: ${value}`);
      }
    }
  });

  it('AWS IoT Core: eleven filters of one node are sent in SUBSCRIBE packets of a size that it accepts', async () => {
    const filters = Array.from({ length: 10 }, (_, line) => ({ filter: `line/${line}/#` }));
    const { flow, server } = await setup.load('aws', { filters });
    await flow.connected('sub', 'pub');
    const asked = server.mqtt.received.all.flatMap((packet) =>
      packet.cmd === 'subscribe' ? [packet.subscriptions.length] : [],
    );
    assert.equal(
      asked.reduce((sum, count) => sum + count, 0),
      11,
    );
    assert.ok(asked.every((count) => count <= 8));
    assert.deepEqual(flow.caughtCodes, []);
  });

  for (const cloud of ['aws', 'eventGrid'] as const) {
    it(`${clouds[cloud].name}: QoS 2 is refused in the flow, and the connection stays`, async () => {
      const { flow, server } = await setup.load(cloud);
      await flow.connected('sub', 'pub');
      flow.inject('pub', { payload: 'twice', qos: 2 });
      assert.equal((await flow.caught.next()).error.code, 'publication-refused');
      flow.inject('pub', { payload: 'once', qos: 1 });
      assert.equal((await flow.received('sub-out').next()).payload, 'once');
      assert.equal(server.mqtt.clients.all.length, 1);
    });
  }

  it('Azure IoT Hub: a message with QoS 2 ends the connection, which the flow gets as an error', async () => {
    const { flow, server } = await setup.load('iotHub');
    await flow.connected('sub', 'pub');
    flow.inject('pub', { payload: 'twice', qos: 2 });
    assert.equal((await flow.caught.next()).error.code, 'connection-lost');
    assert.equal((await server.mqtt.packet('publish')).qos, 2);
  });

  it('Azure IoT Hub: a filter with QoS 2 is granted QoS 1, and the status says so', async () => {
    const filters = [{ filter: '$iothub/methods/POST/#', qos: 2 as const }];
    const { flow } = await setup.load('iotHub', { filters });
    await Promise.all([flow.showing('sub', 'lowered-to-1'), flow.connected('pub')]);
    assert.deepEqual(flow.caughtCodes, []);
  });
});
