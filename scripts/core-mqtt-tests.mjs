// Runs the test file of Node-RED's own MQTT nodes, unchanged, against ours: `npm run core-tests -- <21-mqtt_spec.js>`, a file
// of a checkout of Node-RED (test/nodes/core/network), which is no part of what npm installs. Needs mosquitto.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const built = resolve(root, 'build/test/helpers');
const { Mosquitto } = createRequire(import.meta.url)(resolve(built, 'servers/mosquitto.js'));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('npm run core-tests -- <path of 21-mqtt_spec.js>');
  process.exit(1);
}

const mosquitto = await Mosquitto.start();
const mocha = [resolve(root, 'node_modules/mocha/bin/mocha.js'), '--no-config', '--exit', '--timeout', '10000'];
const env = {
  ...process.env,
  NR_MQTT_TESTS: 'true',
  MQTT_BROKER_SERVER: '127.0.0.1',
  MQTT_BROKER_PORT: String(mosquitto.port),
  NODE_PATH: resolve(root, 'node_modules'),
};
const shim = resolve(built, 'moving-in/core-spec-shim.js');
const run = spawn(process.execPath, [...mocha, '--require', shim, ...args, resolve(file)], { stdio: 'inherit', env });
const [code] = await once(run, 'exit');
await mosquitto.stop();
process.exit(code ?? 1);
