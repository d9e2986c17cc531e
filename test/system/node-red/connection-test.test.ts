// The routes under the broker dialog, in a real Node-RED with users: what they answer, to whom, and what they keep.

import assert from 'node:assert/strict';
import type { TestEvent } from '#src/core/reports/connection-test';
import type { BrokerHealth } from '#src/core/sidebar/sidebar-protocol';
import { brokerDefaults } from '#src/settings/broker.config';
import { ADMIN_USERS, logIn } from '../../helpers/flows/admin-users';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { freePort } from '../../helpers/servers/free-port';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';
import { ScriptedServer, silent } from '../../helpers/servers/scripted-server';

const USER = 'plant';
const SECRET = 'kept in the dark';
const USERS = ['all', 'reader', 'other', 'tester'] as const;
type User = (typeof USERS)[number];

describe('The test of a connection, asked of the runtime', function () {
  this.timeout(300_000);
  let mosquitto: Mosquitto;
  let userDir: string;
  let nodeRed: NodeRedProcess;
  const headersOf = new Map<User, { Authorization: string }>();

  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start({ users: { [USER]: SECRET } });
    userDir = emptyUserDir();
    linkPackage(userDir);
    nodeRed = await NodeRedProcess.start(userDir, ADMIN_USERS);
    for (const user of USERS) headersOf.set(user, await logIn(nodeRed, user));
    const flow = [
      {
        id: 'tab1',
        type: 'tab',
        label: 'Plant',
        env: [{ name: 'PLANT_PORT', value: String(mosquitto.port), type: 'num' }],
      },
      {
        ...brokerDefaults,
        id: 'broker1',
        type: 'mqtt-flows-broker',
        z: 'tab1',
        name: '',
        servers: [{ url: mosquitto.url }],
        autoConnect: false,
        credentials: { username: USER, password: SECRET },
      },
    ];
    await nodeRed.deploy(flow, headersOf.get('all'));
  });

  after(async () => {
    await nodeRed?.stop();
    await mosquitto?.stop();
    if (userDir) removeUserDir(userDir);
  });

  function state(user: User): Promise<Response> {
    return fetch(`${nodeRed.url}mqtt-flows/brokers/broker1`, { headers: headersOf.get(user) ?? {} });
  }

  async function post(body: unknown, user: User = 'all', type = 'application/json'): Promise<Response> {
    const headers = { ...headersOf.get(user), 'Content-Type': type };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${nodeRed.url}mqtt-flows/connection-test`, { method: 'POST', headers, body: text });
  }

  interface Entered {
    readonly id?: string;
    readonly settings?: object;
    readonly credentials?: object;
  }

  function entered({ id = 'broker1', settings = {}, credentials }: Entered): object {
    const kept = { username: USER, password: '__PWRD__' };
    return { id, z: 'tab1', settings: { ...brokerDefaults, ...settings }, credentials: credentials ?? kept };
  }

  async function run(of: Entered): Promise<{ text: string; events: TestEvent[] }> {
    const response = await post(entered(of));
    assert.equal(response.status, 200);
    const text = await response.text();
    return {
      text,
      events: text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    };
  }

  function kinds(events: readonly TestEvent[]): string[] {
    return events.map((event) =>
      event.kind === 'failed' || event.kind === 'unusable' ? event.error.code : event.kind,
    );
  }

  it('uses the password that is kept, and does not tell it', async () => {
    const { text, events } = await run({ settings: { servers: [{ url: mosquitto.url }] } });
    assert.deepEqual(kinds(events).slice(-2), ['connected', 'end']);
    assert.equal(text.includes(SECRET), false);
  });

  it('finds the variables of the flow', async () => {
    const { events } = await run({ settings: { servers: [{ url: 'mqtt://127.0.0.1:${PLANT_PORT}' }] } });
    assert.deepEqual(kinds(events).slice(-2), ['connected', 'end']);
  });

  it('tests a node that has never been deployed', async () => {
    const settings = { servers: [{ url: mosquitto.url }] };
    const { events } = await run({ id: 'new', settings, credentials: { username: USER, password: SECRET } });
    assert.equal(kinds(events).at(-2), 'connected');
    const without = await run({ id: 'new', settings });
    assert.equal(kinds(without.events).at(-2), 'not-authorized', 'it has no password that is kept');
  });

  it('says which setting cannot work, and asks no server', async () => {
    const { events } = await run({ settings: { servers: [{ url: 'http://host' }] } });
    assert.deepEqual(kinds(events), ['server-url-invalid', 'end']);
    const missing = await run({ settings: { servers: [{ url: 'mqtt://${NOWHERE}' }] } });
    assert.deepEqual(kinds(missing.events), ['environment-missing', 'end']);
    const tls = await run({ settings: { servers: [{ url: 'mqtts://host' }], tls: 'gone' } });
    assert.deepEqual(kinds(tls.events), ['tls-config-missing', 'end']);
  });

  it('uses MQTT 3.1.1 with a server that does not know MQTT 5', async () => {
    const server = await ScriptedServer.start({
      connect: (client) => (client.protocolVersion === 5 ? client.connack(0x84) : client.connack(0)),
    });
    const { events } = await run({ settings: { servers: [{ url: `mqtt://127.0.0.1:${server.port}` }] } });
    const versions = events.flatMap((event) => (event.kind === 'attempt' ? [event.version] : []));
    assert.deepEqual(versions, [5, 4]);
    assert.equal(kinds(events).at(-2), 'connected');
    await server.stop();
  });

  it('leaves neither a session nor a will with the server, and comes as somebody else', async () => {
    const server = await ScriptedServer.start();
    const will = { topic: 'gone', payload: '', qos: 0, retain: false, properties: {} };
    const settings = { clientId: 'line-1', cleanStart: false, sessionExpiryInterval: 60, will };
    await run({ settings: { ...settings, servers: [{ url: `mqtt://127.0.0.1:${server.port}` }] } });
    const connect = await server.packet('connect');
    assert.match(connect.clientId, /^line-1-test-[0-9a-f]{6}$/);
    assert.equal(connect.clean, true);
    assert.equal(connect.will, undefined);
    assert.equal(connect.properties?.sessionExpiryInterval, undefined);
    await server.packet('disconnect');
    await server.stop();
  });

  it('gives up after the time that is set, says how long it was, and lets go of the server', async () => {
    const server = await ScriptedServer.start({ connect: silent });
    const servers = [{ url: `mqtt://127.0.0.1:${server.port}` }];
    const { events } = await run({ settings: { servers, protocolVersion: 5, connectTimeout: 1 } });
    assert.deepEqual(kinds(events).slice(-2), ['connection-timeout', 'end']);
    const failed = events.at(-2);
    assert.ok(failed?.kind === 'failed' && failed.at >= 1000);
    assert.equal(failed.error.params.seconds, 1);
    await (await server.clients.next()).gone();
    await server.stop();
  });

  it('ends with the asker, and answers four at a time', async () => {
    const server = await ScriptedServer.start({ connect: silent });
    const body = entered({ settings: { servers: [{ url: `mqtt://127.0.0.1:${server.port}` }] } });
    const running = await Promise.all([post(body), post(body), post(body), post(body)]);
    assert.equal((await post(body)).status, 429);
    for (const response of running) await response.body?.cancel();
    for (const client of await server.clients.first(4)) await client.gone();
    assert.equal((await post('{}')).status, 400);
    await server.stop();
  });

  it('is for those who may deploy', async () => {
    const body = entered({ settings: { servers: [{ url: `mqtt://127.0.0.1:${await freePort()}` }] } });
    assert.equal((await post(body, 'reader')).status, 401);
    assert.equal((await post(body, 'other')).status, 401, 'no permission of ours');
    assert.equal((await post(body, 'tester')).status, 401, 'no permission to deploy');
  });

  it('refuses what no dialog sends', async () => {
    const good = entered({});
    for (const body of [
      '[]',
      { ...good, id: 7 },
      { ...good, settings: [] },
      { ...good, credentials: { password: 7 } },
      { ...good, credentials: { password: 'x'.repeat(65_536) } },
      entered({ settings: { servers: Array.from({ length: 21 }, () => ({ url: 'mqtt://host' })) } }),
    ]) {
      assert.equal((await post(body)).status, 400);
    }
    assert.equal((await post('id=broker1', 'all', 'application/x-www-form-urlencoded')).status, 415);
  });

  it('the state of a deployed node is for those who may look', async () => {
    const health = (await (await state('reader')).json()) as BrokerHealth;
    assert.deepEqual(health.state, { kind: 'idle' });
    assert.equal(health.outbox?.depth, 0);
    assert.equal((await state('other')).status, 401);
  });

  describe('the outbox of a deployed broker node', () => {
    async function clear(user: User, type = 'application/json'): Promise<Response> {
      const headers = { ...headersOf.get(user), 'Content-Type': type };
      return fetch(`${nodeRed.url}mqtt-flows/brokers/broker1/outbox/clear`, { method: 'POST', headers, body: '{}' });
    }

    it('is cleared', async () => {
      assert.equal((await clear('all')).status, 200);
    });

    it('is not cleared by a form of another site', async () => {
      assert.equal((await clear('all', 'text/plain')).status, 415);
    });

    it('is for those who have the permission', async () => {
      assert.equal((await clear('other')).status, 401);
      assert.equal((await clear('reader')).status, 401, 'looking is not clearing');
    });
  });
});
