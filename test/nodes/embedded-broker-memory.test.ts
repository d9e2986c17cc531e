// What the broker inside Node-RED remembers on disk: over a stop of the flows, which a restart is for it, and over deploys.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { BrokerLevelStore } from '#src/runtime/storage/broker-level-store';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Inbox } from '../helpers/flows/inbox';
import { UserDirectory } from '../helpers/flows/user-directory';
import { freePort } from '../helpers/servers/free-port';

describe('embedded broker with a user directory', () => {
  let directory: UserDirectory;
  let broker: string;
  let base: string;
  let port: number;
  const clients: MqttClient[] = [];
  beforeEach(async () => {
    directory = new UserDirectory();
    broker = unique('remembering');
    base = unique('kept');
    port = await freePort();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    const flow = await loadFlow([embeddedNode(broker)]);
    await flow.deploy('full', []);
    await unloadFlow();
    directory.remove();
  });

  function nodes(embedded: Partial<BrokerConfig['embedded']> = {}): FlowNode[] {
    return [
      embeddedNode(broker, { port, ...embedded }),
      ...subscribeNodes('sub', broker, [`${base}/up/#`]),
      ...publishNodes('pub', broker),
    ];
  }

  async function load(embedded: Partial<BrokerConfig['embedded']> = {}): Promise<Flow> {
    const flow = await loadFlow(nodes(embedded));
    await flow.connected('sub', 'pub');
    return flow;
  }

  async function device(options: IClientOptions): Promise<{ client: MqttClient; inbox: Inbox<string> }> {
    const inbox = new Inbox<string>('messages at the device');
    const client = connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...options });
    clients.push(client);
    client.on('message', (topic, payload) => inbox.push(`${topic}=${payload.toString()}`));
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    return { client, inbox };
  }

  const folderOf = (id: string): string => join(directory.path, 'mqtt-flows', `${id}.broker`);

  /** What is retained under `base` for a client that comes now. */
  async function retained(): Promise<string[]> {
    const { client, inbox } = await device({});
    await client.subscribeAsync([`${base}/#`, '$SYS/broker/version'], { qos: 1 });
    // $SYS comes by the filter that was subscribed to last.
    await inbox.find('the last one', (text) => text.startsWith('$SYS/'));
    return inbox.all.filter((text) => !text.startsWith('$SYS/')).map((text) => text.slice(base.length + 1));
  }

  it('restores retained messages and the session of an absent device, with its queue', async () => {
    const flow = await load();
    const away = await device({ clientId: 'away', protocolVersion: 4, clean: false });
    await away.client.subscribeAsync(`${base}/queue/#`, { qos: 2 });
    await away.client.endAsync();
    for (const [topic, qos] of [
      ['queue/1', 1],
      ['queue/2', 2],
    ] as const) {
      flow.inject('pub', { topic: `${base}/${topic}`, payload: 'for later', qos });
      await flow.received('pub-out').next();
    }
    flow.inject('pub', { topic: `${base}/state`, payload: 'on', qos: 1, retain: true });
    await flow.received('pub-out').next();
    await unloadFlow();
    await load();
    assert.deepEqual(await retained(), ['state=on']);
    const back = await device({ clientId: 'away', protocolVersion: 4, clean: false });
    await back.inbox.find('the second', (text) => text === `${base}/queue/2=for later`);
    assert.deepEqual(back.inbox.all, [`${base}/queue/1=for later`, `${base}/queue/2=for later`]);
  });

  it('forgets all with the setting memory, and makes no folder', async () => {
    const flow = await load({ store: 'memory' });
    flow.inject('pub', { topic: `${base}/state`, payload: 'on', qos: 1, retain: true });
    await flow.received('pub-out').next();
    await unloadFlow();
    await load({ store: 'memory' });
    assert.deepEqual(await retained(), []);
    assert.equal(existsSync(folderOf(broker)), false);
  });

  it('keeps messages that a flow has published at QoS 0 right before it is stopped', async () => {
    const flow = await load();
    flow.inject('pub', { topic: `${base}/state`, payload: 'last', qos: 0, retain: true });
    await flow.received('pub-out').next();
    await unloadFlow();
    await load();
    assert.deepEqual(await retained(), ['state=last']);
  });

  it('changes the setting without a conflict of the two brokers', async () => {
    const flow = await load();
    flow.inject('pub', { topic: `${base}/state`, payload: 'on disk', qos: 1, retain: true });
    await flow.received('pub-out').next();
    await flow.deploy('full', nodes({ store: 'memory' }));
    await flow.connected('sub', 'pub');
    assert.deepEqual(await retained(), []);
    await flow.deploy('full', nodes());
    await flow.connected('sub', 'pub');
    assert.deepEqual(await retained(), ['state=on disk']);
    assert.deepEqual(flow.caughtCodes, []);
  });

  it('has a folder for each of two broker nodes', async () => {
    const other = unique('other');
    const flow = await loadFlow([...nodes(), embeddedNode(other), ...publishNodes('elsewhere', other)]);
    await flow.connected('sub', 'pub', 'elsewhere');
    flow.inject('elsewhere', { topic: `${base}/state`, payload: 'there', qos: 1, retain: true });
    await flow.received('elsewhere-out').next();
    assert.deepEqual(await retained(), []);
    assert.ok(existsSync(folderOf(broker)));
    assert.ok(existsSync(folderOf(other)));
  });

  it('keeps the folder of a removed node for its return', async () => {
    const flow = await load();
    flow.inject('pub', { topic: `${base}/state`, payload: 'on', qos: 1, retain: true });
    await flow.received('pub-out').next();
    await flow.deploy('full', []);
    await flow.deploy('full', nodes());
    await flow.connected('sub', 'pub');
    assert.deepEqual(await retained(), ['state=on']);
  });

  it('moves a damaged folder aside, reports where it is, and works', async () => {
    mkdirSync(folderOf(broker), { recursive: true });
    writeFileSync(join(folderOf(broker), '000003.log'), 'no log of LevelDB');
    const flow = await load();
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'embedded-store-damaged');
    const [aside = ''] = readdirSync(join(directory.path, 'mqtt-flows')).filter((name) => name.includes('damaged'));
    assert.deepEqual(readdirSync(join(directory.path, 'mqtt-flows', aside)), ['000003.log']);
    flow.inject('pub', { topic: `${base}/state`, payload: 'on', qos: 1, retain: true });
    await flow.received('pub-out').next();
    await unloadFlow();
    await load();
    assert.deepEqual(await retained(), ['state=on']);
  });

  it('uses its folder when another process has left it, and keeps what came meanwhile', async () => {
    const before = await load();
    before.inject('pub', { topic: `${base}/state`, payload: 'before', qos: 1, retain: true });
    await before.received('pub-out').next();
    await unloadFlow();
    const other = new BrokerLevelStore(folderOf(broker));
    await other.open();
    const flow = await load();
    assert.equal((await flow.caught.next()).error.code, 'embedded-store-locked');
    flow.inject('pub', { topic: `${base}/more`, payload: 'meanwhile', qos: 1, retain: true });
    await flow.received('pub-out').next();
    const { client, inbox } = await device({ clientId: unique('device') });
    await client.subscribeAsync(`${base}/#`);
    assert.equal(await inbox.next(), `${base}/more=meanwhile`);
    await other.close();
    await inbox.find('what was retained before', (text) => text === `${base}/state=before`);
    await unloadFlow();
    await load();
    assert.deepEqual((await retained()).sort(), ['more=meanwhile', 'state=before']);
  });

  it('keeps its state in memory when there can be no folder, and reports that once', async () => {
    writeFileSync(join(directory.path, 'mqtt-flows'), 'a file in its place');
    const flow = await load();
    assert.equal((await flow.caught.next()).error.code, 'embedded-store-unavailable');
    flow.inject('pub', { topic: `${base}/state`, payload: 'on', qos: 1, retain: true });
    await flow.received('pub-out').next();
    assert.deepEqual(await retained(), ['state=on']);
    assert.equal(flow.caught.all.length, 1);
  });
});
