// `npm run hour`: as many messages as an hour at 100 a second brings, compressed, in each way to acknowledge: with failures,
// timeouts, expiry, deploys and cut connections, in a real Node-RED. Fails when the memory grows from third to third.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { runHour } = require('../build/test/helpers/runs/hour-run.js');

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '360000' },
    size: { type: 'string', default: '1000' },
    only: { type: 'string' },
  },
});
const modes = ['receipt', 'completion', 'manual'];
const messages = Math.ceil(Number(values.messages) / modes.length);
/**
 * The most that the memory may grow from the first third to the end: an entry of a Map that is left behind takes about 100
 * bytes, and the code that V8 compiles meanwhile some megabytes.
 */
const MOST = Math.max(3_000_000, (messages * 2 * 60) / 3);

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
console.log(`${messages} messages of ${values.size} B for each mode`);
let passed = true;
for (const acknowledge of values.only ? [values.only] : modes) {
  const { memory, done, errors, deploys, cuts, time } = await runHour({
    acknowledge,
    messages,
    size: Number(values.size),
  });
  const [tenth, first, second, last] = memory;
  const flat = last - first < MOST;
  passed &&= flat;
  console.log(
    `${acknowledge}: MB after a tenth ${megabytes(tenth)}, thirds ${[first, second, last].map(megabytes).join(', ')}`,
  );
  console.log(`  ${done} done, ${errors} errors, ${deploys} deploys, ${cuts} cuts, ${(time / 1000).toFixed(0)} s`);
  if (!flat) console.log('  FAILED: the memory grows');
}
console.log(passed ? 'passed' : 'FAILED');
process.exitCode = passed ? 0 : 1;
