// Devices that come and go at the broker inside a real Node-RED for minutes, in every way that devices have, and what memory
// Node-RED has in use meanwhile.

import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, connectAsync, type MqttClient } from 'mqtt';
import { generator } from '../../core/random';
import { embeddedNode, publishNodes, subscribeNodes } from '../flows/flow-nodes';
import { functionNode } from '../flows/function-node';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../flows/node-red-process';
import { freePort } from '../servers/free-port';

export interface BrokerSoakRun {
  readonly clients: number;
  readonly minutes: number;
  readonly seed: number;
  /** How often the memory is looked at. */
  readonly looks: number;
  /** Told what each look has seen. */
  readonly looked?: (text: string) => void;
}

export interface BrokerSoakResult {
  /** Connections that were made, and attempts that were not answered by a CONNACK of success. */
  readonly lives: number;
  readonly failed: number;
  readonly published: number;
  readonly received: number;
  /** MB in use when all that can go has gone, and of the whole process, at each look. */
  readonly inUse: readonly number[];
  readonly resident: readonly number[];
  /** Errors that Node-RED has printed. */
  readonly complaints: readonly string[];
  /** Lines about devices in the log. */
  readonly lines: number;
}

type Random = () => number;

const TAB = { id: 'soak-tab', type: 'tab', label: 'Soak' };
const MEMORY = "node.send({ topic: 'soak/memory', payload: String(global.get('memoryInUse')()) });";
/** ms that a device is there, and away, at most */
const LIFE = 3000;
/** ms between two publications of a device, at most */
const PAUSE = 1000;

export async function runBrokerSoak(run: BrokerSoakRun): Promise<BrokerSoakResult> {
  const userDir = emptyUserDir();
  const port = await freePort();
  linkPackage(userDir);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow(port)));
  const nodeRed = await NodeRedProcess.start(userDir);
  try {
    await nodeRed.waitForOutput('Devices can connect at');
    const observer = await Observer.start(port);
    const random = generator(run.seed);
    const counts = { lives: 0, failed: 0, published: 0, received: 0 };
    const inUse: number[] = [];
    const resident: number[] = [];
    let ends = false;
    const devices = Array.from({ length: run.clients }, async (_, index) => {
      while (!ends) {
        await delay(random() * LIFE);
        await live(index, port, random, counts);
      }
    });
    for (let look = 0; look < run.looks; look++) {
      await delay((run.minutes * 60_000) / run.looks);
      inUse.push(megabytes(await observer.look()));
      resident.push(residentMegabytes(nodeRed.pid));
      run.looked?.(`${inUse.at(-1)} MB in use, ${resident.at(-1)} MB resident, ${counts.lives} connections`);
    }
    ends = true;
    await Promise.all(devices);
    await observer.end();
    const lines = nodeRed.output.split('\n');
    const complaints = lines.filter((line) => /\[error\]|Error:/.test(line));
    const about = lines.filter((line) => line.includes('[mqtt-flows-broker')).length;
    return { ...counts, inUse, resident, complaints, lines: about };
  } finally {
    await nodeRed.stop();
    removeUserDir(userDir);
  }
}

function flow(port: number): object[] {
  const [look] = subscribeNodes('look', 'soak-broker', ['soak/look']);
  const [answer] = publishNodes('answer', 'soak-broker');
  const wired = [
    { ...look, wires: [['memory']] },
    functionNode('memory', MEMORY, ['answer']),
    { ...answer, wires: [[]] },
  ];
  const placed = wired.map((node) => ({ ...node, z: TAB.id, x: 0, y: 0 }));
  return [TAB, embeddedNode('soak-broker', { port }), ...placed];
}

/** Asks the flow for the memory that is in use. */
class Observer {
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async start(port: number): Promise<Observer> {
    const client = await connectAsync({ host: '127.0.0.1', port, clientId: 'observer' });
    await client.subscribeAsync('soak/memory', { qos: 1 });
    return new Observer(client);
  }

  /** bytes */
  async look(): Promise<number> {
    const answer = new Promise<number>((resolve) => {
      this.#client.once('message', (_topic, payload) => resolve(Number(payload.toString())));
    });
    await this.#client.publishAsync('soak/look', '', { qos: 1 });
    return answer;
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

type Counts = { lives: number; failed: number; published: number; received: number };

/** One connection of device `index`, from its first byte to its last. */
async function live(index: number, port: number, random: Random, counts: Counts): Promise<void> {
  // One in twenty is no MQTT client at all, or goes before it has said anything.
  if (random() < 0.05) return knock(port, random);
  const protocolVersion = ([3, 4, 5] as const)[index % 3] ?? 4;
  const kept = index % 4 === 0;
  const client = connect({
    host: '127.0.0.1',
    port,
    protocolVersion,
    ...(protocolVersion === 3 ? { protocolId: 'MQIsdp' as const } : {}),
    clientId: `device-${index}`,
    clean: !kept,
    reconnectPeriod: 0,
    keepalive: 1 + Math.floor(random() * 10),
    ...(protocolVersion === 5 && kept ? { properties: { sessionExpiryInterval: 600 } } : {}),
    will: { topic: `soak/status/${index}`, payload: Buffer.from('gone'), qos: 1, retain: true },
  });
  client.on('error', () => {});
  client.on('message', () => {
    counts.received++;
  });
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  const connected = await new Promise<boolean>((resolve) => {
    client.once('connect', () => resolve(true));
    void closed.then(() => resolve(false));
  });
  if (!connected) {
    counts.failed++;
    client.end(true);
    return;
  }
  counts.lives++;
  // With MQTT 3.1 and without a group, all that everybody publishes would go to a third of them.
  const group = protocolVersion === 3 ? `soak/group/${index + 1}` : '$share/all/soak/group/#';
  client.subscribe([`soak/device/${index}/#`, `soak/device/${(index + 1) % 200}/+`, group], { qos: 1 }, () => {});
  const end = performance.now() + random() * LIFE;
  while (performance.now() < end && client.connected) {
    const qos = ([0, 1, 2] as const)[Math.floor(random() * 3)] ?? 0;
    const topic = random() < 0.5 ? `soak/group/${index}` : `soak/device/${index}/${Math.floor(random() * 5)}`;
    client.publish(topic, 'x'.repeat(Math.floor(random() * 2000)), { qos, retain: random() < 0.2 }, () => {});
    counts.published++;
    await delay(random() * PAUSE);
  }
  // Half of them say goodbye.
  if (client.connected && random() < 0.5) client.end();
  else client.stream.destroy();
  await closed;
  client.end(true);
}

async function knock(port: number, random: Random): Promise<void> {
  const socket = connectSocket(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (random() < 0.5) socket.write('GET / HTTP/1.1\r\n\r\n');
  await delay(random() * 200);
  socket.destroy();
  await closed;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** Of Linux; elsewhere NaN. */
function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes = ''] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return megabytes(Number(kilobytes) * 1024);
  } catch {
    return Number.NaN;
  }
}
