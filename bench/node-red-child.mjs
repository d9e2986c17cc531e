// Runs one flow in a Node-RED without an editor, in a process of its own, and reports the rate of its messages. Started
// by node-red-process.mjs, which sends the flow.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const RED = require('node-red');
const { counter } = require('./counter.cjs');
const { reader } = require('./nodes/libraries.js');
const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');
const name = '@mqtt-flows/node-red-mqtt-flows';

function userDirWith(flow) {
  const userDir = mkdtempSync(join(tmpdir(), 'mqtt-flows-bench-'));
  const link = join(userDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(root, link, 'junction');
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'bench', dependencies: { [name]: '*' } }));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
  return userDir;
}

async function run(flow, nodesDirs = []) {
  const userDir = userDirWith(flow);
  process.on('exit', () => rmSync(userDir, { recursive: true, force: true }));
  RED.init(createServer(), {
    userDir,
    nodesDir: [join(here, 'nodes'), ...nodesDirs],
    flowFile: 'flows.json',
    httpAdminRoot: false,
    httpNodeRoot: false,
    disableEditor: true,
    functionGlobalContext: { reader },
    logging: { console: { level: 'error', metrics: false, audit: false } },
  });
  const started = new Promise((done) => RED.events.once('flows:started', done));
  await RED.start();
  await started;
}

/** Messages per second over `ms`, the CPU time that each cost in µs, the memory in bytes, and the time in ms of the fastest tenth. */
async function measure(ms) {
  const cpuBefore = process.cpuUsage();
  counter.times.length = 0;
  const countBefore = counter.count;
  const before = performance.now();
  await delay(ms);
  const seconds = (performance.now() - before) / 1000;
  const count = counter.count - countBefore;
  const { user, system } = process.cpuUsage(cpuBefore);
  const time = [...counter.times].sort((a, b) => a - b)[Math.floor(counter.times.length / 10)];
  return { rate: count / seconds, cpu: (user + system) / count, rss: process.memoryUsage.rss(), time };
}

process.on('message', async ({ kind, flow, nodesDirs, ms }) => {
  if (kind === 'run') await run(flow, nodesDirs);
  if (kind === 'start') counter.start();
  process.send({ kind, ...(kind === 'measure' ? await measure(ms) : {}) });
});
process.on('disconnect', () => process.exit(0));
