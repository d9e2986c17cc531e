// `npm run requests -- --requests 10000 --cuts 20 --seed 1`: requests through a request node over a connection that is cut, to a
// responder that loses 1 % of the replies and sends 1 % too late. Fails when one does not end exactly once, or with the reply to
// another. Needs mosquitto.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { runRequests } = require('../build/test/helpers/runs/request-run.js');

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    'at-a-time': { type: 'string', default: '100' },
    lost: { type: 'string', default: '0.01' },
    late: { type: 'string', default: '0.01' },
    cuts: { type: 'string', default: '20' },
    timeout: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const result = await runRequests({
  requests: Number(values.requests),
  atATime: Number(values['at-a-time']),
  lost: Number(values.lost),
  late: Number(values.late),
  cuts: Number(values.cuts),
  timeout: Number(values.timeout),
  seed: Number(values.seed),
});
console.log(result);
process.exit(result.notOnce + result.strange > 0 ? 1 : 0);
