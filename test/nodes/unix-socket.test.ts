// A mosquitto on this machine that is reached by a Unix domain socket.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { TestEvent } from '#src/core/reports/connection-test';
import { testConnection } from '#src/runtime/admin/connection-test';
import { type Flow, loadFlow, unloadFlow } from '../helpers/flows/flow-harness';
import { brokerNode, publishNodes, subscribeNodes, unique } from '../helpers/flows/flow-nodes';
import { Mosquitto, needsMosquitto } from '../helpers/servers/mosquitto';

describe('a server behind a Unix socket (mosquitto)', () => {
  let mosquitto: Mosquitto;
  let folder: string;
  let url: string;
  let topic: string;
  let RED: NodeAPI;
  before(async function () {
    needsMosquitto(this);
    folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-unix-'));
    const path = join(folder, 'm.sock');
    url = `mqtt+unix://${path}`;
    mosquitto = await Mosquitto.start({ config: [`listener 0 ${path}`] });
  });
  beforeEach(() => {
    topic = unique('unix');
  });
  afterEach(unloadFlow);
  after(async () => {
    await mosquitto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function load(...servers: readonly string[]): Promise<Flow> {
    const settings = { servers: servers.map((server) => ({ url: server })), reconnect: { minDelay: 50, maxDelay: 50 } };
    return loadFlow(
      [
        brokerNode('unix-broker', settings),
        ...subscribeNodes('sub', 'unix-broker', [topic], { inputs: 1 }),
        ...publishNodes('pub', 'unix-broker', { topic, topicType: 'str', qos: 2 }),
      ],
      {},
      (api) => {
        RED = api;
      },
    );
  }

  async function works(flow: Flow): Promise<void> {
    await flow.connected('sub', 'pub');
    const payload = unique('there and back');
    flow.inject('pub', { payload });
    await flow.received('sub-out').find('the message', (message) => message.payload === payload);
  }

  it('is connected to, and again after a restart', async () => {
    const flow = await load(url);
    await works(flow);
    await mosquitto.kill();
    await flow.showing('pub', 'disconnected');
    const { error } = await flow.caught.next();
    assert.equal(error.code, 'connection-lost');
    await mosquitto.restart();
    await works(flow);
  });

  it('can follow a server that cannot be reached, and be followed by one', async () => {
    await works(await load(`mqtt+unix://${join(folder, 'none.sock')}`, url));
    await works(await load(`mqtt+unix://${join(folder, 'none.sock')}`, mosquitto.url));
  });

  it('can be selected and left by messages', async () => {
    const flow = await load(mosquitto.url);
    await works(flow);
    flow.inject('sub', { action: 'connect', broker: { url, force: true } });
    await flow.completed.find('the action', ({ action }) => action === 'connect');
    await works(flow);
    flow.inject('sub', { action: 'connect', broker: { broker: '127.0.0.1', port: mosquitto.port, force: true } });
    await works(flow);
    assert.deepEqual(flow.caughtCodes, []);
  });

  it('is tried by the test of the dialog', async () => {
    await load(url);
    const tell = async (servers: readonly string[]): Promise<TestEvent[]> => {
      const events: TestEvent[] = [];
      const settings = { servers: servers.map((server) => ({ url: server })) };
      const entered = { id: 'entered', z: '', settings, credentials: {} };
      await testConnection(RED, entered, (event) => events.push(event), new AbortController().signal);
      return events;
    };
    const good = await tell([url]);
    assert.deepEqual(
      good.map((event) => (event.kind === 'stage' ? event.stage : event.kind)),
      ['begin', 'attempt', 'socket', 'fact', 'connack', 'connected', 'end'],
    );
    const bad = await tell([`mqtt+unix://${join(folder, 'none.sock')}`]);
    const failure = bad.find(({ kind }) => kind === 'failed');
    assert.ok(failure?.kind === 'failed');
    assert.deepEqual([failure.error.code, failure.error.stage], ['socket-unavailable', 'socket']);
  });
});
