// The routes under the topics sidebar, in a real Node-RED with users: what they answer, to whom, and what they leave alone.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { brokerDefaults } from '#src/settings/broker.config';
import { subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';
import { ADMIN_USERS, logIn } from '../../helpers/flows/admin-users';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

const SECRET = 'the password of the broker';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface View {
  readonly state: { readonly kind: string };
  readonly total: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly topics: number;
  readonly messages: number;
  readonly rate: number;
  readonly news: readonly { readonly payload: string; readonly sequence: number; readonly properties?: object }[];
}

describe('The routes of the topics sidebar', function () {
  this.timeout(300_000);
  let mosquitto: Mosquitto;
  let userDir: string;
  let nodeRed: NodeRedProcess;
  let device: MqttClient;
  const headersOf = new Map<string, { Authorization: string }>();

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ users: { flows: SECRET } });
    userDir = emptyUserDir();
    linkPackage(userDir);
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow(mosquitto.url)));
    nodeRed = await NodeRedProcess.start(userDir, ADMIN_USERS);
    for (const user of ['all', 'reader', 'other']) headersOf.set(user, await logIn(nodeRed, user));
    const nodes = flow(mosquitto.url).map((node) =>
      node.id === 'broker' ? { ...node, credentials: { username: 'flows', password: SECRET } } : node,
    );
    await nodeRed.deploy(nodes, headersOf.get('all'));
    device = await connectAsync(mosquitto.url, { protocolVersion: 5, username: 'flows', password: SECRET });
    await until(async () => JSON.stringify(await get('brokers/broker')).includes('"granted'));
  });

  after(async () => {
    await device?.endAsync();
    await nodeRed?.stop();
    await mosquitto?.stop();
    if (userDir) removeUserDir(userDir);
  });

  function flow(url: string): { id: string; type: string }[] {
    const subscriptions = [{ ...subscriptionDefaults, filter: 'flows/+' }];
    return [
      { id: 'tab', type: 'tab' },
      { ...brokerDefaults, id: 'broker', type: 'mqtt-flows-broker', name: 'Plant', servers: [{ url }] },
      { ...brokerDefaults, id: 'inside', type: 'mqtt-flows-broker', name: 'Inside', connectTo: 'embedded' },
      {
        ...subscribeDefaults,
        id: 'in-inside',
        type: 'mqtt-flows-subscribe',
        z: 'tab',
        broker: 'inside',
        subscriptions,
        wires: [],
      },
      {
        ...subscribeDefaults,
        id: 'in',
        type: 'mqtt-flows-subscribe',
        z: 'tab',
        broker: 'broker',
        subscriptions,
        wires: [],
      },
    ] as { id: string; type: string }[];
  }

  async function ask(path: string, init: RequestInit, user: string): Promise<Answer> {
    const headers = { ...headersOf.get(user), ...(init.headers as Record<string, string>) };
    const response = await fetch(`${nodeRed.url}mqtt-flows/${path}`, { ...init, headers });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, text, body: json ? JSON.parse(text) : {} };
  }

  function get(path: string, user = 'reader'): Promise<Answer> {
    return ask(path, {}, user);
  }

  function post(path: string, body: unknown, user = 'reader'): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json' };
    return ask(path, { method: 'POST', headers, body: JSON.stringify(body) }, user);
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await delay(20);
  }

  async function start(filter = '#', path = 'topics/start', user = 'reader'): Promise<string> {
    const { status, body, text } = await post(path, { broker: 'broker', filter }, user);
    assert.equal(status, 200, text);
    return String(body.viewer);
  }

  async function look(viewer: string, more: object = {}): Promise<View> {
    const answer = await post('topics/view', { viewer, from: 0, count: 100, after: 0, hidden: false, ...more });
    assert.equal(answer.status, 200, answer.text);
    return answer.body as unknown as View;
  }

  const GETS = [
    'brokers',
    'brokers/broker',
    'topics/completions?text=a',
    'topics/export?viewer=x',
    'topics/retained?viewer=x',
    'topics/values?viewer=x',
  ];
  const POSTS = ['topics/start', 'topics/start-shared', 'topics/view', 'topics/stop', 'topics/publish', 'topics/clear'];

  it('answer nobody who has not logged in, and no user without their permission', async () => {
    for (const user of ['nobody', 'other']) {
      for (const path of GETS) assert.equal((await get(path, user)).status, 401, `${user} ${path}`);
      for (const path of POSTS) assert.equal((await post(path, {}, user)).status, 401, `${user} ${path}`);
    }
  });

  it('let a reader look and not publish', async () => {
    const viewer = await start();
    assert.equal((await look(viewer)).state.kind.length > 0, true);
    const publication = { broker: 'broker', topic: 'reader', payload: '1', qos: 1, retain: true };
    assert.equal((await post('topics/publish', publication)).status, 401);
    assert.equal((await post('topics/start-shared', { broker: 'broker', filter: '#' })).status, 401);
    assert.equal((await post('topics/publish', publication, 'all')).status, 200);
    await post('topics/stop', { viewer });
  });

  it('change nothing by GET, and nothing for a form of another site', async () => {
    for (const path of POSTS) assert.equal((await get(path, 'all')).status, 404, path);
    const form = {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'broker=broker',
    };
    for (const path of POSTS) assert.equal((await ask(path, form, 'all')).status, 415, path);
  });

  it('refuse what they cannot read', async () => {
    const bad: readonly [string, unknown][] = [
      ['topics/start', {}],
      ['topics/start', { broker: 'broker', filter: 'a/#/b' }],
      ['topics/start', { broker: 'broker', filter: '$share/group/a' }],
      ['topics/view', { viewer: 'x', from: -1, count: 1, after: 0 }],
      ['topics/view', { viewer: 'x', from: 0, count: 1, after: 0, selection: { open: true } }],
      ['topics/publish', { broker: 'broker', topic: 'a/#', payload: '', qos: 0, retain: false }],
      ['topics/publish', { broker: 'broker', topic: 'a', payload: '', qos: 3, retain: false }],
    ];
    for (const [path, body] of bad) assert.equal((await post(path, body, 'all')).status, 400, JSON.stringify(body));
    assert.equal((await post('topics/start', { broker: 'in', filter: '#' })).status, 404);
    assert.equal((await post('topics/view', { viewer: 'x', from: 0, count: 1, after: 0 })).status, 404);
  });

  it('show topics, messages and properties', async () => {
    const viewer = await start('plant/#');
    await until(async () => (await look(viewer)).state.kind === 'connected');
    await device.publishAsync('plant/a/temp', '{"v":21.5}', {
      qos: 1,
      retain: true,
      properties: { contentType: 'application/json', correlationData: Buffer.from([1, 2]), userProperties: { a: 'b' } },
    });
    await until(async () => (await look(viewer)).topics === 1);
    const selection = { open: true, exceptions: [], search: '' };
    const { rows, news, total } = await look(viewer, { selection, topic: 'plant/a/temp' });
    assert.equal(total, 3);
    const { path, preview, retained, qos } = rows[2] ?? {};
    assert.deepEqual([path, preview, retained, qos], ['plant/a/temp', '{"v":21.5}', true, 1]);
    assert.equal(Buffer.from(news[0]?.payload ?? '', 'base64').toString(), '{"v":21.5}');
    assert.deepEqual(news[0]?.properties, {
      contentType: 'application/json',
      correlationData: 'AQI=',
      userProperties: { a: 'b' },
    });
    const later = await look(viewer, { topic: 'plant/a/temp', after: news[0]?.sequence });
    assert.deepEqual(later.news, []);
    const exported = await get(`topics/export?viewer=${viewer}`);
    assert.equal(JSON.parse(exported.text).payload, '{"v":21.5}');
    await post('topics/stop', { viewer });
  });

  it('answer what a branch holds, and delete its retained messages', async () => {
    for (const topic of ['branch/a', 'branch/a/b', 'branch/c'])
      await device.publishAsync(topic, '{"on":1}', { retain: true, qos: 1 });
    const viewer = await start('branch/#');
    await until(async () => (await look(viewer)).topics === 3);
    const of = `viewer=${viewer}&path=branch/a`;
    const both = ['branch/a', 'branch/a/b'];
    assert.deepEqual((await get(`topics/retained?${of}`)).body, { topics: both });
    const values = { 'branch/a': { on: 1 }, 'branch/a/b': { on: 1 } };
    assert.deepEqual((await get(`topics/values?${of}`)).body, { values, missing: 0 });
    const lines = (await get(`topics/export?${of}`)).text.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { topic: string }).topic),
      both,
    );
    assert.equal((await get(`topics/values?viewer=${viewer}&path=branch/none`)).status, 404);
    assert.equal((await post('topics/clear', { broker: 'broker', topics: both }, 'all')).status, 200);
    await until(async () => (await get(`topics/retained?viewer=${viewer}&path=branch`)).text.includes('["branch/c"]'));
    assert.equal((await post('topics/clear', { broker: 'broker', topics: ['a/#'] }, 'all')).status, 400);
    assert.equal((await post('topics/clear', { broker: 'gone', topics: both }, 'all')).status, 404);
    await post('topics/stop', { viewer });
  });

  it('take what is published now with the retain flag for a change, and what the server has stored for none', async () => {
    await device.publishAsync('rate/stored', '1', { qos: 1, retain: true });
    const viewer = await start('rate/#');
    await until(async () => (await look(viewer)).topics === 1);
    assert.ok((await look(viewer)).rate > 0);
    const selection = { open: true, exceptions: [], search: '', changed: true };
    assert.equal((await look(viewer, { selection })).total, 0);
    await device.publishAsync('rate/stored', '2', { qos: 1, retain: true });
    await until(async () => (await look(viewer, { selection })).total === 2);
    await post('topics/stop', { viewer });
  });

  it('tell how the broker is, who subscribes, and no secret', async () => {
    await device.publishAsync('flows/1', 'x', { qos: 1 });
    await until(async () => Number((await get('brokers/broker')).body.received) > 0);
    const { body, text } = await get('brokers/broker');
    assert.equal((body.state as { kind: string }).kind, 'connected');
    assert.deepEqual(body.subscriptions, [{ filter: 'flows/+', kind: 'granted', nodes: ['in'], qos: 0 }]);
    const everything = [text, (await get('brokers')).text, JSON.stringify(await look(await start()))].join();
    assert.ok(!everything.includes(SECRET));
    assert.deepEqual(JSON.parse((await get('brokers')).text), [
      { id: 'broker', name: 'Plant' },
      { id: 'inside', name: 'Inside' },
    ]);
  });

  it('complete topics that the flows have seen', async () => {
    await device.publishAsync('flows/Press7', 'x', { qos: 1 });
    await until(async () => (await get('topics/completions?text=press')).text === '["flows/Press7"]');
    assert.equal((await get('topics/completions?text=press&broker=none')).text, '[]');
  });

  it('record with their own client, which disconnects with the last viewer', async () => {
    const [first, second] = [await start('leave/#'), await start('leave/#')];
    await until(async () => (await look(first)).state.kind === 'connected');
    const connected = /New client connected .* as (\S+-view-[0-9a-f]{6}) /;
    const own = mosquitto.log.all.map((line) => connected.exec(line)?.[1]).filter((id) => id !== undefined);
    const client = own.at(-1) ?? '';
    await post('topics/stop', { viewer: first });
    assert.equal((await look(second)).state.kind, 'connected');
    await post('topics/stop', { viewer: second });
    await mosquitto.log.find(
      'the end of the viewing client',
      (line) => line.includes(`Client ${client} `) && line.includes('disconnect'),
    );
  });

  it('record through the connection of the flows where a server lets in only one client', async () => {
    const before = mosquitto.log.all.filter((line) => line.includes('New client connected')).length;
    const viewer = await start('shared/#', 'topics/start-shared', 'all');
    await until(async () => {
      const { subscriptions } = (await get('brokers/broker')).body as {
        subscriptions: { filter: string; kind: string }[];
      };
      return subscriptions.some(({ filter, kind }) => filter === 'shared/#' && kind === 'granted');
    });
    await device.publishAsync('shared/a', '1', { qos: 1 });
    await until(async () => (await look(viewer)).messages === 1);
    assert.equal(mosquitto.log.all.filter((line) => line.includes('New client connected')).length, before);
    await post('topics/stop', { viewer });
    await until(async () => !JSON.stringify((await get('brokers/broker')).body).includes('shared/#'));
  });

  it('show what the broker inside Node-RED has, and that a retained message is taken away', async () => {
    const started = await post('topics/start', { broker: 'inside', filter: 'in/#' });
    const viewer = String(started.body.viewer);
    const selection = { open: true, exceptions: [], search: '' };
    const retained = async (): Promise<unknown> => (await look(viewer, { selection })).rows[1]?.retained;
    const say = (payload: string): Promise<Answer> =>
      post('topics/publish', { broker: 'inside', topic: 'in/side', payload, qos: 1, retain: true }, 'all');
    assert.equal((await say('1')).status, 200);
    await until(async () => (await look(viewer, { selection })).rows[1]?.preview === '1');
    assert.equal((await say('')).status, 200);
    await until(async () => (await retained()) === false);
    await post('topics/stop', { viewer });
  });

  it('continue over a deploy that does not change the broker', async () => {
    // Retained, since a viewer that is connected may still wait for its SUBACK.
    await device.publishAsync('deploy/a', '1', { qos: 1, retain: true });
    const viewer = await start('deploy/#');
    await until(async () => (await look(viewer)).messages === 1);
    const flows = await nodeRed.admin('flows', { headers: headersOf.get('all') ?? {} });
    await nodeRed.deploy(JSON.stringify(flows), headersOf.get('all'));
    await device.publishAsync('deploy/a', '2', { qos: 1 });
    await until(async () => (await look(viewer)).messages === 2);
    await post('topics/stop', { viewer });
  });
});
