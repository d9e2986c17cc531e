// `npm run dev`: like `npm start`, restarted after each change of a source file. Takes the same `--port`.

import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = dirname(fileURLToPath(import.meta.url));
const root = resolve(scripts, '..');
/** Editors write a file in several steps: ms without a change that end it */
const QUIET = 200;

let child;

function build() {
  return spawnSync(process.execPath, [join(scripts, 'build.mjs')], { cwd: root, stdio: 'inherit' }).status === 0;
}

function start() {
  child = spawn(process.execPath, [join(scripts, 'start.mjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  return child;
}

function stop() {
  const stopping = child;
  child = undefined;
  if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    stopping.once('exit', done);
    stopping.kill('SIGTERM');
  });
}

async function rebuild() {
  console.log('\nA source file has changed: building.');
  // A build that fails leaves the running Node-RED alone.
  if (!build()) return;
  await stop();
  start();
}

let timer;
let rebuilding = Promise.resolve();
function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    rebuilding = rebuilding.then(rebuild);
  }, QUIET);
}

if (!build()) process.exit(1);
start().once('exit', (code) => {
  // Only the first start can fail for the port or the arguments; later ones are waited for.
  if (code) process.exit(code);
});
watch(join(root, 'src'), { recursive: true }, changed);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await stop();
    process.exit(0);
  });
}
