// When flows stop, no socket to a server stays behind, whatever the connection was doing.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { publishNodes, quickReconnect, serverNode, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { timed } from '../helpers/process/own-time';
import { ScriptedServer, silent } from '../helpers/servers/scripted-server';
import { TcpProxy } from '../helpers/servers/tcp-proxy';

describe('stopping the flows', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await unloadFlow();
    await server.stop();
  });

  function load(port = server.port): Promise<Flow> {
    const broker = unique('close-broker');
    return loadFlow([
      serverNode(broker, port),
      ...subscribeNodes('sub', broker, ['a']),
      ...publishNodes('pub', broker),
    ]);
  }

  /** The connections are closed when unloadFlow() returns; the server hears of it a moment later. */
  async function assertAllGone(): Promise<void> {
    await Promise.all(server.clients.all.map((client) => client.gone()));
    assert.equal(server.openCount, 0);
  }

  it('ends an established connection with DISCONNECT', async () => {
    const flow = await load();
    await flow.connected('sub', 'pub');
    await unloadFlow();
    await assertAllGone();
    assert.equal(server.count('disconnect'), 1);
  });

  it('ends a connection although a message is not acknowledged', async () => {
    server.script = { publish: silent };
    const flow = await load();
    flow.inject('pub', { topic: 'a', payload: 'held', qos: 1 });
    await server.packet('publish');
    await unloadFlow();
    await assertAllGone();
    assert.equal(server.count('disconnect'), 1);
  });

  it('ends a connection although a subscription is not answered', async () => {
    server.script = { subscribe: silent };
    const flow = await load();
    await flow.showing('sub', 'subscribing');
    await server.packet('subscribe');
    await unloadFlow();
    await assertAllGone();
  });

  it('ends a connection although the server does not close it after DISCONNECT', async () => {
    const flow = await load();
    await flow.connected('sub');
    // allowHalfOpen is off, but a server that reads no more sees neither DISCONNECT nor the end.
    server.clients.all[0]?.socket.pause();
    const { time } = await timed(unloadFlow);
    assert.ok(time < 1000, `${time} ms`);
    server.clients.all[0]?.socket.resume();
    await assertAllGone();
  });

  it('ends an attempt that the server does not answer', async () => {
    server.script = { connect: silent };
    const flow = await load();
    await flow.showing('pub', 'connecting');
    await server.packet('connect');
    await unloadFlow();
    await assertAllGone();
  });

  it('ends the attempts while waiting for the next', async () => {
    const proxy = await TcpProxy.start(server.port);
    await proxy.refuse();
    const flow = await load(proxy.port);
    await flow.showing('pub', 'connection-refused');
    await unloadFlow();
    await proxy.accept();
    // Nothing must happen here, so there is no event to await: this is the time of the next attempts.
    await delay(quickReconnect.maxDelay * 3);
    assert.equal(proxy.accepted, 0);
    await proxy.stop();
  });

  it('ends a connection through a network that no longer transmits', async () => {
    const proxy = await TcpProxy.start(server.port);
    const flow = await load(proxy.port);
    await flow.connected('sub');
    proxy.stall();
    const { time } = await timed(unloadFlow);
    assert.ok(time < 1000, `${time} ms`);
    await proxy.stop();
    await assertAllGone();
  });
});
