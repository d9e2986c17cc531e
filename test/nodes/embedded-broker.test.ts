// The broker inside Node-RED as devices and flows meet it, and what a deploy does to it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Credentials, type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { CLOSING_TIMES, SlowClosing, slowClosingNode } from '../helpers/flows/slow-closing-node';
import { UserDirectory } from '../helpers/flows/user-directory';
import { readJson } from '../helpers/package/package-files';
import { Device } from '../helpers/servers/device';
import { freePort } from '../helpers/servers/free-port';
import { accepts } from '../helpers/servers/mosquitto';

const USERNAME = 'device';
const PASSWORD = 'secret of the device';

describe('embedded broker', () => {
  let broker = '';
  let base = '';
  const devices: Device[] = [];
  beforeEach(() => {
    broker = unique('embedded');
    base = unique('devices');
  });
  afterEach(async () => {
    await Promise.all(devices.splice(0).map((device) => device.end()));
    // A broker outlives its node for a moment, but not the removal of it.
    const flow = await loadFlow([embeddedNode(broker)]);
    await flow.deploy('full', []);
    await unloadFlow();
  });

  async function device(port: number, username?: string, password?: string): Promise<Device> {
    const connected = await Device.connect(port, username, password);
    devices.push(connected);
    return connected;
  }

  function nodes(embedded: Partial<BrokerConfig['embedded']>): FlowNode[] {
    return [
      embeddedNode(broker, embedded),
      ...subscribeNodes('sub', broker, [`${base}/up/#`]),
      ...publishNodes('pub', broker),
    ];
  }

  async function load(embedded: Partial<BrokerConfig['embedded']>, withCredentials = false): Promise<Flow> {
    const flow = await loadFlow(nodes(embedded), withCredentials ? credentials() : {});
    await flow.connected('sub', 'pub');
    return flow;
  }

  function credentials(): Credentials {
    return { [broker]: { embeddedUsername: USERNAME, embeddedPassword: PASSWORD } };
  }

  /** A flow and a device exchange messages. */
  async function exchange(flow: Flow, peer: Device, mark: string): Promise<void> {
    await peer.publish(`${base}/up/a`, `up ${mark}`);
    await flow.received('sub-out').find('what the device sent', ({ payload }) => payload === `up ${mark}`);
    await peer.subscribe(`${base}/down`);
    flow.inject('pub', { topic: `${base}/down`, payload: `down ${mark}` });
    await peer.received.find('what the flow sent', ({ payload }) => payload === `down ${mark}`);
  }

  async function assertWorksInside(flow: Flow): Promise<void> {
    flow.inject('pub', { topic: `${base}/up/inside`, payload: 'inside' });
    await flow.received('sub-out').find('the message', ({ payload }) => payload === 'inside');
  }

  it('exchanges messages with devices that know user name and password', async () => {
    const port = await freePort();
    const flow = await load({ port }, true);
    await exchange(flow, await device(port, USERNAME, PASSWORD), 'first');
  });

  for (const [what, username, password, code] of [
    ['a wrong password', USERNAME, 'wrong', 4],
    ['a wrong user name', 'wrong', PASSWORD, 4],
    ['no credentials', undefined, undefined, 5],
  ] as const) {
    it(`refuses devices with ${what}`, async () => {
      const port = await freePort();
      const flow = await load({ port }, true);
      await assert.rejects(device(port, username, password), { code });
      await assertWorksInside(flow);
    });
  }

  it('lets programs of this computer in without credentials where none are set', async () => {
    const port = await freePort();
    const flow = await load({ port });
    await exchange(flow, await device(port), 'first');
  });

  it('has opened its port when another broker node of the same deploy connects to it', async () => {
    // With what it has kept on disk, a broker needs longer to open.
    const directory = new UserDirectory();
    try {
      const port = await freePort();
      const flow = await loadFlow([
        serverNode('client', port),
        ...subscribeNodes('sub', 'client', ['t']),
        embeddedNode(broker, { port, store: 'disk' }),
        ...publishNodes('pub', broker),
      ]);
      await flow.connected('sub', 'pub');
      const shown = flow.statuses('sub').all.filter(({ fill }) => fill === 'red');
      assert.deepEqual(shown, []);
      await flow.deploy('full', []);
      await unloadFlow();
    } finally {
      directory.remove();
    }
  });

  it('does not open a port to the network without a user name', async () => {
    const port = await freePort();
    const flow = await load({ port, bindAddress: '0.0.0.0' });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'embedded-needs-credentials');
    assert.equal(await accepts(port), false);
    await assertWorksInside(flow);
    assert.equal(flow.caught.all.length, 1);
  });

  it('opens a port to the network with a user name, or when anyone may connect', async () => {
    const port = await freePort();
    await load({ port, bindAddress: '0.0.0.0' }, true);
    await device(port, USERNAME, PASSWORD);
    const flow = await load({ port, bindAddress: '0.0.0.0', allowAnonymous: true });
    await exchange(flow, await device(port), 'anyone');
  });

  it('reports a port that is in use, and works inside Node-RED', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    const flow = await load({ port: address.port });
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'embedded-port-in-use');
    await assertWorksInside(flow);
    assert.equal(flow.caught.all.length, 1);
    other.close();
    await once(other, 'close');
  });

  it('opens no port where none is set', async () => {
    const ports = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const before = ports();
    const flow = await load({});
    await assertWorksInside(flow);
    assert.equal(ports(), before);
  });

  it('says which version of the package it is', async () => {
    const flow = await loadFlow([embeddedNode(broker), ...subscribeNodes('system', broker, ['$SYS/broker/version'])]);
    const { version } = readJson('package.json') as { readonly version: string };
    assert.equal((await flow.received('system-out').next()).payload, `MQTT Flows version ${version}`);
  });

  it('keeps devices connected and retained messages over a full deploy', async () => {
    const port = await freePort();
    const flow = await load({ port }, true);
    const peer = await device(port, USERNAME, PASSWORD);
    flow.inject('pub', { topic: `${base}/kept`, payload: 'retained', retain: true, qos: 1 });
    await flow.received('pub-out').next();
    await flow.deploy('full', nodes({ port }), credentials());
    await flow.connected('sub', 'pub');
    assert.equal(peer.lost, false);
    await exchange(flow, peer, 'after');
    await peer.subscribe(`${base}/kept`);
    assert.equal(
      (await peer.received.find('the retained one', ({ topic }) => topic === `${base}/kept`)).payload,
      'retained',
    );
  });

  for (const time of CLOSING_TIMES) {
    it(`keeps them while another node closes (${time})`, async () => {
      const port = await freePort();
      const slow = new SlowClosing();
      const all = [slowClosingNode, ...nodes({ port })];
      const flow = await loadFlow(all, {}, slow.register);
      await flow.connected('sub', 'pub');
      const peer = await device(port);
      flow.inject('pub', { topic: `${base}/kept`, payload: 'retained', retain: true, qos: 1 });
      await flow.received('pub-out').next();
      await slow.during(time, () => flow.deploy('full', all));
      await flow.connected('sub', 'pub');
      assert.equal(peer.lost, false);
      await peer.subscribe(`${base}/kept`);
      await peer.received.find('the retained one', ({ payload }) => payload === 'retained');
    });
  }

  it('moves to another port with a deploy, and leaves the old one', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const flow = await load({ port: first });
    const peer = await device(first);
    await flow.deploy('full', nodes({ port: second }));
    await flow.connected('sub', 'pub');
    await exchange(flow, await device(second), 'moved');
    assert.equal(await accepts(first), false);
    assert.equal(peer.lost, true);
  });

  it('requires new credentials after a deploy has changed them', async () => {
    const port = await freePort();
    const flow = await load({ port }, true);
    await device(port, USERNAME, PASSWORD);
    await flow.deploy('full', nodes({ port }), { [broker]: { embeddedUsername: USERNAME, embeddedPassword: 'new' } });
    await flow.connected('sub');
    await assert.rejects(device(port, USERNAME, PASSWORD), { code: 4 });
    await exchange(flow, await device(port, USERNAME, 'new'), 'new');
  });

  it('closes its port and its devices when the node is removed', async () => {
    const port = await freePort();
    const flow = await load({ port });
    const peer = await device(port);
    await flow.deploy('full', []);
    assert.equal(await accepts(port), false);
    assert.equal(peer.lost, true);
  });
});
