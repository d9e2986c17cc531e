// Messages that control the connection: connect, disconnect, other servers, and when they are complete.

import assert from 'node:assert/strict';
import type { IConnectPacket } from 'mqtt-packet';
import type { BrokerConfig } from '#src/settings/broker.config';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { embeddedNode, publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { freePort } from '../helpers/servers/free-port';
import { ScriptedServer, silent } from '../helpers/servers/scripted-server';

const SECRETS = ['name-known-to-nobody', 'word-known-to-nobody'] as const;

describe('Messages that control the connection', () => {
  let server: ScriptedServer;
  let other: ScriptedServer;
  beforeEach(async () => {
    [server, other] = await Promise.all([ScriptedServer.start(), ScriptedServer.start()]);
  });
  afterEach(async () => {
    await unloadFlow();
    await Promise.all([server.stop(), other.stop()]);
    delete process.env.FLOWS_CONTROL;
  });

  function load(settings: Partial<BrokerConfig> = {}): Promise<Flow> {
    return loadFlow(
      [
        serverNode('control-broker', server.port, settings),
        ...subscribeNodes('sub', 'control-broker', ['a/#'], { inputs: 1 }),
        ...publishNodes('pub', 'control-broker', { qos: 1 }),
      ],
      { 'control-broker': { username: 'saved-user', password: 'saved-word' } },
    );
  }

  const connect = (values: object = {}): object => ({ action: 'connect', ...values });
  const at = (port: number, values: object = {}): object => ({ broker: { broker: '127.0.0.1', port, ...values } });
  const closedBy = async (peer: ScriptedServer): Promise<void> => {
    await peer.received.find('its goodbye', ({ cmd }) => cmd === 'disconnect');
    await peer.clients.all[0]?.gone();
  };

  it('are not needed unless the broker node waits for them', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    assert.equal(flow.completed.all.length, 0);
  });

  it('open a connection that waits for them, and complete when it is made', async () => {
    const flow = await load({ autoConnect: false });
    await flow.showing('pub', 'disconnected');
    flow.inject('pub', { topic: 'a/early', payload: 1 });
    await flow.deploy('nodes', [
      serverNode('control-broker', server.port, { autoConnect: false }),
      ...subscribeNodes('sub', 'control-broker', ['a/#'], { inputs: 1 }),
      ...publishNodes('pub', 'control-broker', { qos: 1 }),
    ]);
    assert.equal(server.clients.all.length, 0);
    flow.inject('pub', connect());
    assert.equal((await flow.completed.next()).action, 'connect');
    assert.equal(server.count('connect'), 1);
    await flow.connected('sub', 'pub');
    assert.deepEqual(
      flow.received('pub-out').all.filter(({ action }) => action === 'connect'),
      [],
    );
    assert.deepEqual(
      flow.caughtCodes.filter((code) => code !== 'connection-closed'),
      [],
    );
  });

  it('work at a subscribe node as well, which refuses other messages', async () => {
    const flow = await load({ autoConnect: false });
    flow.inject('sub', connect());
    assert.equal((await flow.completed.next()).action, 'connect');
    for (const action of [undefined, 'publish', 7, {}, 'Subscribe']) {
      flow.inject('sub', { action, topic: 'a/b' });
      assert.equal((await flow.caught.next()).error.code, 'action-unknown');
    }
    flow.inject('sub', { action: 'disconnect' });
    assert.equal((await flow.completed.next()).action, 'disconnect');
    await flow.showing('sub', 'disconnected');
  });

  it('end the connection, which stays closed over a deploy of other nodes', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    flow.inject('pub', { action: 'disconnect' });
    assert.equal((await flow.completed.next()).action, 'disconnect');
    await closedBy(server);
    await flow.showing('pub', 'disconnected');
    await flow.deploy('nodes', [
      serverNode('control-broker', server.port),
      ...subscribeNodes('sub', 'control-broker', ['a/#', 'b'], { inputs: 1 }),
      ...publishNodes('pub', 'control-broker', { qos: 1 }),
    ]);
    assert.equal(server.clients.all.length, 1);
    flow.inject('pub', { topic: 'a/waits', payload: 1 });
    flow.inject('pub', connect());
    await flow.connected('sub', 'pub');
    assert.equal((await server.packet('publish')).topic, 'a/waits');
    assert.equal((await flow.received('pub-out').next()).topic, 'a/waits');
  });

  it('complete at once when there is nothing to do', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    flow.inject('pub', connect());
    await flow.completed.next();
    flow.inject('pub', { action: 'disconnect' });
    await flow.completed.next();
    flow.inject('pub', { action: 'disconnect' });
    await flow.completed.next();
    assert.equal(server.count('connect'), 1);
  });

  it('go to a Catch node when the first attempt fails, and further attempts follow', async () => {
    await server.stop();
    const flow = await load({ autoConnect: false });
    flow.inject('pub', { ...connect(), mark: 'mine' });
    const caught = await flow.caught.find('the message', ({ mark }) => mark === 'mine');
    assert.equal(caught.error.code, 'connection-refused');
    assert.equal(flow.completed.all.length, 0);
    await flow.showing('pub', 'connection-refused');
    server = await ScriptedServer.start();
    flow.inject('pub', connect(at(server.port)));
    await flow.completed.next();
    await flow.connected('pub');
  });

  it('do not take the saved user name and password to another server', async () => {
    const flow = await load({ autoConnect: false });
    flow.inject('pub', connect(at(other.port)));
    await flow.completed.next();
    const { username, password }: IConnectPacket = await other.packet('connect');
    assert.deepEqual([username, password], [undefined, undefined]);
  });

  it('name another server, client and user, until the next of them', async () => {
    const flow = await load({ autoConnect: false });
    const who = { clientid: 'other', username: SECRETS[0], password: SECRETS[1], keepalive: 7, protocolVersion: 4 };
    flow.inject('pub', connect(at(other.port, who)));
    await flow.completed.next();
    const there: IConnectPacket = await other.packet('connect');
    assert.deepEqual(
      [there.clientId, there.username, String(there.password), there.keepalive, there.protocolVersion],
      ['other', SECRETS[0], SECRETS[1], 7, 4],
    );
    other.clients.all[0]?.socket.destroy();
    await other.clients.first(2);
    await flow.connected('pub');
    flow.inject('pub', { action: 'disconnect' });
    await flow.completed.next();
    flow.inject('pub', connect());
    await flow.completed.next();
    const here: IConnectPacket = await server.packet('connect');
    assert.deepEqual([here.username, String(here.password), here.protocolVersion], ['saved-user', 'saved-word', 5]);
    for (const secret of SECRETS)
      assert.equal(flow.everythingTold().replaceAll(JSON.stringify(who), '').includes(secret), false);
  });

  it('do not change an established connection unless they force it', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    flow.inject('pub', connect(at(other.port)));
    assert.equal((await flow.caught.next()).error.code, 'already-connected');
    assert.equal(other.clients.all.length, 0);
    flow.inject('pub', connect(at(other.port, { force: true })));
    await flow.completed.next();
    await closedBy(server);
    await other.packet('connect');
    await other.packet('subscribe');
    flow.inject('pub', connect({ broker: { force: true } }));
    await flow.completed.next();
    assert.equal(server.count('connect'), 2);
  });

  it('replace an attempt that gets no answer', async () => {
    server.script = { connect: silent };
    const flow = await load();
    await server.packet('connect');
    flow.inject('pub', { ...connect(), mark: 'waits' });
    flow.inject('pub', connect(at(other.port)));
    assert.equal((await flow.caught.next()).error.code, 'connect-interrupted');
    await flow.completed.next();
    await flow.connected('pub');
    assert.equal(server.openCount, 0);
  });

  it('in quick succession end with the last of them', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    for (let round = 0; round < 5; round++) {
      flow.inject('pub', connect(at(other.port, { force: true })));
      flow.inject('pub', { action: 'disconnect' });
      flow.inject('pub', connect({ broker: { force: true } }));
    }
    await flow.completed.find('the end', () => flow.completed.all.length + flow.caught.all.length === 15);
    await flow.connected('sub', 'pub');
    assert.equal(server.openCount, 1);
    assert.equal(other.openCount, 0);
    for (const code of flow.caughtCodes) assert.equal(code, 'connect-interrupted');
  });

  it('complete with an error when the flow stops meanwhile', async () => {
    server.script = { connect: silent };
    const flow = await load({ autoConnect: false });
    flow.inject('pub', connect());
    await server.packet('connect');
    await unloadFlow();
    await server.clients.all[0]?.gone();
    assert.equal(flow.completed.all.length, 0);
  });

  it('read no variables and no files', async () => {
    process.env.FLOWS_CONTROL = 'known-to-nobody';
    const flow = await load({ autoConnect: false });
    flow.inject(
      'pub',
      connect({
        broker: {
          clientid: '${FLOWS_CONTROL}{{hostname}}',
          username: '${FLOWS_CONTROL}',
          password: 'file:/etc/hostname',
        },
      }),
    );
    await flow.completed.next();
    const { clientId, username, password }: IConnectPacket = await server.packet('connect');
    assert.deepEqual(
      [clientId, username, String(password)],
      ['${FLOWS_CONTROL}{{hostname}}', '${FLOWS_CONTROL}', 'file:/etc/hostname'],
    );
  });

  it('change session, will, birth and close message, until the next one', async () => {
    const settings = { birth: { topic: 'state', payload: 'saved', qos: 1, retain: false, properties: {} } } as const;
    const flow = await load({ ...settings, autoConnect: false });
    const saying = (payload: string): object => ({ topic: 'state', payload, qos: 1 });
    const broker = { cleansession: false, birth: saying('here'), close: saying('left'), will: saying('gone') };
    flow.inject('pub', connect({ broker }));
    const { clean, will, properties } = await server.packet('connect');
    assert.deepEqual([clean, will?.topic, String(will?.payload)], [false, 'state', 'gone']);
    assert.equal(properties?.sessionExpiryInterval, 0xffff_ffff);
    await flow.connected('pub');
    const said = (): string[] =>
      server.received.all.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : []));
    await server.packet('publish');
    flow.inject('pub', connect({ broker: { force: true } }));
    await server.received.find('the saved birth message', () => said().length === 3);
    assert.deepEqual(said(), ['here', 'left', 'saved']);
    const last = server.received.all.findLast((packet) => packet.cmd === 'connect');
    assert.deepEqual(last?.cmd === 'connect' && [last.clean, last.will], [true, undefined]);
  });

  it('with invalid values are errors, and change nothing', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    for (const broker of [
      'mqtt://x',
      { port: 'x' },
      { force: true, tls: {} },
      { url: 'http://x', force: true },
      { force: true, will: { topic: '#' } },
      { force: true, userProperties: { a: {} } },
    ]) {
      flow.inject('pub', connect({ broker }));
      assert.match((await flow.caught.next()).error.code ?? '', /^(property|server-url|topic)-invalid$/);
    }
    assert.equal(server.count('connect'), 1);
    assert.equal(server.count('disconnect'), 0);
  });

  it('are only these two: every other action is published', async () => {
    const flow = await load();
    await flow.connected('pub');
    flow.inject('pub', { action: 'open', topic: 'a/valve', payload: 1 });
    assert.equal((await server.packet('publish')).topic, 'a/valve');
    assert.equal((await flow.received('pub-out').next()).action, 'open');
  });

  it("control the embedded broker's connection too, but cannot send it elsewhere", async () => {
    const id = unique('control-embedded');
    const flow = await loadFlow([{ ...embeddedNode(id), autoConnect: false }, ...publishNodes('pub', id)]);
    flow.inject('pub', connect(at(await freePort())));
    assert.equal((await flow.caught.next()).error.code, 'property-invalid');
    flow.inject('pub', connect());
    await flow.completed.next();
    await flow.connected('pub');
    flow.inject('pub', { action: 'disconnect' });
    await flow.showing('pub', 'disconnected');
  });
});
