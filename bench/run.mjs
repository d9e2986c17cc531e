// `npm run bench -- [start-up] [inbound] [outbound] [outbox] [matcher] [router] [state] [broker] [formats] [request] [--full] [--rounds 3] [--only "QoS 1"]`: how fast the nodes are, as ratios to
// mqtt.js straight into a flow (the floor) and to Node-RED's own MQTT nodes. Absolute figures are this machine's.

import { parseArgs } from 'node:util';
import { broker } from './broker/broker.mjs';
import { formats } from './formats.mjs';
import { inbound } from './inbound.mjs';
import { outbound } from './outbound.mjs';
import { outbox } from './outbox.mjs';
import { request } from './request.mjs';
import { matcher } from './router-matcher.mjs';
import { router } from './router-node.mjs';
import { startUp } from './start-up.mjs';
import { state } from './state.mjs';

const BENCHES = { 'start-up': startUp, inbound, outbound, outbox, matcher, router, state, broker, formats, request };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    cpu: { type: 'boolean', default: false },
    warmUp: { type: 'string', default: '1000' },
    duration: { type: 'string', default: '2000' },
  },
});
const { full, only, cpu } = values;
const options = {
  full,
  only,
  cpu,
  rounds: Number(values.rounds),
  warmUp: Number(values.warmUp),
  duration: Number(values.duration),
};
const chosen = positionals.length > 0 ? positionals : Object.keys(BENCHES);
for (const name of chosen) {
  const bench = BENCHES[name];
  if (!bench) {
    console.error(`There is no benchmark "${name}". There are: ${Object.keys(BENCHES).join(', ')}.`);
    process.exit(1);
  }
  await bench(options);
  console.log();
}
