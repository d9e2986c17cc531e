// The embedded broker in a real Node-RED: passwords that the dialog hands over, and WebSocket at Node-RED's own web server.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { brokerDefaults } from '#src/settings/broker.config';
import { listenerDefaults, userDefaults } from '#src/settings/broker.devices.config';
import { ADMIN_USERS, logIn } from '../../helpers/flows/admin-users';
import {
  ALL_CORE_NODES,
  emptyUserDir,
  linkPackage,
  NodeRedProcess,
  removeUserDir,
} from '../../helpers/flows/node-red-process';

const PASSWORD = 'the word of ann';
const KEY = '0123456789abcdef0123456789abcdef';
const ROOTS = `httpNodeRoot: '/nodes', httpAdminRoot: '/admin',`;

describe('The embedded broker for devices, in a real Node-RED', function () {
  this.timeout(300_000);
  let userDir: string;
  let nodeRed: NodeRedProcess;
  let headers: { Authorization: string };
  const clients: MqttClient[] = [];

  before(async () => {
    userDir = emptyUserDir();
    linkPackage(userDir);
    await start();
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await nodeRed?.stop();
    if (userDir) removeUserDir(userDir);
  });

  async function start(): Promise<void> {
    nodeRed = await NodeRedProcess.start(userDir, ADMIN_USERS + ROOTS + ALL_CORE_NODES);
    headers = await logIn(atAdmin(), 'all');
  }

  /** Its admin API is below a root of its own. */
  function atAdmin(): NodeRedProcess {
    const admin = (path: string, init?: RequestInit): Promise<unknown> => nodeRed.admin(`admin/${path}`, init);
    return { admin } as NodeRedProcess;
  }

  function post(path: string, body: unknown, given: Record<string, string> = headers): Promise<Response> {
    const all = { 'Content-Type': 'application/json', ...given };
    return fetch(`${nodeRed.url}admin/${path}`, { method: 'POST', headers: all, body: JSON.stringify(body) });
  }

  function hand(password: string, key = KEY, given?: Record<string, string>): Promise<Response> {
    return post('mqtt-flows/brokers/broker1/passwords', { key, password }, given);
  }

  async function deploy(): Promise<void> {
    const broker = {
      ...brokerDefaults,
      id: 'broker1',
      type: 'mqtt-flows-broker',
      connectTo: 'embedded',
      embedded: {
        ...brokerDefaults.embedded,
        users: [{ ...userDefaults, name: 'ann', passwordKey: KEY }],
        listeners: [{ ...listenerDefaults, kind: 'path' }],
      },
    };
    const listener = { id: 'ws1', type: 'websocket-listener', path: '/other', wholemsg: 'false', hb: '0' };
    const flow = [{ id: 'tab1', type: 'tab', label: 'Devices' }, broker, listener];
    const answer = await nodeRed.whileDeploying(() => post('flows', flow));
    assert.equal(answer.status, 204);
    await nodeRed.waitForOutput('/nodes/mqtt');
  }

  function device(options: IClientOptions = {}): Promise<MqttClient> {
    const url = `${nodeRed.url.replace('http', 'ws')}nodes/mqtt`;
    const client = connect(url, { reconnectPeriod: 0, username: 'ann', password: PASSWORD, ...options });
    clients.push(client);
    return new Promise((resolve, reject) => {
      client.once('connect', () => resolve(client));
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
  }

  function opens(path: string): Promise<boolean> {
    const webSocket = new WebSocket(`${nodeRed.url.replace('http', 'ws')}${path}`);
    return new Promise((resolve) => {
      webSocket.once('open', () => {
        webSocket.terminate();
        resolve(true);
      });
      webSocket.once('error', () => resolve(false));
    });
  }

  it('keeps a password as a hash, for a node that is not deployed yet, and lets its user in by the path', async () => {
    const answer = await hand(PASSWORD);
    assert.deepEqual([answer.status, await answer.text()], [204, '']);
    await deploy();
    for (const protocolVersion of [4, 5] as const) {
      const ann = await device({ protocolVersion });
      await ann.subscribeAsync('a');
      const came = new Promise((resolve) => ann.once('message', (topic) => resolve(topic)));
      await ann.publishAsync('a', 'x', { qos: 1 });
      assert.equal(await came, 'a');
    }
    await assert.rejects(device({ password: 'wrong' }), { code: 4 });
    await assert.rejects(device({ username: '', password: '' }));
  });

  it('leaves the WebSockets of the editor and of other nodes alone', async () => {
    assert.equal(await opens('admin/comms'), true);
    assert.equal(await opens('nodes/other'), true);
    assert.equal(await opens('nodes/mqtt'), true);
  });

  it('tells nobody a password or a hash, and has none in its files in plain', async () => {
    const answer = await fetch(`${nodeRed.url}admin/credentials/mqtt-flows-broker/broker1`, { headers });
    const credentials = (await answer.json()) as Record<string, unknown>;
    assert.equal(credentials.has_embeddedPasswords, true);
    assert.equal(credentials.embeddedPasswords, undefined);
    const files = readdirSync(userDir).filter((name) => name.endsWith('.json'));
    for (const file of files) assert.ok(!readFileSync(join(userDir, file), 'utf8').includes(PASSWORD), file);
    assert.ok(!readFileSync(join(userDir, 'flows.json'), 'utf8').includes('scrypt'));
    assert.ok(!nodeRed.output.includes(PASSWORD) && !nodeRed.output.includes('scrypt$'));
  });

  it('knows the user after a restart, and after a deploy that does not concern it', async () => {
    await nodeRed.stop();
    await start();
    await nodeRed.waitForOutput('/nodes/mqtt');
    await device();
    await deploy();
    await device();
  });

  it('changes nothing by the password of a dialog that was cancelled', async () => {
    assert.equal((await hand('another word', 'f'.repeat(32))).status, 204);
    await device();
    await assert.rejects(device({ password: 'another word' }), { code: 4 });
  });

  it('takes passwords from those alone who may deploy', async () => {
    for (const [user, status] of [
      ['reader', 401],
      ['tester', 401],
      ['other', 401],
      ['all', 204],
    ] as const) {
      assert.equal((await hand('x', 'e'.repeat(32), await logIn(atAdmin(), user))).status, status, user);
    }
    assert.equal((await hand('x', KEY, {})).status, 401);
  });

  it('refuses bad requests', async () => {
    for (const body of [{}, { key: KEY }, { key: '../x', password: 'x' }, { key: KEY, password: '' }, []]) {
      assert.equal((await post('mqtt-flows/brokers/broker1/passwords', body)).status, 400, JSON.stringify(body));
    }
    const good = { key: KEY, password: 'x' };
    for (const id of ['ws1', 'tab1', '__proto__', 'a%2Fb']) {
      assert.equal((await post(`mqtt-flows/brokers/${id}/passwords`, good)).status, 400, id);
    }
    assert.equal((await hand('x'.repeat(70_000))).status, 400);
    await device();
  });
});
