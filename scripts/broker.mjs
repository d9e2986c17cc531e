// `npm run broker -- kills --kills 20 --qos 2`, `... clients --clients 200 --minutes 10`, `... cost`: the broker inside Node-RED
// while Node-RED is killed under traffic, while devices come and go, and what it costs to remember on disk.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '20' },
    life: { type: 'string', default: '2000' },
    qos: { type: 'string', default: '2' },
    version: { type: 'string', default: '5' },
    clients: { type: 'string', default: '200' },
    messages: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const [what = 'kills'] = positionals;

async function kills() {
  const { runBrokerKills } = require('../build/test/helpers/runs/broker-kill-run.js');
  const qos = Number(values.qos);
  const result = await runBrokerKills({
    kills: Number(values.kills),
    qos,
    protocolVersion: Number(values.version),
    seed: Number(values.seed),
    life: Number(values.life),
  });
  const { lost, disordered, copies, sessionsLost, retainedLost, failed, complaints } = result;
  const wrong = lost + disordered + sessionsLost + retainedLost + complaints.length + Object.keys(failed).length;
  return { result, passed: wrong === 0 && !(qos === 2 && copies > 0) };
}

async function clients() {
  const { runBrokerSoak } = require('../build/test/helpers/runs/broker-soak-run.js');
  const [count, minutes, seed] = [Number(values.clients), Number(values.minutes), Number(values.seed)];
  const result = await runBrokerSoak({ clients: count, minutes, seed, looks: 12, looked: console.log });
  // The first looks see caches and the just-in-time compiler grow.
  const [early, late] = [result.inUse.slice(3, 6), result.inUse.slice(-3)].map((looks) => Math.max(...looks));
  return { result, passed: result.complaints.length === 0 && late < early * 1.1 };
}

async function cost() {
  const { runBrokerCost } = require('../build/test/helpers/runs/broker-cost-run.js');
  const result = {};
  for (const keeper of ['nobody', 'retained', 'a session that is away', 'a session that is there']) {
    for (const qos of [1, 2]) {
      const results = { memory: [], disk: [] };
      // The first round warms up.
      for (let round = 0; round < 4; round++) {
        for (const store of ['memory', 'disk']) {
          const result = await runBrokerCost({ messages: Number(values.messages), size: 200, qos, keeper, store });
          if (round > 0) results[store].push(result);
        }
      }
      const best = (store) => {
        const rate = Math.round(Math.max(...results[store].map((each) => each.rate)));
        const processor = Math.min(...results[store].map((each) => each.processor)).toFixed(0);
        return `${rate}/s at ${processor} µs`;
      };
      result[`QoS ${qos}, kept for ${keeper}`] = `${best('memory')} in memory, ${best('disk')} on disk`;
    }
  }
  return { result, passed: true };
}

const runs = { kills, clients, cost };
if (!(what in runs)) throw new Error(`one of ${Object.keys(runs).join(', ')}`);
const { result, passed } = await runs[what]();
console.log({ what, ...values, ...result });
console.log(passed ? 'passed' : 'FAILED');
process.exit(passed ? 0 : 1);
