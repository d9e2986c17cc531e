// A full deploy replaces every node; a broker node that has not changed keeps its connection and all that waits.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Credentials, type Flow, type FlowNode, loadFlow, TAB, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { CLOSING_TIMES, SlowClosing, slowClosingNode } from '../helpers/flows/slow-closing-node';
import { UserDirectory } from '../helpers/flows/user-directory';
import { type Script, ScriptedServer, silent } from '../helpers/servers/scripted-server';

describe('a full deploy', () => {
  let server: ScriptedServer;
  let broker: string;
  beforeEach(async () => {
    server = await ScriptedServer.start();
    broker = unique('handover');
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  function nodes(settings: Parameters<typeof serverNode>[2] = {}): FlowNode[] {
    return [
      serverNode(broker, server.port, settings),
      ...subscribeNodes('sub', broker, ['a/#']),
      ...publishNodes('pub', broker, { qos: 1 }),
    ];
  }

  async function load(more: readonly FlowNode[] = nodes(), credentials: Credentials = {}): Promise<Flow> {
    const flow = await loadFlow(more, credentials);
    await flow.connected('sub', 'pub');
    return flow;
  }

  /** Resolves when CONNECT has arrived this many times. */
  async function connectedAgain(connections: number): Promise<void> {
    await server.received.find('the last CONNECT', () => server.count('connect') === connections);
  }

  it('of an unchanged broker node sends nothing, and the new nodes work', async () => {
    const flow = await load();
    const before = server.received.all.length;
    await flow.deploy('full', nodes());
    flow.inject('pub', { topic: 'b', payload: 'after' });
    assert.equal((await flow.received('pub-out').next()).payload, 'after');
    assert.deepEqual(
      server.received.all.slice(before).map(({ cmd }) => cmd),
      ['publish'],
    );
    server.clients.all[0]?.send({ cmd: 'publish', topic: 'a/1', payload: 'x', qos: 0, retain: false, dup: false });
    assert.equal((await flow.received('sub-out').next()).payload, 'x');
    assert.equal(server.clients.all.length, 1);
  });

  it('sends the server only what has changed', async () => {
    const flow = await load();
    await flow.deploy('full', [...nodes().slice(0, 1), ...subscribeNodes('sub', broker, ['c']), ...nodes().slice(3)]);
    await server.packet('unsubscribe');
    const subscribed = server.received.all.flatMap((packet) =>
      packet.cmd === 'subscribe' ? packet.subscriptions.map(({ topic }) => topic) : [],
    );
    assert.deepEqual(subscribed, ['a/#', 'c']);
    assert.equal(server.clients.all.length, 1);
  });

  it('keeps the connection if only the name changes', async () => {
    const flow = await load(nodes({ name: 'before' }));
    await flow.deploy('full', nodes({ name: 'after' }));
    flow.inject('pub', { topic: 'b', payload: 1 });
    await flow.received('pub-out').next();
    assert.equal(server.clients.all.length, 1);
  });

  it('keeps messages that are not acknowledged, and the new node passes them on', async () => {
    server.script = { publish: silent };
    const flow = await load();
    flow.inject('pub', { topic: 'b', payload: 'held' });
    const { messageId = 0 } = await server.packet('publish');
    await flow.deploy('full', nodes());
    server.clients.all[0]?.send({ cmd: 'puback', messageId });
    assert.equal((await flow.received('pub-out').next()).payload, 'held');
    assert.deepEqual(flow.caughtCodes, []);
  });

  for (const time of CLOSING_TIMES) {
    it(`keeps what waits while another node closes (${time})`, async () => {
      server.script = { publish: silent };
      const slow = new SlowClosing();
      const all = [slowClosingNode, ...nodes()];
      const flow = await loadFlow(all, {}, slow.register);
      await flow.connected('sub', 'pub');
      flow.inject('pub', { topic: 'b', payload: 'held' });
      const { messageId = 0 } = await server.packet('publish');
      await slow.during(time, () => flow.deploy('full', all));
      server.clients.all[0]?.send({ cmd: 'puback', messageId });
      assert.equal((await flow.received('pub-out').next()).payload, 'held');
      assert.deepEqual(flow.caughtCodes, []);
      assert.equal(server.clients.all.length, 1);
    });
  }

  it('that Node-RED cannot start for want of a type ends the connection', async () => {
    const flow = await load();
    void flow.deploy('full', [...nodes(), { id: 'x', type: 'not-installed', wires: [] }]).catch(() => {});
    await server.clients.all[0]?.gone();
    assert.equal(server.count('disconnect'), 1);
  });

  it('does not deliver twice with QoS 2 when a message then forces a new connection', async () => {
    const accept: Script = {
      connect: (client) => client.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0 }),
    };
    server.script = accept;
    const kept = nodes({ cleanStart: false });
    const flow = await load(kept);
    const message = { cmd: 'publish', topic: 'a/1', qos: 2, retain: false } as const;
    server.clients.all[0]?.send({ ...message, payload: 'once', messageId: 1, dup: false });
    assert.equal((await flow.received('sub-out').next()).payload, 'once');
    await server.packet('pubrec');
    await flow.deploy('full', kept);
    assert.equal(server.clients.all.length, 1);
    flow.inject('pub', { action: 'connect', broker: { force: true } });
    await connectedAgain(2);
    await flow.connected('sub');
    const again = server.clients.all[1];
    again?.send({ ...message, payload: 'once', messageId: 1, dup: true });
    again?.send({ ...message, payload: 'then', messageId: 2, dup: false });
    assert.equal((await flow.received('sub-out').next()).payload, 'then');
  });

  it('keeps waiting messages, and a Catch node of the new flow gets their errors', async () => {
    server.script = { publish: silent };
    const flow = await load();
    flow.inject('pub', { topic: 'b', payload: 'held' });
    await server.packet('publish');
    await flow.deploy('full', nodes());
    await flow.deploy('nodes', nodes({ clientId: 'another' }));
    const caught = await flow.caught.next();
    assert.deepEqual([caught.error.code, caught.payload], ['connection-closed', 'held']);
  });

  it('does not report a continuing outage again, and is shown by the new nodes', async () => {
    const flow = await load();
    server.script = { connect: ({ socket }) => socket.destroy() };
    server.clients.all[0]?.socket.destroy();
    await flow.showing('pub', 'closed-without-answer');
    const caught = flow.caught.all.length;
    const shown = flow.statuses('pub').all.length;
    await flow.deploy('full', nodes());
    await flow.statuses('pub').first(shown + 4);
    assert.equal(flow.caught.all.length, caught);
    server.script = {};
    await flow.statuses('pub').first(shown + 5);
    await flow.connected('sub', 'pub');
  });

  for (const [what, change] of [
    ['a setting', { keepalive: 61 }],
    ['the client identifier', { clientId: 'another' }],
  ] as const) {
    it(`that changes ${what} disconnects before it connects again`, async () => {
      const flow = await load();
      await flow.deploy('full', nodes(change));
      await server.clients.first(2);
      await flow.connected('pub');
      const order = server.received.all
        .map(({ cmd }) => cmd)
        .filter((cmd) => cmd === 'connect' || cmd === 'disconnect');
      assert.deepEqual(order, ['connect', 'disconnect', 'connect']);
    });
  }

  it('that changes a variable in a setting disconnects before it connects again', async () => {
    const tab = (value: string): FlowNode => ({ ...TAB, env: [{ name: 'WHO', value, type: 'str' }] });
    const mine = (): FlowNode[] =>
      nodes({ clientId: '${WHO}' }).map((node) => (node.id === broker ? { ...node, z: TAB.id } : node));
    const flow = await load([tab('before'), ...mine()]);
    await flow.deploy('full', [tab('after'), ...mine()]);
    await connectedAgain(2);
    const seen = server.received.all.flatMap((packet) =>
      packet.cmd === 'connect' ? [packet.clientId] : packet.cmd === 'disconnect' ? ['disconnect'] : [],
    );
    assert.deepEqual(seen, ['before', 'disconnect', 'after']);
  });

  it('that changes a password disconnects before it connects again', async () => {
    const secret = (password: string): Credentials => ({ [broker]: { username: 'u', password } });
    const flow = await load(nodes(), secret('before'));
    await flow.deploy('full', nodes(), secret('after'));
    await connectedAgain(2);
    const passwords = server.received.all.flatMap((packet) =>
      packet.cmd === 'connect' ? [String(packet.password)] : packet.cmd === 'disconnect' ? ['disconnect'] : [],
    );
    assert.deepEqual(passwords, ['before', 'disconnect', 'after']);
  });

  it('connects again when a file with a secret has changed, and keeps waiting messages', async () => {
    const directory = new UserDirectory();
    const file = join(directory.path, 'secret');
    writeFileSync(file, 'before');
    const secret: Credentials = { [broker]: { username: 'u', password: `file:${file}` } };
    const flow = await load(nodes(), secret);
    writeFileSync(file, 'after');
    await flow.deploy('full', nodes(), secret);
    await connectedAgain(2);
    const passwords = server.received.all.flatMap((packet) => (packet.cmd === 'connect' ? [`${packet.password}`] : []));
    assert.deepEqual(passwords, ['before', 'after']);
    directory.remove();
  });

  it('without the broker node ends the connection', async () => {
    const flow = await load();
    await flow.deploy('full', []);
    await server.clients.all[0]?.gone();
    assert.equal(server.count('disconnect'), 1);
  });

  for (const [what, change] of [
    ['a disabled broker node', { d: true }],
    ['a broker node that nothing uses', {}],
  ] as const) {
    it(`with ${what} ends the connection`, async () => {
      const flow = await load();
      await flow.deploy('full', [{ ...serverNode(broker, server.port), ...change }]);
      await server.clients.all[0]?.gone();
      assert.equal(server.count('disconnect'), 1);
      assert.equal(server.openCount, 0);
    });
  }

  it('opens a connection that a message has ended', async () => {
    const flow = await load();
    flow.inject('pub', { action: 'disconnect' });
    await server.clients.all[0]?.gone();
    await flow.deploy('full', nodes());
    await connectedAgain(2);
  });

  it('differs from stopping the flows, which ends the connection at once', async () => {
    await load();
    await unloadFlow();
    await server.clients.all[0]?.gone();
    assert.equal(server.count('disconnect'), 1);
  });
});
