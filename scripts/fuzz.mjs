// `npm run fuzz -- --packets 100000 --seed 1`: the fuzzer of test/system/reliability/fuzz.test.ts for as long as one likes.
// Prints what the packets cost, and fails when that was more than a reconnect for any of them.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { heapInUse } = require('../build/test/helpers/process/heap.js');
const { FuzzRun } = require('../build/test/helpers/runs/fuzz-run.js');

const { values } = parseArgs({
  options: { packets: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const packets = Number(values.packets);
const seed = Number(values.seed);

/** Megabytes in use after garbage collection. */
function heap() {
  return (heapInUse() / 1e6).toFixed(1);
}

const uncaught = [];
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => uncaught.push(`${event}: ${error?.stack ?? error}`));
}

let failed = false;
for (const protocolVersion of [5, 4]) {
  const share = Math.ceil(packets / 2);
  console.log(`MQTT ${protocolVersion}, seed ${seed}, ${share} packets`);
  const before = heap();
  const start = performance.now();
  let next = 10_000;
  const result = await new FuzzRun({ seed, packets: share, protocolVersion }).run(({ packets: sent }) => {
    if (sent < next) return;
    next += 10_000;
    console.log(`  ${sent} packets, heap ${heap()} MB`);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { byKind, ...counts } = result;
  console.log(counts);
  console.table(byKind);
  console.log(`uncaught ${uncaught.length}, ${seconds} s, heap ${before} MB before and ${heap()} MB after`);
  const whole = result.packets === share && result.settled === result.accepted && result.settledTwice === 0;
  const clean = result.badReturns.length + result.malformed.length + result.reported.length + uncaught.length === 0;
  failed ||= !(whole && clean && result.closed);
}
for (const error of uncaught.slice(0, 5)) console.log(error);
console.log(failed ? 'FAILED' : 'passed');
process.exit(failed ? 1 : 0);
