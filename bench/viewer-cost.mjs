// `npm run bench:viewer`: measures what a viewer of topics takes from the flows. It sends the requests of the sidebar
// without a browser: to a flow that keeps Node-RED busy, with and without a viewer in turn, and then during a flood
// that no flow has subscribed to. It measures processor time from /proc, so it runs on Linux only. Needs mosquitto.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';

const require = createRequire(import.meta.url);
const { Mosquitto } = require('../build/test/helpers/servers/mosquitto.js');
const {
  emptyUserDir,
  linkPackage,
  NodeRedProcess,
  removeUserDir,
} = require('../build/test/helpers/flows/node-red-process.js');
const { brokerDefaults } = require('../build/src/settings/broker.config.js');
const { subscribeDefaults, subscriptionDefaults } = require('../build/src/settings/subscribe.config.js');

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    flood: { type: 'string', default: '25000' },
    seconds: { type: 'string', default: '2' },
    pairs: { type: 'string', default: '15' },
  },
});
const SECONDS = Number(values.seconds);
/** ms between two requests, as in the sidebar. */
const LOOK = 250;
/** How /proc counts processor time. */
const TICKS_PER_SECOND = 100;

/** A subscribe node, and a function node that sends itself its message without end, as fast as the processor allows. */
function flow(url) {
  const place = { z: 'tab', x: 100, y: 100 };
  const subscriptions = [{ ...subscriptionDefaults, filter: 'load/#' }];
  const work = `let sum = 0;
    for (let i = 0; i < 5000; i++) sum += Math.sqrt(i ^ sum);
    flow.set('rounds', (flow.get('rounds') || 0) + 1);
    return { sum };`;
  return [
    { id: 'tab', type: 'tab', label: 'Load' },
    { ...brokerDefaults, id: 'broker', type: 'mqtt-flows-broker', servers: [{ url }] },
    {
      ...subscribeDefaults,
      ...place,
      id: 'in',
      type: 'mqtt-flows-subscribe',
      broker: 'broker',
      subscriptions,
      wires: [['sink']],
    },
    { ...place, id: 'sink', type: 'function', func: 'return null;', outputs: 1, wires: [[]] },
    { ...place, id: 'start', type: 'inject', props: [], once: true, onceDelay: 0.1, wires: [['work']] },
    { ...place, id: 'work', type: 'function', func: work, outputs: 1, wires: [['work']] },
    { ...place, id: 'ask', type: 'http in', url: '/rounds', method: 'get', wires: [['count']] },
    {
      ...place,
      id: 'count',
      type: 'function',
      func: "return { ...msg, payload: { rounds: flow.get('rounds') } };",
      outputs: 1,
      wires: [['answer']],
    },
    { ...place, id: 'answer', type: 'http response', statusCode: '', headers: {}, wires: [] },
  ];
}

/** s of processor time that a process has used. */
function processorTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** MB of memory that a process had at most. */
function mostMemory(pid) {
  return (Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024).toFixed(0);
}

/** Publishes `rate` messages a second below `root`. The returned function ends it and returns the actual rate. */
function startLoad(device, root, rate) {
  let sent = 0;
  const begin = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * rate;
    for (; sent < due; sent++) {
      const payload = `{"value":${sent},"unit":"°C"}`;
      device.publish(`${root}/line${sent % 20}/machine${sent % 500}/v${sent % 10}`, payload);
    }
  }, 5);
  return () => {
    clearInterval(timer);
    return sent / ((performance.now() - begin) / 1000);
  };
}

function post(nodeRed, path, body) {
  return nodeRed.admin(`mqtt-flows/topics/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

/** Sends the requests of a sidebar for `filter`: 30 rows with all branches open, and the messages of one topic. */
async function startViewer(nodeRed, filter, topic) {
  const { viewer } = await post(nodeRed, 'start', { broker: 'broker', filter });
  let over = false;
  let after = 0;
  let last;
  const look = async () => {
    for (let selection = { open: true, exceptions: [], search: '' }; !over; selection = undefined) {
      last = await post(nodeRed, 'view', { viewer, from: 0, count: 30, topic, after, hidden: false, selection });
      after = last.news.at(-1)?.sequence ?? after;
      await delay(LOOK);
    }
  };
  const looking = look();
  return async () => {
    over = true;
    await looking;
    await post(nodeRed, 'stop', { viewer });
    return last;
  };
}

async function measure(nodeRed, rounds) {
  const before = { rounds: await rounds(), processor: processorTime(nodeRed.pid), clock: performance.now() };
  await delay(SECONDS * 1000);
  const processor = processorTime(nodeRed.pid) - before.processor;
  const clock = (performance.now() - before.clock) / 1000;
  return { share: processor / clock, roundsPerSecond: ((await rounds()) - before.rounds) / processor };
}

const percent = (share) => `${(share * 100).toFixed(1)} %`;
/** The median and the quartiles. */
function summary(shares) {
  const sorted = shares.toSorted((a, b) => a - b);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => percent(sorted[Math.floor((sorted.length - 1) * part)]));
  return `${middle} (median; half of ${sorted.length} pairs lie between ${low} and ${high})`;
}

async function withNodeRed(nodes, run) {
  const userDir = emptyUserDir();
  linkPackage(userDir);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(nodes));
  const nodeRed = await NodeRedProcess.start(userDir);
  try {
    await run(nodeRed);
  } finally {
    await nodeRed.stop();
    removeUserDir(userDir);
  }
}

/** What remains for a busy flow. */
async function besideBusyFlow(nodeRed, device) {
  const rounds = async () => (await nodeRed.admin('rounds')).rounds;
  const stopLoad = startLoad(device, 'load', Number(values.rate));
  await delay(2000);
  const left = [];
  let seen = 0;
  let lost = 0;
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    const alone = await measure(nodeRed, rounds);
    const stopViewer = await startViewer(nodeRed, 'load/#', 'load/line0/machine0/v0');
    await delay(500);
    const viewed = await measure(nodeRed, rounds);
    const { messages, dropped } = await stopViewer();
    left.push(viewed.roundsPerSecond / alone.roundsPerSecond);
    lost += dropped.rate;
    seen += messages;
  }
  console.log(`${values.rate} messages a second (${stopLoad().toFixed(0)} sent, ${seen} seen, ${lost} dropped):`);
  console.log(`  of what a busy flow does in a second of processor time are left ${summary(left)}`);
}

/** The cost of messages that only the viewer gets, and of far more than it takes. */
async function flooded(nodeRed, device) {
  const none = async () => 0;
  const quiet = await measure(nodeRed, none);
  const topic = 'flood/line0/machine0/v0';
  for (const rate of [Number(values.rate), 10_000, Number(values.flood)]) {
    const stopLoad = startLoad(device, 'flood', rate);
    const stopViewer = await startViewer(nodeRed, 'flood/#', topic);
    // The allowed burst is over by then.
    await delay(rate > 10_000 ? 8000 : 1000);
    const shares = [];
    for (let i = 0; i < 5; i++) shares.push((await measure(nodeRed, none)).share - quiet.share);
    const { messages, dropped } = await stopViewer();
    const cost = shares.toSorted((a, b) => a - b)[2];
    console.log(
      `${rate} messages a second that no flow gets (${stopLoad().toFixed(0)} sent): ${percent(cost)} of a core (median of 5); ${messages} seen, ${dropped.rate} dropped`,
    );
    await delay(1000);
  }
  console.log(`  Node-RED had ${mostMemory(nodeRed.pid)} MB of memory at most`);
}

const mosquitto = await Mosquitto.start({ config: ['max_queued_messages 0', 'log_type none'] });
const device = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5 });
try {
  const nodes = flow(mosquitto.url);
  await withNodeRed(nodes, (nodeRed) => besideBusyFlow(nodeRed, device));
  const idle = nodes.filter(({ id }) => id !== 'start');
  await withNodeRed(idle, (nodeRed) => flooded(nodeRed, device));
} finally {
  await device.endAsync();
  await mosquitto.stop();
}
