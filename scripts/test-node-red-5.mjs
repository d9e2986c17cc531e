// `npm run test:node-red-5`: the node, transport and system tests on Node-RED 5 with Node 22, both fetched into .cache once,
// and with the nodes of dist/ where `npm test` takes build/src. Arguments go to mocha.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, '.cache/node-red-5');
/** These packages carry the Node.js binary itself, one package for each kind of machine. */
const platform = process.platform === 'win32' ? 'win' : process.platform;
const nodePackage = `node-${platform}-${process.arch}`;
const manifest = {
  name: 'node-red-5',
  private: true,
  dependencies: { 'node-red': '^5.0.0', [nodePackage]: '^22.9.0' },
};

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function fetchOnce() {
  const file = join(cache, 'package.json');
  const wanted = `${JSON.stringify(manifest, null, 2)}\n`;
  const complete = join(cache, 'complete');
  if (existsSync(complete) && readFileSync(complete, 'utf8') === wanted) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(file, wanted);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // The engines of Node-RED 5 are those of the Node.js fetched with it, not of the one that runs npm.
  run(npm, ['install', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'], { cwd: cache });
  writeFileSync(complete, wanted);
}

fetchOnce();
const bin = join(cache, 'node_modules', nodePackage, 'bin');
const node = join(bin, process.platform === 'win32' ? 'node.exe' : 'node');
const { version } = JSON.parse(readFileSync(join(cache, 'node_modules/node-red/package.json'), 'utf8'));
console.log(`Node-RED ${version} on Node.js ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
run(node, [join(root, 'node_modules/mocha/bin/mocha.js'), ...process.argv.slice(2)], {
  cwd: root,
  // .mocharc.cjs chooses the tests by the first, and they the Node-RED that they load; by the second, they load dist/.
  env: { ...process.env, MQTT_FLOWS_NODE_RED_HOME: cache, MQTT_FLOWS_SHIPPED: 'true' },
});
