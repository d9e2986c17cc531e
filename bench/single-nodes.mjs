// The popular nodes that read one payload format. They are no dependency of this package: npm installs them for a run of
// the benchmark, in a folder that goes with it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Each with its version, so that figures can be compared. None was found on npm for CBOR, Protobuf, Sparkplug or gzip (2026-11). */
const PACKAGES = { 'node-red-node-msgpack': '1.2.1', 'node-red-node-base64': '1.0.0' };

/** The folders of the installed packages, for the setting `nodesDir`. */
export function installSingleNodes() {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', folder, ...quiet, ...wanted], { stdio: ['ignore', 'ignore', 'inherit'] });
  return Object.keys(PACKAGES).map((name) => join(folder, 'node_modules', name));
}
