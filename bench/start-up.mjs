// `npm run bench -- start-up`: what the package costs Node-RED when it starts, beside loading mqtt.js alone. `ours` are the
// files of all nodes and plugins, without a flow; with a broker node in a flow, mqtt.js follows.

import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';
import { median } from './compare.mjs';

const SUBJECTS = ['mqtt.js', 'ours', 'ours, then mqtt.js'];
const FLOOR = 'mqtt.js';
/** For each of the rounds of other benches, because a process takes a moment only. */
const PROCESSES = 7;

async function loadOnce(subject) {
  const child = new Child(fileURLToPath(new URL('start-up-child.mjs', import.meta.url)));
  try {
    return await child.ask('load', { subject });
  } finally {
    await child.stop();
  }
}

/** One process for each subject, one after the other, so that a slow period of the machine slows all of them. */
async function loadEach() {
  const loads = {};
  for (const subject of SUBJECTS) loads[subject] = await loadOnce(subject);
  return loads;
}

/** Prints a line for each subject; see run.mjs for the options. Ratios are medians of those of each group of processes. */
export async function startUp({ rounds }) {
  // The first run reads files from the disk, and later runs from the cache.
  await loadEach();
  const groups = [];
  for (let count = 0; count < rounds * PROCESSES; count++) groups.push(await loadEach());
  console.log(`| start-up, ${groups.length} processes each | ms | / ${FLOOR} | modules |\n|---|---|---|---|`);
  for (const subject of SUBJECTS) {
    const ms = median(groups.map((loads) => loads[subject].ms));
    const ratio = median(groups.map((loads) => loads[subject].ms / loads[FLOOR].ms));
    console.log(`| ${subject} | ${ms.toFixed(1)} | ${ratio.toFixed(2)} | ${groups[0][subject].modules} |`);
  }
}
