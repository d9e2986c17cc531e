// As many messages as a busy hour brings, through a flow in a real Node-RED that acknowledges in each way, with failures,
// messages that nobody ever finishes, publications that expire, cut connections and deploys; and the memory this leaves.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { brokerDefaults } from '#src/settings/broker.config';
import type { FlowNode } from '../flows/flow-harness';
import { acknowledgeNodes, publishNodes, serverNode, subscribeNodes } from '../flows/flow-nodes';
import { functionNode } from '../flows/function-node';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../flows/node-red-process';
import { freePort } from '../servers/free-port';
import { Mosquitto } from '../servers/mosquitto';
import { TcpProxy } from '../servers/tcp-proxy';

export interface HourOptions {
  readonly acknowledge: 'receipt' | 'completion' | 'manual';
  readonly messages: number;
  /** bytes of each */
  readonly size: number;
}

export interface HourResult {
  /** bytes in use after a garbage collection: after a tenth of the messages, and after each third */
  readonly memory: readonly number[];
  /** Messages that came to the end of the flow, and errors that came to its Catch node. */
  readonly done: number;
  readonly errors: number;
  readonly deploys: number;
  readonly cuts: number;
  /** ms */
  readonly time: number;
}

/** Messages between two deploys, and between two cuts. */
const DEPLOY_EVERY = 5000;
const CUT_EVERY = 8000;
/** Messages that the device has open. */
const OPEN = 100;
/** How many of them come back, and the longest wait for them, in ms: a deploy or a cut may cost some. */
const BACK = 70;
const LONGEST_WAIT = 2000;
/** s after which a message counts as failed, and after which what waits for an absent server expires. */
const PATIENCE = 1;
/** ms in which all that has a time limit is over. */
const SETTLED = 4000;
/** How often the memory is looked at: on a busy machine more may be under way at one moment. */
const LOOKS = 3;

/**
 * Of ten messages, seven go on, one fails, one is never finished by anybody, and one goes to a server that is away. The
 * text in the condition makes Node-RED wait for node.done().
 */
const WORK = `
const counts = global.get('counts') || { done: 0, errors: 0 };
global.set('counts', counts);
const kind = Number(msg.topic.split('/')[1]);
if (kind === 0) throw new Error('fails');
if (kind === 1) return;
if (kind === 2) { node.send([null, { ...msg, topic: 'away/x' }]); node.done(); return; }
node.send([{ ...msg, topic: 'out/' + kind }, null]);
node.done();`;

const COUNT_DONE = `global.get('counts').done++; return null;`;
const COUNT_ERROR = `global.get('counts').errors++; return null;`;
const MEASURE = `
const { done, errors } = global.get('counts') || { done: 0, errors: 0 };
node.warn('measured ' + [global.get('memoryInUse')(), done, errors].join(' ') + ' end');
return null;`;

export async function runHour(options: HourOptions): Promise<HourResult> {
  // With a narrow window, the messages that nobody finishes would hold up the others.
  const config = ['max_queued_messages 0', 'max_inflight_messages 5000', 'log_type none'];
  const mosquitto = await Mosquitto.start({ config });
  const proxy = await TcpProxy.start(mosquitto.port);
  const userDir = emptyUserDir();
  linkPackage(userDir);
  const absent = await freePort();
  const nodes = (version: number): FlowNode[] => flow(options, proxy.port, absent, version);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(nodes(0)));
  const nodeRed = await NodeRedProcess.start(userDir);
  try {
    await nodeRed.waitForOutput('Connected to');
    return await publish(options, mosquitto.port, proxy, nodeRed, nodes);
  } finally {
    await nodeRed.stop();
    removeUserDir(userDir);
    await proxy.stop();
    await mosquitto.stop();
  }
}

async function publish(
  { messages, size }: HourOptions,
  port: number,
  proxy: TcpProxy,
  nodeRed: NodeRedProcess,
  nodes: (version: number) => FlowNode[],
): Promise<HourResult> {
  const device = await connectAsync({ host: '127.0.0.1', port, protocolVersion: 5, reconnectPeriod: 0 });
  let back = 0;
  device.on('message', () => back++);
  await device.subscribeAsync('out/#', { qos: 0 });
  const payload = 'x'.repeat(size);
  const started = Date.now();
  const measured: (readonly number[])[] = [];
  const looks = [messages / 10, messages / 3, (2 * messages) / 3, messages].map((at) => Math.ceil(at / OPEN) * OPEN);
  let deploys = 0;
  let cuts = 0;
  for (let sent = 0; sent < messages; sent += OPEN) {
    const due = back + BACK;
    await Promise.all(
      Array.from({ length: OPEN }, (_, index) => device.publishAsync(`in/${index % 10}`, payload, { qos: 1 })),
    );
    // The flow is to keep up, or everything takes too long and is refused.
    const waitUntil = Date.now() + LONGEST_WAIT;
    while (back < due && Date.now() < waitUntil) await delay(2);
    if (passes(sent, DEPLOY_EVERY)) {
      // A full deploy and one of changed nodes in turn.
      const type = deploys++ % 2 === 0 ? 'full' : 'nodes';
      const headers = { 'Node-RED-Deployment-Type': type };
      await nodeRed.deploy(nodes(deploys), headers);
    }
    if (passes(sent, CUT_EVERY)) {
      proxy.cut();
      cuts++;
    }
    if (looks.includes(sent + OPEN)) measured.push(await measure(nodeRed));
  }
  await device.endAsync();
  const [, done = 0, errors = 0] = measured.at(-1) ?? [];
  const memory = measured.map(([bytes = Number.NaN]) => bytes);
  return { memory, done, errors, deploys, cuts, time: Date.now() - started };
}

/** Whether the next messages after `sent` pass a multiple of `interval`. */
function passes(sent: number, interval: number): boolean {
  return Math.floor((sent + OPEN) / interval) > Math.floor(sent / interval);
}

/** The least memory of some looks, and what is done and failed, once nothing is under way. */
async function measure(nodeRed: NodeRedProcess): Promise<readonly number[]> {
  const looks: number[][] = [];
  const all = (): RegExpMatchArray[] => [...nodeRed.output.matchAll(/measured ([\d ]+) end/g)];
  for (let look = 0; look < LOOKS; look++) {
    await delay(SETTLED);
    const before = all().length;
    await fetch(`${nodeRed.url}inject/look`, { method: 'POST' });
    while (all().length === before) await delay(50);
    looks.push(all().at(-1)?.[1]?.split(' ').map(Number) ?? []);
  }
  return looks.toSorted(([a = 0], [b = 0]) => a - b)[0] ?? [];
}

function flow({ acknowledge }: HourOptions, port: number, absent: number, version: number): FlowNode[] {
  const settings = {
    acknowledge,
    maxInFlight: 5000,
    acknowledgeTimeout: PATIENCE,
    onError: 'refuse',
    name: `version ${version}`,
  } as const;
  const outbox = { ...brokerDefaults.outbox, messageTtl: PATIENCE };
  const session = { protocolVersion: 5, cleanStart: false, sessionExpiryInterval: 3600, clientId: 'hour' } as const;
  const [sub] = subscribeNodes('sub', 'broker', [{ filter: 'in/#', qos: 1 }], settings);
  const [out] = publishNodes('out', 'broker', { qos: 1 });
  const [away] = publishNodes('away', 'absent', { qos: 1 });
  const [given] = acknowledgeNodes('given');
  const place = { z: 'tab', x: 0, y: 0 };
  const end = acknowledge === 'manual' ? 'given' : 'count';
  return [
    { id: 'tab', type: 'tab', label: 'Hour' },
    serverNode('broker', port, session),
    serverNode('absent', absent, { outbox }),
    { ...sub, ...place, id: 'sub', type: 'mqtt-flows-subscribe', wires: [['work']] },
    { ...functionNode('work', WORK, ['out'], ['away']), ...place, name: `version ${version}` },
    { ...out, ...place, id: 'out', type: 'mqtt-flows-publish', wires: [[end]] },
    { ...away, ...place, id: 'away', type: 'mqtt-flows-publish', wires: [[]] },
    { ...given, ...place, id: 'given', type: 'mqtt-flows-acknowledge', wires: [['count']] },
    { ...functionNode('count', COUNT_DONE, []), ...place },
    { id: 'catch', type: 'catch', ...place, scope: null, uncaught: false, wires: [['failed']] },
    { ...functionNode('failed', COUNT_ERROR, []), ...place },
    { id: 'look', type: 'inject', ...place, props: [], repeat: '', crontab: '', once: false, wires: [['measure']] },
    { ...functionNode('measure', MEASURE, []), ...place },
  ];
}
