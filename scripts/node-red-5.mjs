// Fetches Node-RED 5 and the Node.js that it needs into .cache, once. The tests then run on them as on any other. As a command it
// only fetches.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const windows = process.platform === 'win32';
const cache = resolve(dirname(fileURLToPath(import.meta.url)), '../.cache/node-red-5');
/** These packages carry the Node.js binary itself, one package for each kind of machine. */
const nodePackage = `node-${windows ? 'win' : process.platform}-${process.arch}`;
const manifest = {
  name: 'node-red-5',
  private: true,
  dependencies: { 'node-red': '^5.0.0', [nodePackage]: '^22.9.0' },
};

/**
 * The Node.js to run mocha with, and what tells the tests which Node-RED to load, and the nodes of dist/ in place of those of
 * build/src. Ends the process when it cannot be had.
 */
export function nodeRed5() {
  fetchOnce();
  const program = join(cache, 'node_modules', nodePackage, 'bin', windows ? 'node.exe' : 'node');
  const { version } = JSON.parse(readFileSync(join(cache, 'node_modules/node-red/package.json'), 'utf8'));
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  console.log(`Node-RED ${version} on Node.js ${stdout.trim()}`);
  // Each start of Node-RED loads a thousand modules; compiled code that is kept takes a quarter off its CPU.
  const env = {
    MQTT_FLOWS_NODE_RED_HOME: cache,
    MQTT_FLOWS_SHIPPED: 'true',
    NODE_COMPILE_CACHE: join(cache, 'compiled'),
  };
  return { program, env };
}

function fetchOnce() {
  const wanted = `${JSON.stringify(manifest, null, 2)}\n`;
  const complete = join(cache, 'complete');
  if (existsSync(complete) && readFileSync(complete, 'utf8') === wanted) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), wanted);
  // The engines of Node-RED 5 are those of the Node.js fetched with it, not of the one that runs npm.
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
  const { status, error } = spawnSync('npm', args, { cwd: cache, stdio: 'inherit', shell: windows });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(complete, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) fetchOnce();
