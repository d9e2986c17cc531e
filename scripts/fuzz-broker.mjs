// `npm run fuzz:broker -- --packets 100000 --seed 1`: the fuzzer of test/system/reliability/broker-fuzz.test.ts for as long as
// one likes. Fails when the broker has made an error, or when a good client has been harmed.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { memoryInUse } = require('../build/test/helpers/process/heap.js');
const { BrokerFuzzRun } = require('../build/test/helpers/runs/broker-fuzz-run.js');

const { values } = parseArgs({
  options: { packets: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const packets = Number(values.packets);
const seed = Number(values.seed);

/** Megabytes in use after garbage collection, those of Buffers included. */
function memory() {
  return (memoryInUse() / 1e6).toFixed(1);
}

const uncaught = [];
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => uncaught.push(`${event}: ${error?.stack ?? error}`));
}

console.log(`seed ${seed}, ${packets} packets, ${memory()} MB`);
const start = performance.now();
let next = 10_000;
const run = new BrokerFuzzRun({ seed, packets });
const result = await run
  .run(({ packets: sent }) => {
    if (sent < next) return;
    next += 10_000;
    console.log(`  ${sent} packets, ${memory()} MB`);
  })
  .catch((error) => {
    console.log('a good client has been harmed:', error);
    process.exit(1);
  });
const { byKind, errors, malformed, ...counts } = result;
console.log({ ...counts, errors: errors.length, malformed: malformed.length, uncaught: uncaught.length });
console.table(byKind);
console.log(`${((performance.now() - start) / 1000).toFixed(1)} s, ${memory()} MB`);
for (const error of [...new Set([...errors, ...malformed, ...uncaught])].slice(0, 10)) console.log(error);
const failed = errors.length + malformed.length + uncaught.length > 0 || result.packets < packets;
console.log(failed ? 'FAILED' : 'passed');
process.exit(failed ? 1 : 0);
