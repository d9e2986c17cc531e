// What a publish node sends by itself, against inject nodes before one that does not: at start, at intervals, over an
// outage and over deploys.

import assert from 'node:assert/strict';
import type { PublishConfig } from '#src/settings/publish.config';
import { coreNodes, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Device } from '../helpers/servers/device';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

const inject = coreNodes('common/20-inject');

describe('what a publish node sends by itself (mosquitto)', () => {
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
    base = unique('own');
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

  const own = (settings: Partial<PublishConfig> = {}): Partial<PublishConfig> => ({
    topic: `${base}/get`,
    payload: '{ "state": "" }',
    payloadType: 'json',
    qos: 1,
    ...settings,
  });

  function nodes(settings: Partial<PublishConfig>, others: readonly FlowNode[] = []): FlowNode[] {
    return [
      serverNode('own-broker', proxy.port),
      ...publishNodes('pub', 'own-broker', own(settings)),
      ...subscribeNodes('sub', 'own-broker', [`${base}/get`]),
      ...others,
    ];
  }

  /** The payloads that the device has received so far. The server has passed on everything that was sent before. */
  async function heard(): Promise<string[]> {
    const fence = unique('fence');
    await device.publish(`${base}/fence`, fence);
    await device.received.find('the fence', ({ payload }) => payload === fence);
    return device.received.all.filter(({ topic }) => topic.endsWith('/get')).map(({ payload }) => payload);
  }

  it('is the same as with an inject node at start and at intervals', async () => {
    const three = async (list: readonly FlowNode[]): Promise<unknown> => {
      const flow = await loadFlow(list, {}, inject);
      const answers = await flow.received('pub-out').first(3);
      const published = await device.received.first(3);
      const values = answers.map(({ payload }) => (typeof payload === 'string' ? JSON.parse(payload) : payload));
      await unloadFlow();
      return { values, published: published.map(({ topic, payload }) => ({ topic, payload })) };
    };
    const byItself = await three(nodes({ atConnection: true, interval: 1 }));
    await device.end();
    device = await Device.connect(mosquitto.port);
    await device.subscribe(`${base}/#`);
    const props = [{ p: 'payload' }, { p: 'topic', vt: 'str' }];
    const timer = {
      ...{ id: 'timer', type: 'inject', props, repeat: '1', crontab: '', once: true, onceDelay: 0.1 },
      ...{ topic: '', payload: '{"state":""}', payloadType: 'json', wires: [['pub']] },
    };
    const byHand = await three(nodes({ payload: 'payload', payloadType: 'msg' }, [timer]));
    assert.deepEqual(byItself, byHand);
  });

  it('is sent once for each connection, when the subscriptions of the flow stand, and not while it is down', async () => {
    const flow = await loadFlow(nodes({ atConnection: true }));
    assert.equal((await flow.received('sub-out').next()).topic, `${base}/get`);
    await flow.showing('pub', 'at-connection');
    proxy.cut();
    await flow.received('sub-out').next();
    assert.equal((await heard()).length, 2);
    await proxy.refuse();
    await flow.statuses('pub').find('an outage', ({ fill }) => fill === 'red');
    await proxy.accept();
    await flow.received('sub-out').next();
    assert.equal((await heard()).length, 3);
  });

  it('is sent once after a deploy that leaves the connection, with the new payload; messages are published as ever', async () => {
    const flow = await loadFlow(nodes({ atConnection: true }));
    await flow.received('pub-out').next();
    await flow.deploy('nodes', nodes({ atConnection: true, payload: '{ "state": "new" }' }));
    await device.received.find('the new payload', ({ payload }) => payload.includes('new'));
    flow.inject('pub', { payload: 'not used' });
    assert.equal((await flow.received('pub-out').first(3)).length, 3);
    assert.deepEqual(await heard(), ['{"state":""}', '{"state":"new"}', '{"state":"new"}']);
  });

  it('is no error of the flow where it needs a message: the node says which setting', async () => {
    const flow = await loadFlow(nodes({ atConnection: true, topic: '{{topic}}' }));
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'config-invalid');
    assert.deepEqual(await heard(), []);
  });

  it('reports a value that is missing to a Catch node', async () => {
    const flow = await loadFlow(nodes({ atConnection: true, payload: '{{flow.missing}}', payloadType: 'str' }));
    assert.equal((await flow.caught.next()).error.code, 'property-missing');
    assert.deepEqual(await heard(), []);
  });
});
