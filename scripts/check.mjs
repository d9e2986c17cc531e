// `npm run check`: lint, types, build, every test on Node-RED 4.1, with the coverage of the floors that know no Node-RED, and on 5
// those that it can change; with `-- --all` every test that has to do with Node-RED or Node.js. All of it runs even when a part
// has failed; the last line sums the tests up.

import { execFile as execFileCallback, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execFile = promisify(execFileCallback);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-check-'));
const tally = join(folder, 'tally');
writeFileSync(tally, '');

/** Runs a script of scripts/ or of a package; true when it has ended well. */
function run(name, ...command) {
  console.log(`\n== ${name}`);
  const begun = performance.now();
  const { status, error } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MQTT_FLOWS_TALLY: tally },
  });
  if (error) throw error;
  console.log(
    `== ${name}: ${status === 0 ? 'ok' : 'FAILED'} after ${Math.round((performance.now() - begun) / 1000)} s`,
  );
  return status === 0;
}

const onNodeRed5 = process.argv.includes('--all') ? 'node-red-5' : 'node-red-5-short';
// Its download takes as long as lint and build. If it fails, the step that needs it says so.
const fetched = once(spawn(process.execPath, ['scripts/node-red-5.mjs'], { cwd: root, stdio: 'ignore' }), 'exit');

// Lint does not look at what is built, so it runs beside the build. It is reported after it.
const linted = execFile(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '.'], { cwd: root }).then(
  ({ stdout }) => ({ ok: true, output: stdout }),
  ({ stdout, stderr }) => ({ ok: false, output: `${stdout ?? ''}${stderr ?? ''}` }),
);

const failed = [];
function step(name, ...command) {
  const well = run(name, ...command);
  if (!well) failed.push(name);
  return well;
}

// Only built code can be tested.
const built = step('types and build', 'scripts/build.mjs');
const { ok, output } = await linted;
console.log(`\n== lint\n${output}== lint: ${ok ? 'ok' : 'FAILED'}`);
if (!ok) failed.unshift('lint');
if (built) {
  step('tests', 'scripts/test.mjs', 'test', '--coverage');
  step('tests of the system', 'scripts/test.mjs', 'system');
  await fetched;
  step('tests on Node-RED 5', 'scripts/test.mjs', onNodeRed5);
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const line of readFileSync(tally, 'utf8').split('\n').filter(Boolean)) {
  const figures = JSON.parse(line);
  for (const kind of Object.keys(total)) total[kind] += figures[kind];
}
rmSync(folder, { recursive: true });
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = failed.length > 0 ? 1 : 0;
