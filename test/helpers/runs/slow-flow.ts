// A flow that is slower than its messages arrive, and the memory that this takes.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { serverNode, subscribeNodes, unique } from '../flows/flow-nodes';
import { functionNode } from '../flows/function-node';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../flows/node-red-process';
import { Mosquitto } from '../servers/mosquitto';

export interface SlowFlowOptions {
  readonly protocolVersion: 4 | 5;
  readonly qos: 1 | 2;
  readonly acknowledge: 'receipt' | 'completion';
  readonly messages: number;
  /** bytes of each */
  readonly size: number;
  /** ms that the flow takes for a message */
  readonly work: number;
  /** The most messages that the flow may have at a time. */
  readonly atATime: number;
}

export interface SlowFlowResult {
  /** The number of messages that went through the flow. */
  readonly done: number;
  /** The most messages that the flow had at a time. */
  readonly mostInFlow: number;
  /** bytes in use after a garbage collection: at the first message, and at most */
  readonly before: number;
  readonly atMost: number;
  /** ms */
  readonly time: number;
}

/** How often the flow measures the memory. */
const LOOKS = 20;
/** The code of the function node: it waits, counts, and measures the memory at intervals. */
const WORK = `
const memoryInUse = global.get('memoryInUse');
const state = context.get('state') || { inFlow: 0, most: 0, done: 0, before: memoryInUse(), peak: 0 };
context.set('state', state);
state.most = Math.max(state.most, ++state.inFlow);
setTimeout(() => {
  state.inFlow--;
  if (state.done++ % Math.ceil(COUNT / ${LOOKS}) === 0) state.peak = Math.max(state.peak, memoryInUse());
  if (state.done === COUNT) node.warn('worked ' + [state.done, state.most, state.before, state.peak].join(' '));
  node.done();
}, WORK);`;

/** Lets the messages wait in a session, then starts the flow, and returns when it has handled all of them. */
export async function runSlowFlow(options: SlowFlowOptions): Promise<SlowFlowResult> {
  const mosquitto = await Mosquitto.start({ config: ['max_queued_messages 0', 'log_type none'] });
  const clientId = unique('slow');
  try {
    await fillSession(mosquitto.port, clientId, options);
    return await workThrough(mosquitto.port, clientId, options);
  } finally {
    await mosquitto.stop();
  }
}

async function fillSession(port: number, clientId: string, options: SlowFlowOptions): Promise<void> {
  const { protocolVersion, qos, messages, size } = options;
  const server = { host: '127.0.0.1', port, protocolVersion, reconnectPeriod: 0 };
  const session = { clean: false, properties: { sessionExpiryInterval: 3600 } };
  const subscriber = await connectAsync({ ...server, ...session, clientId });
  await subscriber.subscribeAsync('work', { qos });
  await subscriber.endAsync();
  const publisher = await connectAsync(server);
  const payload = Buffer.alloc(size, 'x');
  // As many at a time as mosquitto accepts with QoS 2.
  for (let sent = 0; sent < messages; sent += 20) {
    await Promise.all(Array.from({ length: 20 }, () => publisher.publishAsync('work', payload, { qos })));
  }
  await publisher.endAsync();
}

async function workThrough(port: number, clientId: string, options: SlowFlowOptions): Promise<SlowFlowResult> {
  const { protocolVersion, qos, acknowledge, messages, work, atATime } = options;
  const userDir = emptyUserDir();
  linkPackage(userDir);
  const [sub] = subscribeNodes('sub', 'broker', [{ filter: 'work', qos }], { acknowledge, maxInFlight: atATime });
  const session = { cleanStart: false, sessionExpiryInterval: 3600, autoConnect: false };
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Slow' },
    serverNode('broker', port, { protocolVersion, clientId, ...session }),
    { ...sub, z: 'tab', inputs: 1, wires: [['work']] },
    { ...functionNode('work', WORK.replace('WORK', `${work}`).replaceAll('COUNT', `${messages}`), []), z: 'tab' },
    { id: 'begin', type: 'inject', z: 'tab', props: [{ p: 'action', v: 'connect', vt: 'str' }], wires: [['sub']] },
  ];
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(nodes));
  const nodeRed = await NodeRedProcess.start(userDir);
  try {
    const started = Date.now();
    await fetch(`${nodeRed.url}inject/begin`, { method: 'POST' });
    await nodeRed.waitForOutput(`worked ${messages} `);
    const figures = /worked ([\d ]+)/.exec(nodeRed.output)?.[1]?.split(' ').map(Number) ?? [];
    const [done = 0, mostInFlow = 0, before = 0, atMost = 0] = figures;
    return { done, mostInFlow, before, atMost, time: Date.now() - started };
  } finally {
    await nodeRed.stop();
    removeUserDir(userDir);
  }
}
