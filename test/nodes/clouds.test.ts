// The settings of docs/clouds.md, each at a local server that insists on what the cloud insists on.

import assert from 'node:assert/strict';
import { Authority, type KeyPair, needsOpenssl } from '../helpers/certificates';
import { loadCloudFlow } from '../helpers/cloud-flow';
import { cloudRules } from '../helpers/cloud-rules';
import { CloudServer } from '../helpers/cloud-server';
import { type CloudSettings, clouds, example } from '../helpers/cloud-settings';
import { unloadFlow } from '../helpers/flow-harness';
import { readText } from '../helpers/package-files';

type Cloud = keyof typeof clouds;
const names = Object.keys(clouds) as Cloud[];

describe('clouds, set up as the table says', () => {
  let authority: Authority;
  let client: KeyPair;
  let server: CloudServer | undefined;

  before(function () {
    needsOpenssl(this);
    authority = new Authority();
    client = authority.sign(example.device);
  });
  afterEach(async () => {
    await unloadFlow();
    await server?.stop();
    server = undefined;
  });
  after(() => authority?.remove());

  async function start(cloud: Cloud): Promise<CloudServer> {
    server = await CloudServer.start(cloudRules[cloud], authority);
    return server;
  }

  for (const cloud of names) {
    it(`${clouds[cloud].name}: connects, publishes with QoS 1 and receives`, async () => {
      const standIn = await start(cloud);
      const flow = await loadCloudFlow(clouds[cloud], { server: standIn, authority, client });
      await flow.connected('sub', 'pub');
      flow.inject('pub', { payload: { pressure: 4.2 }, qos: 1 });
      const { payload, qos } = await flow.received('sub-out').next();
      assert.deepEqual([payload, qos], [{ pressure: 4.2 }, 1]);
      await flow.completed.next();
      assert.deepEqual(flow.caughtCodes, []);
      const { host, port, mqtt5 } = cloudRules[cloud];
      assert.deepEqual(standIn.requests.all, [`${host}:${port}`]);
      assert.equal((await standIn.mqtt.packet('connect')).protocolVersion, mqtt5 ? 5 : 4);
    });
  }

  it('are what docs/clouds.md tells', () => {
    const text = readText('docs/clouds.md');
    for (const cloud of names) {
      const { name, url, clientId, username, password, alpn, topic, filter }: CloudSettings = clouds[cloud];
      for (const value of [url, clientId, username, password, alpn, topic, filter].filter(Boolean)) {
        assert.ok(text.includes(`\`${value}\``), `${name}: ${value}`);
      }
    }
  });

  it('AWS IoT Core: eleven filters of one node come in pieces that it takes', async () => {
    const standIn = await start('aws');
    const filters = Array.from({ length: 10 }, (_, line) => ({ filter: `line/${line}/#` }));
    const flow = await loadCloudFlow(clouds.aws, { server: standIn, authority, client, filters });
    await flow.connected('sub', 'pub');
    const asked = standIn.mqtt.received.all.flatMap((packet) =>
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
    it(`${clouds[cloud].name}: QoS 2 is refused to the flow and does not cost the connection`, async () => {
      const standIn = await start(cloud);
      const flow = await loadCloudFlow(clouds[cloud], { server: standIn, authority, client });
      await flow.connected('sub', 'pub');
      flow.inject('pub', { payload: 'twice', qos: 2 });
      assert.equal((await flow.caught.next()).error.code, 'publication-refused');
      flow.inject('pub', { payload: 'once', qos: 1 });
      assert.equal((await flow.received('sub-out').next()).payload, 'once');
      assert.equal(standIn.mqtt.clients.all.length, 1);
    });
  }

  it('Azure IoT Hub: a message with QoS 2 ends the connection, and the flow is told', async () => {
    const standIn = await start('iotHub');
    const flow = await loadCloudFlow(clouds.iotHub, { server: standIn, authority, client });
    await flow.connected('sub', 'pub');
    flow.inject('pub', { payload: 'twice', qos: 2 });
    assert.equal((await flow.caught.next()).error.code, 'connection-lost');
    assert.equal((await standIn.mqtt.packet('publish')).qos, 2);
  });

  it('Azure IoT Hub: a filter with QoS 2 is granted QoS 1, and the status says so', async () => {
    const standIn = await start('iotHub');
    const filters = [{ filter: '$iothub/methods/POST/#', qos: 2 as const }];
    const flow = await loadCloudFlow(clouds.iotHub, { server: standIn, authority, client, filters });
    await Promise.all([flow.showing('sub', 'lowered-to-1'), flow.connected('pub')]);
    assert.deepEqual(flow.caughtCodes, []);
  });
});
