// `npm start`: Node-RED with this package and the first example. `--port N` for another port.

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HOST = '127.0.0.1';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const userDir = join(root, '.node-red');
const name = '@mqtt-flows/node-red-mqtt-flows';

function fail(message) {
  console.error(message);
  process.exit(1);
}

function readPort() {
  const usage = 'Usage: npm start -- [--port 1880]';
  try {
    const { values } = parseArgs({ options: { port: { type: 'string', default: '1880' } } });
    const port = Number(values.port);
    if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
    return fail(`--port ${values.port} is not a port: a whole number from 1 to 65535 is.\n${usage}`);
  } catch (error) {
    return fail(`${error.message}\n${usage}`);
  }
}

function isFree(port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, HOST, () => probe.close(() => done(true)));
  });
}

/** A user directory that has this folder installed as a package, and the first example as its flow. */
function prepareUserDir() {
  const link = join(userDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true, recursive: false });
  symlinkSync(root, link, 'junction');
  const manifest = { name: 'mqtt-flows-playground', private: true, dependencies: { [name]: '*' } };
  writeFileSync(join(userDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const flows = join(userDir, 'flows.json');
  if (existsSync(flows)) return;
  const [first] = readdirSync(join(root, 'examples')).sort();
  copyFileSync(join(root, 'examples', first), flows);
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function announce(url, stillRuns) {
  while (stillRuns() && !(await answers(url))) await new Promise((done) => setTimeout(done, 200));
  if (!stillRuns()) return;
  console.log(`
  Node-RED with MQTT Flows:  ${url}

  The flow that is open publishes and receives through the broker inside Node-RED. Look at the Debug sidebar (the bug
  at the top right), press the button at the left of an inject node, and see the message arrive.
  More flows: menu, Import, Examples. Your changes are kept in .node-red; remove that folder to begin anew.
  Ctrl-C stops.
`);
}

const port = readPort();
if (!(await isFree(port))) {
  fail(
    `Port ${port} on ${HOST} is in use, perhaps by another Node-RED. Choose another: npm start -- --port ${port + 1}`,
  );
}
prepareUserDir();
const nodeRed = createRequire(import.meta.url).resolve('node-red/red.js');
const settings = join(root, 'scripts/node-red-settings.cjs');
const child = spawn(process.execPath, [nodeRed, '--userDir', userDir, '--settings', settings, '--port', String(port)], {
  stdio: ['ignore', 'inherit', 'inherit'],
  // A process group of its own: Ctrl-C in a terminal reaches only this process, which passes it on once.
  detached: process.platform !== 'win32',
});
let running = true;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => running && child.kill('SIGTERM'));
process.on('exit', () => running && child.kill('SIGKILL'));
child.once('exit', (code, signal) => {
  running = false;
  process.exitCode = signal === 'SIGTERM' ? 0 : (code ?? 1);
});
await announce(`http://${HOST}:${port}/`, () => running);
