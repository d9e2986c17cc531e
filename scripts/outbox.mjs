// `npm run outbox -- cuts --qos 2 --messages 100000`, `... kills --kills 20`, `... backlog --messages 1000000`: the outbox
// against mosquitto while connections are cut at random bytes, while its process is killed, and with a large backlog.

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { runBacklog } = require('../build/test/helpers/runs/backlog-run.js');
const { runCuts } = require('../build/test/helpers/runs/cut-run.js');
const { runKills } = require('../build/test/helpers/runs/kill-run.js');
const { LevelStore } = require('../build/src/runtime/storage/level-store.js');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string', default: '100000' },
    size: { type: 'string', default: '200' },
    cuts: { type: 'string', default: '60' },
    kills: { type: 'string', default: '20' },
    life: { type: 'string', default: '1000' },
    qos: { type: 'string', default: '1' },
    version: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    disk: { type: 'boolean', default: false },
  },
});
const [what = 'cuts'] = positionals;
const qos = Number(values.qos);
const seed = Number(values.seed);
const messages = Number(values.messages);

async function cuts() {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-flows-outbox-'));
  const store = values.disk ? new LevelStore({ path: join(folder, 'outbox'), fsync: false }) : undefined;
  const run = { messages, cuts: Number(values.cuts), qos, protocolVersion: Number(values.version), seed };
  const result = await runCuts(store ? { ...run, store } : run);
  rmSync(folder, { recursive: true });
  const { acknowledged, received, copies, disordered } = result;
  return {
    result,
    passed: acknowledged === messages && received === messages && !disordered && !(qos === 2 && copies),
  };
}

async function kills() {
  const result = await runKills({ kills: Number(values.kills), qos, seed, life: Number(values.life) });
  const { lost, copies, disordered, complaints } = result;
  return { result, passed: !lost && !disordered && complaints.length === 0 && !(qos === 2 && copies) };
}

async function backlog() {
  const result = await runBacklog(messages, Number(values.size));
  const { accepted, received, disordered } = result;
  return { result, passed: accepted === messages && received === messages && !disordered };
}

const runs = { cuts, kills, backlog };
if (!(what in runs)) throw new Error(`one of ${Object.keys(runs).join(', ')}`);
const { result, passed } = await runs[what]();
console.log({ what, ...values, ...result });
console.log(passed ? 'passed' : 'FAILED');
process.exit(passed ? 0 : 1);
