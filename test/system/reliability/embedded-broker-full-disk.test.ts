// The broker inside a real Node-RED whose disk takes no more: nobody waits for ever, nothing is promised that is not kept, and
// it goes on by itself when there is room again. A limit for the size of files stands for the full disk.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { embeddedNode } from '../../helpers/flows/flow-nodes';
import { Inbox } from '../../helpers/flows/inbox';
import { PersistentNodeRed } from '../../helpers/flows/persistent-node-red';
import { findProgram, skipWithout } from '../../helpers/package/environment';
import { freePort } from '../../helpers/servers/free-port';

/** bytes: a write fails in its middle; then not even a new file has room */
const LIMIT = 2_000_000;
const NO_ROOM = 10_000;
const LARGE = Buffer.alloc(100_000, 'x');

describe('the broker inside Node-RED, on a full disk', function () {
  // A whole Node-RED has to start, twice.
  this.timeout(300_000);
  let prlimit = '';
  let nodeRed: PersistentNodeRed;
  let port: number;
  const clients: MqttClient[] = [];
  before(function () {
    prlimit = skipWithout(this, 'prlimit', findProgram('prlimit'));
  });
  beforeEach(async () => {
    nodeRed = new PersistentNodeRed();
    port = await freePort();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await nodeRed.remove();
  });

  function limitFiles(bytes: number | 'unlimited'): void {
    execFileSync(prlimit, ['--pid', String(nodeRed.pid), `--fsize=${bytes}:unlimited`]);
  }

  async function device(options: IClientOptions): Promise<MqttClient> {
    const client = await connectAsync({ host: '127.0.0.1', port, protocolVersion: 5, reconnectPeriod: 0, ...options });
    clients.push(client);
    return client;
  }

  /** Whether the broker has promised to keep it. */
  async function isKept(client: MqttClient, topic: string): Promise<boolean> {
    return client.publishAsync(topic, LARGE, { qos: 1, retain: true }).then(
      () => true,
      () => false,
    );
  }

  it('refuses what it cannot keep, passes on the rest, and keeps all of it when there is room again', async () => {
    const nodes = [embeddedNode('full-broker', { port })];
    await nodeRed.start(nodes);
    await nodeRed.printed('Devices can connect at');
    const client = await device({ clientId: 'publisher' });
    const listener = await device({ clientId: 'listener' });
    const heard = new Inbox<string>('messages at the listener');
    listener.on('message', (topic) => heard.push(topic));
    await listener.subscribeAsync('passing/#', { qos: 1 });
    limitFiles(LIMIT);
    let kept = 0;
    while (await isKept(client, `kept/${kept}`)) kept++;
    assert.ok(kept > 0 && kept < 100, `${kept} kept`);
    limitFiles(NO_ROOM);
    await nodeRed.printed('cannot write its data');
    // It refuses again, and does not let the client wait.
    assert.equal(await isKept(client, 'kept/refused'), false);
    await client.publishAsync('passing/by', 'x', { qos: 1 });
    await heard.find('what nobody has to keep', (topic) => topic === 'passing/by');
    const old = await device({ clientId: 'old', protocolVersion: 4 });
    const ended = new Promise<void>((resolve) => old.once('close', () => resolve()));
    old.publish('kept/old', LARGE, { qos: 1, retain: true }, () => {});
    await ended;

    limitFiles('unlimited');
    while (!(await isKept(client, `kept/${kept}`))) await delay(100);
    await nodeRed.printed('can write again');
    await nodeRed.crash();
    await nodeRed.start(nodes);
    await nodeRed.printed('Devices can connect at');
    const reader = await device({ clientId: 'reader' });
    const topics = new Inbox<string>('retained messages');
    reader.on('message', (topic) => topics.push(topic));
    await reader.subscribeAsync('kept/#', { qos: 1 });
    for (let number = 0; number <= kept; number++) {
      await topics.find(`number ${number}`, (topic) => topic === `kept/${number}`);
    }
    assert.doesNotMatch(nodeRed.output, /damaged/);
  });
});
