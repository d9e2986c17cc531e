// `npm test`, `npm run test:system` and `npm run test:node-red-5`: runs a suite of the tests, as they are built, and ends it
// when it takes far too long. `node scripts/test.mjs <suite> [--coverage] [arguments of mocha]`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { printCoverage } from './coverage.mjs';
import { nodeRed5 } from './node-red-5.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const MINUTE = 60_000;
/** A suite that takes longer has hung. */
const PATIENCE = 25 * MINUTE;

/**
 * Suites are split by place: what stands in test/system needs a browser, a Node-RED in a process of its own, or minutes. Each
 * takes a file by its path below build/test.
 */
const SUITES = {
  test: (file) => !file.startsWith('system/'),
  system: (file) => file.startsWith('system/'),
  // What depends on the version of Node-RED or of Node.js.
  'node-red-5': (file) => /^(nodes|transport|system)\//.test(file) && !WITHOUT_NODE_RED.test(file),
  // Of that, what has to do with the parts of Node-RED that another version changes.
  'node-red-5-short': (file) => /^(nodes|system)\//.test(file) && !WITHOUT_NODE_RED.test(file) && !ONCE.test(file),
};
/** These load nothing of Node-RED, so its version makes no difference to them. */
const WITHOUT_NODE_RED = /^system\/reliability\/(bridge|broker-fuzz|fuzz|outbox-faults|poison|server-switch)\./;
/**
 * These are about what is drawn inside a dialog or inside the topics sidebar, about servers, about processes that are killed, and
 * about load. Files that run on both versions open each dialog and the sidebar, stop and start Node-RED, and hold back messages, too.
 */
const ONCE = new RegExp(
  `^system/(?:${[
    'browser/(?:broker-fields|connection-test|devices-dialog|outbox-state|payload-template|publish-dialog|publish-examples)',
    'browser/(?:replace-other-nodes|request-dialog|router-dialog|schema-field|state-dialog|value-dialog)',
    'browser/topics-(?:actions|clients|detail|formats|offered|permissions|recordings)',
    'node-red/slow-flow',
    'reliability',
    'restarts/(?:completion-crash|embedded-broker-kills|exactly-once-restart|home-assistant|outbox-restart)',
    'servers',
  ].join('|')})`,
);
/**
 * These begin: what takes longest, for no process shall be left with it at the end; and what waits most of its time, beside
 * the browser suites, which calculate.
 */
const FIRST = [
  'system/node-red/side-by-side',
  'system/browser/topics',
  'system/node-red/slow-flow',
  'system/browser/dialogs',
  'system/restarts',
  'system/reliability/requests',
  'system/browser',
  'system/servers',
  'system',
  'transport/slow-link',
  'transport/crowded',
  'transport/tls-stream',
  'nodes/completion',
  'connection/as-if-alone',
  'broker/hostile',
  'runtime/level-store',
  'nodes',
];

/** These wait for servers and timers most of their time. They are mixed with the others, which calculate. */
const WAITING = /^nodes\//;

const [suite, ...args] = process.argv.slice(2);
const takes = SUITES[suite];
if (!takes) {
  console.error(`A suite is one of: ${Object.keys(SUITES).join(', ')}`);
  process.exit(1);
}
const { program, env } = suite.startsWith('node-red-5') ? nodeRed5() : { program: process.execPath, env: {} };
const covering = args.includes('--coverage');
const coverage = covering ? [join(root, 'node_modules/c8/bin/c8.js'), program] : [];
const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const own = args.filter((arg) => arg !== '--coverage');
// The suite of the system has the processes that .mocharc.cjs says: browsers calculate most of the time. The others wait more.
const jobs = suite === 'system' ? [] : ['--jobs', String(availableParallelism() + 2)];
// Files that are named on the command line stand in place of those of the suite.
const named = own.some((arg) => arg.endsWith('.js'));

const run = spawn(program, [...coverage, mocha, ...jobs, ...own, ...(named ? [] : filesOf(takes))], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...env },
  // A process group of its own, so that processes started by a test can be ended with it.
  detached: process.platform !== 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(signal));
const exit = once(run, 'exit');
const late = delay(PATIENCE, 'late', { ref: false });
if ((await Promise.race([exit, late])) === 'late') {
  console.error(`\n${suite}: not over after ${PATIENCE / MINUTE} minutes; ended.`);
  await end('SIGTERM');
  process.exit(1);
}
const [code] = await exit;
if (covering) printCoverage(root);
process.exit(code ?? 1);

/** The built test files of a suite, in the order in which they shall begin. */
function filesOf(takes) {
  const built = join(root, 'build/test');
  const rank = (file) => {
    const found = FIRST.findIndex((beginning) => file.startsWith(beginning));
    return found < 0 ? FIRST.length : found;
  };
  const files = readdirSync(built, { recursive: true })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => file.endsWith('.test.js') && !file.startsWith('helpers/') && takes(file))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const [waiting, others] = [files.filter((file) => WAITING.test(file)), files.filter((file) => !WAITING.test(file))];
  return evenlyMixed(waiting, others).map((file) => join(built, file));
}

/** The items of both lists, each in their order: at any part of the way, as large a part of either has come. */
function evenlyMixed(...lists) {
  const placed = lists.flatMap((list) => list.map((item, index) => ({ item, place: index / list.length })));
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** Asks the run to end, which lets its processes end what they have started, and then ends it. */
async function end(signal) {
  kill(signal);
  await Promise.race([once(run, 'exit'), delay(5000, undefined, { ref: false })]);
  kill('SIGKILL');
}

function kill(signal) {
  try {
    if (process.platform === 'win32') run.kill(signal);
    else process.kill(-run.pid, signal);
  } catch {
    // The process has ended already.
  }
}
