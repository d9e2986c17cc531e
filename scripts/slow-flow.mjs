// `npm run slow-flow -- --messages 10000 --work 50`: messages wait at mosquitto for a flow that takes `work`
// milliseconds for each, in a real Node-RED. Prints the memory used, by acknowledgement and version.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { runSlowFlow } = require('../build/test/helpers/runs/slow-flow.js');

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    size: { type: 'string', default: '10000' },
    work: { type: 'string', default: '50' },
    'at-a-time': { type: 'string', default: '20' },
  },
});
const load = {
  messages: Number(values.messages),
  size: Number(values.size),
  work: Number(values.work),
  atATime: Number(values['at-a-time']),
};
console.log(`${load.messages} messages of ${load.size} B, ${load.work} ms each, ${load.atATime} at a time`);
for (const acknowledge of ['completion', 'receipt']) {
  for (const protocolVersion of [5, 4]) {
    for (const qos of [1, 2]) {
      const { done, mostInFlow, before, atMost, time } = await runSlowFlow({
        ...load,
        acknowledge,
        protocolVersion,
        qos,
      });
      const memory = `${(before / 1e6).toFixed(0)} MB before, ${(atMost / 1e6).toFixed(0)} MB at most`;
      console.log(
        `${acknowledge}, MQTT ${protocolVersion}, QoS ${qos}: ${done} done, most in the flow ${mostInFlow}, ${memory}, ${(time / 1000).toFixed(1)} s`,
      );
    }
  }
}
