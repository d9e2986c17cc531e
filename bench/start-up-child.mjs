// A process that loads one subject from files, once, and reports how long that took and how many files were read.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { 'node-red': nodeRed } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const entries = [...Object.values(nodeRed.nodes), ...Object.values(nodeRed.plugins)].map((file) => `../${file}`);
/** What each subject loads, in this order. */
const SUBJECTS = {
  'mqtt.js': ['mqtt'],
  ours: entries,
  'ours, then mqtt.js': [...entries, 'mqtt'],
};

// Node-RED itself has loaded these long before it comes to the nodes that are installed.
for (const name of ['async_hooks', 'crypto', 'fs/promises', 'https', 'net', 'perf_hooks', 'stream', 'tls', 'url']) {
  require(`node:${name}`);
}

process.on('message', ({ kind, subject }) => {
  const before = performance.now();
  for (const file of SUBJECTS[subject]) require(file);
  const ms = performance.now() - before;
  process.send({ kind, ms, modules: Object.keys(require.cache).length });
});
process.on('disconnect', () => process.exit(0));
