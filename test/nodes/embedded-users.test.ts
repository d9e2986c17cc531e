// Users and listeners of the broker inside Node-RED, as a flow sets them and devices meet them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { mock } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { NodeAPI } from 'node-red';
import { brokerHealth } from '#src/runtime/admin/broker-health';
import type { BrokerConfig } from '#src/settings/broker.config';
import { listenerDefaults, type UserConfig } from '#src/settings/broker.devices.config';
import { hashPassword } from '#src/transport/embedded/password-hash';
import { type Credentials, type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Authority, needsOpenssl } from '../helpers/servers/certificates';
import { freePort } from '../helpers/servers/free-port';
import { accepts } from '../helpers/servers/mosquitto';

type Embedded = Partial<BrokerConfig['embedded']>;

const ANN: UserConfig = {
  name: 'ann',
  passwordKey: 'key-of-ann',
  publish: ['up/{{username}}/#'],
  subscribe: ['down/#'],
};
const BOB: UserConfig = { name: 'bob', passwordKey: 'key-of-bob', publish: ['#'], subscribe: ['#'] };

describe('users and listeners of the embedded broker', () => {
  let broker: string;
  let port: number;
  let hashes: string;
  const clients: MqttClient[] = [];
  before(async () => {
    const [ann, bob] = await Promise.all(['word of ann', 'word of bob'].map((word) => hashPassword(Buffer.from(word))));
    hashes = JSON.stringify({ 'key-of-ann': ann, 'key-of-bob': bob });
  });
  beforeEach(async () => {
    broker = unique('users');
    port = await freePort();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    const flow = await loadFlow([embeddedNode(broker)]);
    await flow.deploy('full', []);
    await unloadFlow();
  });

  function nodes(embedded: Embedded, ...others: readonly FlowNode[]): FlowNode[] {
    return [
      ...others,
      embeddedNode(broker, embedded),
      ...subscribeNodes('sub', broker, ['up/#']),
      ...publishNodes('pub', broker),
    ];
  }

  function credentials(): Credentials {
    return { [broker]: { embeddedPasswords: hashes } };
  }

  let runtime: () => NodeAPI;
  async function load(embedded: Embedded, ...others: readonly FlowNode[]): Promise<Flow> {
    const flow = await loadFlow(nodes(embedded, ...others), credentials(), (RED: NodeAPI) => {
      runtime = () => RED;
    });
    await flow.connected('sub', 'pub');
    return flow;
  }

  function device(url: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = connect(url, { reconnectPeriod: 0, connectTimeout: 20_000, ...options });
    clients.push(client);
    return new Promise((resolve, reject) => {
      client.once('connect', () => resolve(client));
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
  }

  function login(name: string, options: IClientOptions = {}): Promise<MqttClient> {
    return device(`mqtt://127.0.0.1:${port}`, { username: name, password: `word of ${name}`, ...options });
  }

  for (const protocolVersion of [4, 5] as const) {
    it(`admits users with their passwords, and grants their rights, with MQTT ${protocolVersion}`, async () => {
      const flow = await load({ port, users: [ANN, BOB] });
      const ann = await login('ann', { protocolVersion });
      await ann.publishAsync('up/ann/a', 'mine', { qos: 1 });
      await flow.received('sub-out').find('what ann may publish', ({ payload }) => payload === 'mine');
      const refused = ann.publishAsync('up/bob/a', 'not mine', { qos: 1 });
      // Before MQTT 5 there is no refusal: it is acknowledged, and reaches nobody.
      if (protocolVersion === 5) await assert.rejects(refused, { code: 0x87 });
      else await refused;
      const granted = await ann.subscribeAsync(['down/#', 'up/#']).catch((error: unknown) => error);
      assert.ok(protocolVersion === 5 ? granted instanceof Error : Array.isArray(granted) || granted instanceof Error);
      await (await login('bob', { protocolVersion })).publishAsync('up/x', 'of bob', { qos: 1 });
      await flow.received('sub-out').find('what bob may publish', ({ payload }) => payload === 'of bob');
      assert.deepEqual(
        flow.received('sub-out').all.map(({ payload }) => payload),
        ['mine', 'of bob'],
      );
    });
  }

  it('admits nobody else, and clients without a user name only if that is ticked', async () => {
    const flow = await load({ port, users: [ANN] });
    await assert.rejects(login('ann', { password: 'wrong' }), { code: 4 });
    await assert.rejects(login('bob'), { code: 4 });
    await assert.rejects(device(`mqtt://127.0.0.1:${port}`), { code: 5 });
    const anonymous = { allow: true, publish: ['up/open'], subscribe: [] };
    await flow.deploy('full', nodes({ port, users: [ANN], anonymous }), credentials());
    await flow.connected('sub');
    const guest = await device(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
    await guest.publishAsync('up/open', 'x', { qos: 1 });
    await assert.rejects(guest.publishAsync('up/ann/a', 'x', { qos: 1 }), { code: 0x87 });
    await assert.rejects(login('ann', { password: 'wrong' }), { code: 4 });
  });

  it('keeps clients connected whose user a deploy does not change, and disconnects the others', async () => {
    const flow = await load({ port, users: [ANN, BOB] });
    const [ann, bob] = [await login('ann'), await login('bob')];
    const left = new Promise((resolve) => bob.once('close', () => resolve(true)));
    const wider = { ...ANN, publish: ['up/#'] };
    await flow.deploy('full', nodes({ port, users: [wider] }), credentials());
    await flow.connected('sub');
    await left;
    assert.equal(ann.connected, true);
    await ann.publishAsync('up/wider', 'new right', { qos: 1 });
    await flow.received('sub-out').find('by its new right', ({ payload }) => payload === 'new right');
  });

  it('says that a user has no password here, as after an import, and lets in the others', async () => {
    const flow = await load({ port, users: [{ ...ANN, passwordKey: 'unknown' }, BOB] });
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'embedded-password-missing');
    await login('bob');
    await assert.rejects(login('ann', { password: '' }), { code: 4 });
  });

  it('shows no password and no hash', async () => {
    const flow = await load({ port, users: [ANN, BOB] });
    await assert.rejects(login('ann', { password: 'a secret guess' }));
    await login('ann');
    const told = flow.everythingTold();
    for (const secret of ['word of ann', 'a secret guess', ...Object.values(JSON.parse(hashes) as object)]) {
      assert.ok(!told.includes(String(secret)), String(secret));
    }
  });

  it('serves TLS with client certificates and WebSocket beside the port', async function () {
    needsOpenssl(this);
    const authority = new Authority();
    const { certFile, keyFile } = authority.write(authority.sign('broker'));
    const tls = unique('tls');
    const [secure, web] = [await freePort(), await freePort()];
    const local = { ...listenerDefaults, bindAddress: '127.0.0.1' };
    const lamp: UserConfig = { ...BOB, name: 'lamp', passwordKey: '' };
    const tlsNode = { id: tls, type: 'tls-config', cert: certFile, key: keyFile, ca: authority.certFile };
    const flow = await loadFlow(
      [
        { ...tlsNode, certname: '', keyname: '', caname: '', verifyservercert: true },
        {
          ...embeddedNode(broker, {
            port,
            users: [ANN, lamp],
            listeners: [
              { ...local, kind: 'tls', port: secure, clientCertificate: 'user' },
              { ...local, kind: 'ws', port: web },
            ],
          }),
          listenerTls: tls,
        },
        ...subscribeNodes('sub', broker, ['up/#']),
      ],
      credentials(),
    );
    await flow.connected('sub');
    await until(secure, web);
    const known = { ...authority.sign('lamp'), ca: authority.cert };
    const byTls = await device(`mqtts://127.0.0.1:${secure}`, known);
    const byWeb = await device(`ws://127.0.0.1:${web}`, { username: 'ann', password: 'word of ann' });
    await byTls.publishAsync('up/tls', 'tls', { qos: 1 });
    await byWeb.publishAsync('up/ann/ws', 'ws', { qos: 1 });
    const payloads = [await flow.received('sub-out').next(), await flow.received('sub-out').next()];
    assert.deepEqual(payloads.map(({ payload }) => payload).sort(), ['tls', 'ws']);
    authority.remove();
  });

  it('serves a certificate that was renewed on disk within an hour, without a deploy, and the old one while its key is missing', async function () {
    needsOpenssl(this);
    const authority = new Authority();
    const { certFile, keyFile } = authority.write(authority.sign('first'));
    const tls = unique('tls');
    const tlsNode = {
      id: tls,
      type: 'tls-config',
      cert: certFile,
      key: keyFile,
      ca: '',
      verifyservercert: true,
      certname: '',
      keyname: '',
      caname: '',
    };
    const listener = { ...listenerDefaults, bindAddress: '127.0.0.1', kind: 'tls' as const, port };
    const everybody: Embedded = { users: [ANN], listeners: [listener] };
    let flow: Flow;
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      flow = await loadFlow([
        tlsNode,
        { ...embeddedNode(broker, everybody), listenerTls: tls },
        ...subscribeNodes('sub', broker, ['#']),
      ]);
      await until(port);
      assert.equal(await nameAt(port), 'first');
      const second = authority.sign('second');
      writeFileSync(certFile, second.cert);
      mock.timers.tick(3600 * 1000);
      for (let look = 0; look < 20; look++) assert.equal(await nameAt(port), 'first');
      writeFileSync(keyFile, second.key);
      mock.timers.tick(3600 * 1000);
    } finally {
      mock.timers.reset();
    }
    while ((await nameAt(port)) !== 'second') await new Promise((resolve) => setImmediate(resolve));
    // It was not closed in between, which would have been reported.
    assert.equal(flow.everythingTold().includes('embedded-listen-failed'), false);
    authority.remove();
  });

  /** The common name in the certificate of the listener; blank while it is closed. */
  function nameAt(listening: number): Promise<string> {
    return new Promise((resolve) => {
      const socket = connectTls({ port: listening, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', () => resolve(''));
    });
  }

  async function until(...ports: readonly number[]): Promise<void> {
    for (const each of ports) while (!(await accepts(each))) await new Promise((resolve) => setImmediate(resolve));
  }

  for (const [what, embedded, code] of [
    ['a WebSocket without users, even on the loopback address', { kind: 'ws' }, 'embedded-websocket-needs-users'],
    ['a port for others without users', { kind: 'tcp', bindAddress: '0.0.0.0' }, 'embedded-needs-credentials'],
    ['TLS without a certificate', { kind: 'tls' }, 'embedded-needs-certificate'],
    ['a path without a web server', { kind: 'path' }, 'embedded-websocket-needs-users'],
  ] as const) {
    it(`does not open ${what}, and says why`, async () => {
      const listener = { ...listenerDefaults, bindAddress: '127.0.0.1', port, ...embedded };
      const flow = await load({ listeners: [listener] });
      assert.equal((await flow.caught.next()).error.code, code);
      assert.equal(await accepts(port), false);
      const { listenerProblems = [] } = brokerHealth(runtime(), broker);
      assert.deepEqual(
        listenerProblems.map((problem) => problem.code),
        [code],
      );
    });
  }

  it('shows at the node which port is in use, and opens it when it is free', async function () {
    this.timeout(300_000);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const flow = await load({ port, users: [BOB] });
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'embedded-port-in-use');
    await flow.statuses(broker).find('what is wrong', ({ fill, text }) => fill === 'red' && text !== '');
    const [problem, ...others] = brokerHealth(runtime(), broker).listenerProblems ?? [];
    assert.equal(problem?.code, 'embedded-port-in-use');
    assert.deepEqual([problem?.params.port, others], [port, []]);
    other.close();
    await once(other, 'close');
    await flow.statuses(broker).latest('nothing is wrong', ({ text }) => text === undefined);
    assert.equal(brokerHealth(runtime(), broker).listenerProblems, undefined);
    await login('bob');
    assert.equal(flow.caught.all.length, 1);
  });
});
