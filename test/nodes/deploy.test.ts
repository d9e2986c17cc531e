// What the server sees of a deploy: nothing, unless something has changed for it.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Flow, type FlowNode, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, routerNodes, serverNode, subscribeNodes } from '../helpers/flows/flow-nodes';
import { ScriptedServer } from '../helpers/servers/scripted-server';

describe('a deploy of changed nodes', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  const broker = (): FlowNode => serverNode('deploy-broker', server.port);
  const publisher = publishNodes('pub', 'deploy-broker');
  const twins = [
    ...subscribeNodes('one', 'deploy-broker', ['a/#']),
    ...subscribeNodes('two', 'deploy-broker', ['a/#']),
  ];

  /** Loads the flow, and returns when the server has its subscriptions. */
  async function load(...nodes: FlowNode[]): Promise<Flow> {
    const flow = await loadFlow([broker(), ...publisher, ...nodes]);
    const subscribers = nodes.filter(({ type }) => type === 'mqtt-flows-subscribe');
    await flow.connected('pub', ...subscribers.map(({ id }) => id));
    return flow;
  }

  /** Deploys, and returns what the server has got in between, but for the message that proves that this is all. */
  async function packetsOfDeploy(flow: Flow, ...nodes: FlowNode[]): Promise<string[]> {
    const before = server.received.all.length;
    await flow.deploy('nodes', [broker(), ...publisher, ...nodes]);
    // Changes of subscriptions are sent by a timer that is older than this one, and before the message.
    await delay(0);
    flow.inject('pub', { topic: 'fence', payload: 1, qos: 1 });
    await flow.received('pub-out').next();
    const packets = server.received.all.slice(before);
    assert.equal(server.clients.all.length, 1, 'the connection stands');
    return packets.flatMap((packet) => {
      if (packet.cmd === 'subscribe') return packet.subscriptions.map(({ topic }) => `subscribe ${topic}`);
      if (packet.cmd === 'unsubscribe') return packet.unsubscriptions.map((topic) => `unsubscribe ${topic}`);
      return packet.cmd === 'publish' ? [] : [packet.cmd];
    });
  }

  it('sends nothing when another node has changed', async () => {
    const flow = await load(...twins);
    assert.deepEqual(await packetsOfDeploy(flow, ...twins, ...routerNodes('router', {})), []);
  });

  it('sends nothing for a subscribe node that is replaced by one with the same filter', async () => {
    const before = subscribeNodes('sub', 'deploy-broker', ['a/+x'], { name: 'before' });
    const after = subscribeNodes('sub', 'deploy-broker', ['a/+y'], { name: 'after' });
    const flow = await load(...before);
    assert.deepEqual(await packetsOfDeploy(flow, ...after), []);
    await flow.connected('sub');
    server.clients.all[0]?.send({ cmd: 'publish', topic: 'a/1', payload: 'x', qos: 0, retain: false, dup: false });
    assert.deepEqual({ ...((await flow.received('sub-out').next()).params as object) }, { y: '1' });
  });

  it('subscribes to new filters, and unsubscribes removed ones', async () => {
    const flow = await load(...twins, ...subscribeNodes('sub', 'deploy-broker', ['old/+']));
    const packets = await packetsOfDeploy(flow, ...twins, ...subscribeNodes('sub', 'deploy-broker', ['new/+']));
    assert.deepEqual(packets.sort(), ['subscribe new/+', 'unsubscribe old/+']);
  });

  it('sends nothing when one of two nodes with the same filter goes', async () => {
    const flow = await load(...twins);
    const one = subscribeNodes('one', 'deploy-broker', ['a/#']);
    assert.deepEqual(await packetsOfDeploy(flow, ...one), []);
    assert.deepEqual(await packetsOfDeploy(flow), ['unsubscribe a/#']);
  });

  it('ends the connection when the last node that uses it goes, and opens it again for the next', async () => {
    const flow = await load(...twins);
    await flow.deploy('nodes', [broker()]);
    await server.clients.all[0]?.gone();
    assert.equal(server.count('disconnect'), 1);
    await flow.deploy('nodes', [broker(), ...twins]);
    await flow.connected('one', 'two');
    assert.equal(server.clients.all.length, 2);
  });

  it('opens the connection for a node that comes while the connection is being ended', async () => {
    const flow = await load(...twins);
    // A server that does not read makes the end take its time.
    server.clients.all[0]?.socket.pause();
    await flow.deploy('nodes', [broker()]);
    await flow.deploy('nodes', [broker(), ...twins]);
    await flow.connected('one', 'two');
  });

  it('passes unacknowledged messages to a Catch node when the broker node is replaced', async () => {
    server.script = { publish: () => {} };
    const flow = await load();
    flow.inject('pub', { topic: 'a', payload: 'held', qos: 1 });
    await server.packet('publish');
    await flow.deploy('nodes', [{ ...broker(), clientId: 'another' }, ...publisher]);
    const caught = await flow.caught.next();
    assert.equal(caught.error.code, 'connection-closed');
    assert.equal(caught.payload, 'held');
  });

  it('logs one error with the number of lost messages, even if a Catch node takes their errors', async () => {
    server.script = { publish: () => {} };
    const flow = await load();
    for (let count = 0; count < 20; count++) flow.inject('pub', { topic: 'a', payload: 'held', qos: 1 });
    await server.packet('publish');
    await flow.deploy('nodes', [{ ...broker(), clientId: 'another' }, ...publisher]);
    await flow.caught.first(20);
    assert.equal(flow.everythingTold().split('log.lost').length - 1, 1);
  });
});
